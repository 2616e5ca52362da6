using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;

namespace Collab.Engine.Runs;

/// <summary>Two nodes make triples ahead of any job, because the operator of each told it to (protocols/specs/preprocessing.md, steps 5 to 8).</summary>
internal static class Preparation
{
    private static readonly StepId Step = new("preprocessing.5");

    /// <summary>Waits for the peer, whose operator gives the same command, makes the triples with it, and gives what then lies in the store.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="peer">The other party.</param>
    /// <param name="asked">How many units.</param>
    /// <param name="wait">How long the peer may take to come.</param>
    /// <param name="cancellation">Ends it; the units that are done stay.</param>
    /// <exception cref="CollabException">The codes of <see cref="PreprocessingErrors"/>; the peer is no other member; or it did not come.</exception>
    public static async Task<TripleStock> RunAsync(EnginePorts ports, PartyId peer, TripleStock asked, TimeSpan wait, CancellationToken cancellation)
    {
        if (peer == ports.Self || !ports.Peers.Members.Contains(peer))
            throw new CollabException(Planner.PartyUnknown, $"{peer} is no other party of the consortium.", ports.Self);
        using var store = ports.RequirePrepared().TryOpen(ports.Self, peer)
            ?? throw new CollabException(PreprocessingErrors.InUse, $"A run with {peer} is using what was made ahead, or more is being made.", ports.Self, Step);
        await using var connection = await MeetAsync(ports, peer, wait, cancellation);
        try
        {
            await TriplePreparation.RunAsync(ports.Self, connection.Root, store, asked, ports.Random, null, cancellation);
        }
        catch (CollabException e)
        {
            await connection.AbortAsync(Conversations.FaultOf(e, Step));
            throw;
        }

        try
        {
            await connection.CloseAsync(cancellation);
        }
        catch (ProtocolException)
        {
            store.DiscardAdded(); // what passed differs at the two
            throw;
        }

        return store.Stock;
    }

    private static async Task<ChannelConnection> MeetAsync(EnginePorts ports, PartyId peer, TimeSpan wait, CancellationToken cancellation)
    {
        var isFirst = ports.Self.CompareTo(peer) < 0;
        var place = Digest.Of(
            "collab.preprocessing.meeting", new CanonicalWriter().Text(ports.Consortium).Party(isFirst ? ports.Self : peer).Party(isFirst ? peer : ports.Self).Written);
        var end = ports.Clock.GetUtcNow() + wait;
        while (true)
        {
            try
            {
                return await ports.Peers.ConnectAsync(peer, place, place, cancellation);
            }
            catch (ChannelException e) when (e.Code == ChannelException.Silent && ports.Clock.GetUtcNow() < end)
            {
                // Its operator has not given the command yet.
            }
        }
    }
}
