using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Engine.Planning;

/// <summary>A protocol that can answer some questions about an intersection. The one place where the planner learns of a new one.</summary>
/// <param name="Name">Its name in plans, with the version of its messages.</param>
/// <param name="Family">By which word a requester asks for it.</param>
internal abstract partial record IntersectionProtocol(string Name, ProtocolChoice Family)
{
    /// <summary>Diffie-Hellman (psi-ecdh.md).</summary>
    public const string EcdhName = "psi-ecdh/1";

    /// <summary>Diffie-Hellman, the number only (psi-cardinality.md).</summary>
    public const string CardinalityName = "psi-cardinality/1";

    /// <summary>Vector OLE and a key-value store, with labels or without (psi-vole.md).</summary>
    public const string VoleName = "psi-vole/1";

    /// <summary>The same in buckets from the disk, for sets larger than memory (psi-vole.md, "Buckets").</summary>
    public const string StreamedVoleName = "psi-vole-streamed/1";

    /// <summary>Circuit: the matches stay shared, their totals are opened (psi-circuit.md).</summary>
    public const string CircuitName = "psi-circuit/1";

    /// <summary>Diffie-Hellman over changing sets (psi-incremental.md).</summary>
    public const string IncrementalName = "psi-incremental/1";

    /// <summary>Oblivious pseudorandom function and kept token lists (psi-oprf.md).</summary>
    public const string OprfName = "psi-oprf/1";

    /// <summary>What all of 3 to 10 owners have (psi-multi-party.md).</summary>
    public const string MultiPartyName = "psi-multi-party/1";

    /// <summary>What at least so many of 3 to 10 owners have (psi-threshold.md).</summary>
    public const string ThresholdName = "psi-threshold/1";

    /// <summary>Homomorphic encryption against a prepared set (psi-unbalanced.md).</summary>
    public const string UnbalancedName = "psi-unbalanced/1";

    /// <summary>All of this program.</summary>
    public static IReadOnlyList<IntersectionProtocol> All { get; } =
        [new Ecdh(), new Vole(), new StreamedVole(), new Cardinality(), new Circuit(), new Incremental(), new Oprf(), new MultiParty(), new Threshold(), new Unbalanced()];

    /// <summary>The protocol of that name, or null.</summary>
    public static IntersectionProtocol? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>Whether it answers the question for so many owners against that adversary.</summary>
    public abstract bool Does(IntersectionQuestion question, SecurityModel security, int parties);

    /// <summary>Whether it is meant for sets of these sizes.</summary>
    public virtual bool Suits(IntersectionQuestion question, IntersectionSizes sizes) => true;

    /// <summary>What a run costs.</summary>
    public abstract IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes);

    /// <summary>Why a person would want it, in a few words.</summary>
    public abstract Bilingual Merit { get; }

    /// <summary>What leaves a party, its role being told by the plan.</summary>
    /// <param name="question">The question.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="party">The party.</param>
    /// <param name="keys">How many keys are reckoned with, as text.</param>
    public abstract IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys);

    /// <summary>What an owner that gets no result learns beyond the sizes.</summary>
    public virtual IEnumerable<Bilingual> SenderLearns(IntersectionQuestion question, string others) => [new("nothing else", "此外一无所知")];

    /// <summary>The owners whose number of distinct keys a party sees.</summary>
    public virtual IEnumerable<PartyId> CountsSeenBy(Plan plan, PartyId party) => plan.Owners.Where(owner => owner != party);

    /// <summary>What any owner learns beside its result and the sizes; of most protocols nothing.</summary>
    public virtual IEnumerable<Bilingual> AlsoLearns(IntersectionQuestion question, Plan plan, PartyId party, string others) => [];

    /// <summary>What a person has to know of the protocol before approving; of most nothing.</summary>
    public virtual IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan) => [];

    /// <summary>Who plays the receiver of a two-party protocol tells the other, where both are to know.</summary>
    protected static IEnumerable<Bilingual> Tells(Plan plan, PartyId party) =>
        plan.Receivers.Count == 2 && IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == party && plan.Security == SecurityModel.SemiHonest
            ? [new("a digest of every key that matches, for the other's output", "每个匹配键的摘要，供对方得到结果")]
            : [];

    // What the job adds to the protocol's own messages (protocols/specs/intersection.md, "Messages").
    protected static IntersectionCost WithJobMessages(IntersectionCost cost, IntersectionQuestion question, IntersectionSizes sizes)
    {
        cost = WithCounts(cost, question);
        if (sizes.Receivers < 2) return cost;
        if (question.Reveal is Reveal.Cardinality) return cost.Then(1, 8);
        var most = Math.Min(sizes.Sender, sizes.Receiver);
        var batches = (most + 2047) / 2048;
        return cost.Then(1 + batches, 8 + (4 * batches) + (16 * most));
    }

    // Step 1 of the job: counts or the size of labels.
    protected static IntersectionCost WithCounts(IntersectionCost cost, IntersectionQuestion question) => question.Reveal switch
    {
        Reveal.Differences => cost.Then(2, 2 * 8 * question.KeyCount),
        Reveal.Join => cost.Then(1, 4),
        _ => cost,
    };

    private static IEnumerable<Bilingual> SendsPoints(Plan plan, PartyId party, string keys) =>
        IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == party
            ? [new($"its keys, blinded: at most {keys} points", $"盲化后的键：至多 {keys} 个点")]
            : [new($"its keys, blinded and shuffled: at most {keys} points", $"盲化并打乱的键：至多 {keys} 个点")];

    private static int Limited(long count) => (int)Math.Min(count, EcdhPsiOptions.LargestItemCount);

    private sealed record Ecdh() : IntersectionProtocol(EcdhName, ProtocolChoice.Ecdh)
    {
        public override Bilingual Merit => new("Diffie-Hellman on Curve25519: nothing to set up", "Curve25519 上的 Diffie-Hellman：无需预备");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && security == SecurityModel.SemiHonest && question.Reveal is (Reveal.Rows or Reveal.Differences);

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var cost = EcdhPsiCost.Of(Limited(sizes.Sender), Limited(sizes.Receiver));
            return WithJobMessages(new(cost.Messages, cost.Bytes, CostRates.Curve, sizes, Overlaps: true), question, sizes);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) =>
            [.. SendsPoints(plan, party, keys), .. Tells(plan, party)];
    }

    private sealed record Cardinality() : IntersectionProtocol(CardinalityName, ProtocolChoice.Ecdh)
    {
        public override Bilingual Merit => new(
            "Diffie-Hellman, answered in an order of its own", "Curve25519 上的 Diffie-Hellman，应答不带次序");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && security == SecurityModel.SemiHonest && question.Reveal is Reveal.Cardinality;

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var cost = EcdhCardinalityCost.Of(Limited(sizes.Sender), Limited(sizes.Receiver));
            return WithJobMessages(new(cost.Messages, cost.Bytes, CostRates.Curve, sizes, Overlaps: true), question, sizes);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) =>
        [
            .. SendsPoints(plan, party, keys),
            .. plan.Receivers.Count == 2 && IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == party
                ? new Bilingual[] { new("the number of matches, for the other's output", "匹配数，供对方得到结果") }
                : [],
        ];
    }
}
