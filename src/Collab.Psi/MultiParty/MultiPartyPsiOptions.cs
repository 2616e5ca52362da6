using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Psi.MultiParty;

/// <summary>What every role of <see cref="MultiPartyPsi"/> is given beside items and randomness.</summary>
/// <param name="Context">32 bytes that name this run, the same at all parties and never used twice.</param>
/// <param name="Parties">All parties, the leader and this one among them, in any order; 3 to 10.</param>
/// <param name="Leader">Who learns the intersection.</param>
public sealed record MultiPartyPsiOptions(Digest Context, IReadOnlyList<PartyId> Parties, PartyId Leader)
{
    /// <summary>The fewest parties; two run a protocol of two.</summary>
    public const int FewestParties = 3;

    /// <summary>The most parties.</summary>
    public const int MostParties = 10;

    /// <summary>The largest number of items that a party may have.</summary>
    public const long LargestItemCount = 1L << 26;

    /// <summary>Whether the leader tells the intersection to all; the same at all.</summary>
    public bool AllLearn { get; init; }

    /// <summary>Threads for each step, 1 or more; the leader treats the other parties side by side.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The most items that another party may announce, up to <see cref="LargestItemCount"/>.</summary>
    public long MaximumPeerItems { get; init; } = LargestItemCount;

    /// <summary>Told what the leader has of each party after step 4: the value for each of the leader's items. For tests that look for more in it than there may be.</summary>
    internal Action<PartyId, Gf128[]>? Seen { get; init; }

    /// <summary>All parties in the order of their names.</summary>
    internal IReadOnlyList<PartyId> Ordered => [.. Parties.Order()];

    /// <summary>Which run of whom.</summary>
    internal PartyRun Run => new(Context, Form(), Parties, Leader, MaximumPeerItems);

    internal void Check(long items)
    {
        PartySetup.Check(Parties, Leader);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1, nameof(Parallelism));
        ArgumentOutOfRangeException.ThrowIfNegative(MaximumPeerItems, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumPeerItems, LargestItemCount, nameof(MaximumPeerItems));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, LargestItemCount, nameof(items));
    }

    /// <summary>What all parties must agree on beside the context.</summary>
    internal Digest Form() => Digest.Of(
        "collab.psi-multi-party.form",
        new CanonicalWriter().List(Ordered, (writer, party) => writer.Party(party)).Party(Leader).Boolean(AllLearn).Written);

    /// <summary>The name of the function between the leader and one party.</summary>
    internal Digest ContextOf(PartyId party) =>
        Digest.Of("collab.psi-multi-party.function", new CanonicalWriter().Digest(Context).Party(party).Written);
}
