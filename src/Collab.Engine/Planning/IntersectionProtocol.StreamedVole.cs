using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Planning;

/// <content>RR22 in buckets.</content>
internal abstract partial record IntersectionProtocol
{
    /// <summary>Keys of a bucket, as <see cref="EnginePorts.BucketKeys"/> is unless a host says otherwise.</summary>
    public const int BucketKeys = 1 << 20;

    /// <summary>From one more key than this, reckoned of either owner, RR22 runs in buckets.</summary>
    public const long LargestInMemory = 1L << 21;

    private sealed record StreamedVole() : IntersectionProtocol(StreamedVoleName, ProtocolChoice.Rr22)
    {
        private static readonly Vole InMemory = new();

        public override Bilingual Merit => new(
            "RR22 in buckets from the disk: memory does not grow with the sets", "RR22，自磁盘分桶：内存不随集合增大");

        /// <summary>The rule of the plan, by the keys that are reckoned with, which all parties know.</summary>
        public static bool IsFor(IntersectionQuestion question, IntersectionSizes sizes) =>
            question.Reveal is (Reveal.Rows or Reveal.Differences) && Math.Max(sizes.Sender, sizes.Receiver) > LargestInMemory;

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && question.Reveal is (Reveal.Rows or Reveal.Differences);

        public override bool Suits(IntersectionQuestion question, IntersectionSizes sizes) => IsFor(question, sizes);

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var both = sizes.Receivers == 2;
            var cost = VolePsiCost.OfStreamed(
                Most(sizes.Sender), Most(sizes.Receiver), BucketKeys, security, both, both ? Math.Min(sizes.Sender, sizes.Receiver) : 0);
            return WithCounts(
                new(cost.TotalMessages + 2, cost.TotalToReceiver + cost.TotalToSender + (2 * Digest.Size), CostRates.StreamedVole, sizes, Overlaps: false), // and two nonces
                question);
        }

        private static long Most(long keys) => Math.Min(keys, 256L * BucketKeys);

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) => InMemory.Sends(question, plan, party, keys);
    }
}
