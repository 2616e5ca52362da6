using System.Collections.Concurrent;
using Collab.Channels;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Support;

/// <summary>Where the two ends of a channel find each other inside one process, as nodes do over the network.</summary>
internal sealed class MeetingPoint
{
    private readonly ConcurrentDictionary<(PartyId, PartyId, Digest), (IFrameTransport First, IFrameTransport Second)> _lines = new();

    /// <summary>Stands between a party and its end of a line: it sees or breaks what the party sends; null for nothing between.</summary>
    public Func<PartyId, IFrameTransport, IFrameTransport>? Around { get; set; }

    /// <summary>All connections that were opened here, by the party that holds the end.</summary>
    public ConcurrentQueue<ChannelConnection> Opened { get; } = new();

    public async Task<ChannelConnection> ConnectAsync(PartyId self, PartyId peer, Digest run, Digest context, CancellationToken cancellation)
    {
        var isFirst = self.CompareTo(peer) < 0;
        var line = _lines.GetOrAdd(isFirst ? (self, peer, run) : (peer, self, run), static _ =>
        {
            var (first, second) = MemoryTransport.CreatePair();
            return (first, second);
        });
        var connection = await ChannelConnection.OpenAsync(
            Around?.Invoke(self, isFirst ? line.First : line.Second) ?? (isFirst ? line.First : line.Second), self, peer, context, Parties.Options, cancellation);
        Opened.Enqueue(connection);
        return connection;
    }
}
