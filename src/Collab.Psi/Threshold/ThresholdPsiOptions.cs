using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.MultiParty;

namespace Collab.Psi.Threshold;

/// <summary>What every role of <see cref="ThresholdPsi"/> is given beside items and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at all parties and never used twice.</param>
/// <param name="Parties">All parties, the leader and this one among them, in any order; 3 to 10.</param>
/// <param name="Leader">Who learns which of its items are in enough sets.</param>
/// <param name="Threshold">In how many of all sets, the leader's own counted, an item must be; 2 to the number of parties.</param>
public sealed record ThresholdPsiOptions(Digest Context, IReadOnlyList<PartyId> Parties, PartyId Leader, int Threshold)
{
    /// <summary>The largest number of items that a party may have.</summary>
    public const int LargestItemCount = CircuitPsiOptions.LargestItemCount;

    /// <summary>Threads for each step, 1 or more; the leader treats the other parties side by side.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most items that another party may announce, up to <see cref="LargestItemCount"/>.</summary>
    public int MaximumPeerItems { get; init; } = LargestItemCount;

    /// <summary>Told each party's share of the output at the leader, and which of its items lies in each bin. For tests that look for more in it than there may be.</summary>
    internal Action<PartyId, BitVector, IReadOnlyList<int>?>? Seen { get; init; }

    /// <summary>Which run of whom.</summary>
    internal PartyRun Run => new(Context, Form(), Parties, Leader, MaximumPeerItems);

    /// <summary>The name of the membership tests: one for all parties, so that an item lies in the same bin towards each.</summary>
    internal Digest MembersContext => Digest.Of("collab.psi-threshold.members", Context.ToArray());

    internal void Check(long items)
    {
        PartySetup.Check(Parties, Leader);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threshold, 2, nameof(Threshold));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threshold, Parties.Count, nameof(Threshold));
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerItems, LargestItemCount, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, LargestItemCount, nameof(items));
    }

    /// <summary>What all parties must agree on beside the context.</summary>
    internal Digest Form() => Digest.Of(
        "collab.psi-threshold.form",
        new CanonicalWriter().List([.. Parties.Order()], (writer, party) => writer.Party(party)).Party(Leader).UInt32((uint)Threshold).Written);

    /// <summary>The name of the shares of two parties.</summary>
    internal Digest ContextOf(PartyId one, PartyId other)
    {
        var (first, second) = one.CompareTo(other) < 0 ? (one, other) : (other, one);
        return Digest.Of("collab.psi-threshold.pair", new CanonicalWriter().Digest(Context).Party(first).Party(second).Written);
    }
}
