using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.MultiParty;

/// <summary>What the parties of a run agree on before anything else.</summary>
/// <param name="Context">The run's context.</param>
/// <param name="Form">Digest of the parties, the leader and what is told to whom.</param>
/// <param name="Parties">All parties, in any order.</param>
/// <param name="Leader">The party that compares its items with those of each other one.</param>
/// <param name="MaximumPeerItems">The most items that another party may announce.</param>
internal sealed record PartyRun(Digest Context, Digest Form, IReadOnlyList<PartyId> Parties, PartyId Leader, long MaximumPeerItems);

/// <summary>How a run of three parties or more begins: agreement, and a key for each pair. Steps 1 and 2 of psi-multi-party and psi-threshold.</summary>
internal static class PartySetup
{
    /// <summary>Checks who takes part.</summary>
    /// <exception cref="ArgumentException">Not 3 to 10 different parties, or the leader is none of them.</exception>
    public static void Check(IReadOnlyList<PartyId> parties, PartyId leader)
    {
        if (parties.Count is < MultiPartyPsiOptions.FewestParties or > MultiPartyPsiOptions.MostParties
            || parties.Distinct().Count() != parties.Count || !parties.Contains(leader))
        {
            throw new ArgumentException("3 to 10 different parties, the leader among them.", nameof(parties));
        }
    }

    /// <summary>The other parties, in the order of their names; a channel to each is there.</summary>
    public static PartyId[] Others(PartyRun run, PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels)
    {
        PartyId[] others = [.. run.Parties.Where(party => party != self).Order()];
        return others.Length < run.Parties.Count && others.All(channels.ContainsKey)
            ? others
            : throw new ArgumentException("This party is one of the parties, and has a channel to each other.", nameof(channels));
    }

    /// <summary>Step 1: all say which run of whom this is; the leader and each other party say how many items they have.</summary>
    public static async Task<Dictionary<PartyId, int>> AgreeAsync(
        PartyRun run, PartyId self, PartyId[] others, IReadOnlyDictionary<PartyId, IChannel> channels, int count, StepId step, CancellationToken cancellation)
    {
        bool Tells(PartyId other) => self == run.Leader || other == run.Leader;
        foreach (var other in others)
        {
            var announcement = new PartyAnnouncement(run.Context, run.Form, Tells(other) ? (ulong)count : 0);
            await channels[other].SendAsync(announcement, cancellation).ConfigureAwait(false);
        }

        var counts = new Dictionary<PartyId, int>();
        foreach (var other in others)
        {
            var peer = await channels[other].ReceiveAsync<PartyAnnouncement>(step, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(peer.Context == run.Context, other, step, "the context of this run");
            PeerFaultException.ThrowUnless(peer.Form == run.Form, other, step, "the parties, the leader and the outputs of this run");
            var limit = Tells(other) ? (ulong)run.MaximumPeerItems : 0;
            PeerFaultException.ThrowUnless(peer.ItemCount <= limit, other, step, $"at most {limit} items");
            counts.Add(other, (int)peer.ItemCount);
        }

        return counts;
    }

    /// <summary>Step 2: of any two parties the one whose name comes first draws their key.</summary>
    public static async Task<List<Gf128>> ShareKeysAsync(
        PartyId self, PartyId[] others, IReadOnlyDictionary<PartyId, IChannel> channels, RandomSource random, StepId step, CancellationToken cancellation)
    {
        var keys = new List<Gf128>();
        foreach (var other in others.Where(other => self.CompareTo(other) < 0))
        {
            var key = Draw(random);
            keys.Add(key);
            await channels[other].SendAsync(new Block(key), cancellation).ConfigureAwait(false);
        }

        foreach (var other in others.Where(other => self.CompareTo(other) > 0))
        {
            keys.Add((await channels[other].ReceiveAsync<Block>(step, cancellation).ConfigureAwait(false)).Value);
        }

        return keys;
    }

    /// <summary>A uniform block.</summary>
    public static Gf128 Draw(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        random.Fill(bytes);
        var block = Gf128.Read(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return block;
    }
}
