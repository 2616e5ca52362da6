using System.Collections.Concurrent;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Node.Hosting;

/// <summary>Where an incoming conversation and the run that expects it meet, whichever comes first.</summary>
internal sealed class Rendezvous
{
    private readonly ConcurrentDictionary<(PartyId Peer, Digest Run), TaskCompletionSource<IFrameTransport>> _places = new();

    /// <summary>Brings a transport; it waits until the run takes it, or until <paramref name="cancellation"/>.</summary>
    /// <returns>False when another transport of the same peer and run is there already.</returns>
    public bool Bring(PartyId peer, Digest run, IFrameTransport transport, CancellationToken cancellation)
    {
        var place = Place(peer, run);
        if (!place.TrySetResult(transport)) return false;
        cancellation.Register(() => _places.TryRemove(new(new(peer, run), place)));
        return true;
    }

    /// <summary>Takes the transport that the peer brings for a run.</summary>
    public async Task<IFrameTransport> TakeAsync(PartyId peer, Digest run, CancellationToken cancellation)
    {
        var place = Place(peer, run);
        try
        {
            return await place.Task.WaitAsync(cancellation);
        }
        finally
        {
            _places.TryRemove(new(new(peer, run), place));
        }
    }

    private TaskCompletionSource<IFrameTransport> Place(PartyId peer, Digest run) => _places.GetOrAdd(
        (peer, run), _ => new TaskCompletionSource<IFrameTransport>(TaskCreationOptions.RunContinuationsAsynchronously));
}
