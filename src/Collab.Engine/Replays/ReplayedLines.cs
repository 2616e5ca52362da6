using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>All sub-channels of a part that is recomputed.</summary>
internal sealed class ReplayedLines
{
    private readonly Lock _gate = new();
    private readonly Digest _context;
    private readonly List<ReplayingChannel> _channels = [];

    public ReplayedLines(ReplayPackage package, Digest context, IEnumerable<PartyId> peers)
    {
        (Package, _context) = (package, context);
        Roots = peers.ToDictionary(peer => peer, IChannel (peer) => new ReplayingChannel(this, peer, ""));
    }

    public ReplayPackage Package { get; }

    /// <summary>The root channel to each other party.</summary>
    public IReadOnlyDictionary<PartyId, IChannel> Roots { get; }

    /// <summary>The channels that were used, ordered by peer and label.</summary>
    public IReadOnlyList<ReplayingChannel> Channels
    {
        get { lock (_gate) return [.. _channels.OrderBy(channel => channel.Peer).ThenBy(channel => channel.Label, StringComparer.Ordinal)]; }
    }

    /// <summary>How people are told of a sub-channel.</summary>
    public static string Name(string label) => label.Length == 0 ? "the root channel" : $"channel '{label}'";

    public void Add(ReplayingChannel channel)
    {
        lock (_gate) _channels.Add(channel);
    }

    /// <summary>The first message of two lists that differs, in words; null when none does.</summary>
    public static string? Difference(IReadOnlyList<ReplayBlock.Sent> computed, IReadOnlyList<(Digest Digest, long Size)> other, string how)
    {
        for (var i = 0; i < Math.Max(computed.Count, other.Count); i++)
        {
            if (i >= other.Count) return $"message {i + 1} of {computed.Count} was not {how}";
            if (i >= computed.Count) return $"message {i + 1} was {how} and is not sent as recomputed";
            if (computed[i].Message == other[i].Digest) continue;
            return computed[i].Size == other[i].Size
                ? $"message {i + 1}, of {computed[i].Size} bytes, is another as recomputed than was {how}"
                : $"message {i + 1} has {computed[i].Size} bytes as recomputed and {other[i].Size} as {how}";
        }

        return null;
    }

    /// <summary>All that passed with a peer so far.</summary>
    public Transcript PassedWith(PartyId self, PartyId peer)
    {
        var used = Channels.Where(channel => channel.Peer == peer).ToList();
        return new Transcript(
            new DirectionTranscript(_context, self, peer, [.. used.Select(channel => channel.SentLine).OfType<TranscriptEntry>()]),
            new DirectionTranscript(_context, peer, self, [.. used.Where(channel => Package.CountReceived(peer, channel.Label) > 0).Select(channel => Package.ReceivedLine(peer, channel.Label))]));
    }
}
