using Collab.Jobs;
using Collab.ObliviousTransfer;
using Collab.Primitives;
using Collab.Psi.Circuit;

namespace Collab.Engine.Planning;

/// <content>Totals over matches that nobody learns.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record Circuit() : IntersectionProtocol(CircuitName, ProtocolChoice.Rr22)
    {
        private const long BytesPerTransfer = 16;

        public override Bilingual Merit => new(
            "matches stay shared between the two, and totals alone are opened", "匹配结果由双方秘密分享，只公开合计");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && security == SecurityModel.SemiHonest && question.Reveal is Reveal.Aggregates;

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var aggregates = (Reveal.Aggregates)question.Reveal;
            var plan = new CircuitPlan
            {
                Values = CircuitValues.OfSender,
                Squares = aggregates.Statistics.Any(s => s is Statistic.Variance or Statistic.StandardDeviation),
            };
            var cost = CircuitPsiCost.Of(Most(sizes.Sender), Most(sizes.Receiver), plan);
            var ole = TransferCost.OfVole(cost.OleLength, security);
            var runs = aggregates.Measures.Count;
            var seconds = runs * (CostRates.SecondsPerVectorOle + ((sizes.Sender + sizes.Receiver) * CostRates.SecondsPerCircuitKey / Environment.ProcessorCount));
            return new(runs * (cost.Flights + ole.Messages), runs * (cost.Bytes + ole.Bytes + (BytesPerTransfer * cost.Transfers)), cost.MemoryBytes, seconds, Overlaps: false);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) =>
            [new($"random shares made of at most {keys} keys and their values", $"由至多 {keys} 个键及其数值构成的随机份额")];

        public override IEnumerable<Bilingual> SenderLearns(IntersectionQuestion question, string others) =>
            [new("whether the matches are as many as the minimum, and nothing else", "匹配数是否达到下限，此外一无所知")];

        private static int Most(long count) => (int)Math.Min(count, CircuitPsiOptions.LargestItemCount);
    }
}
