using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;

namespace Collab.Engine.Planning;

/// <content>Totals over matches that nobody learns.</content>
internal abstract partial record IntersectionProtocol
{
    /// <summary>On faster lines, in Mbit/s, the bytes that silent transfers save take less time than the work they add (specs/psi-circuit.md, "Cost").</summary>
    private const int FastestSilentLine = 500;

    /// <summary>How a circuit intersection makes its transfers, which both parties read from the plan.</summary>
    public static TransferForm TransfersOf(IntersectionQuestion question) =>
        IntersectionSizes.LineOf(question) <= FastestSilentLine ? TransferForm.Silent : TransferForm.Extension;

    private sealed record Circuit() : IntersectionProtocol(CircuitName, ProtocolChoice.Rr22)
    {
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
            var form = TransfersOf(question);
            var cost = CircuitPsiCost.OfTotals(Most(sizes.Sender), Most(sizes.Receiver), plan, form);
            var runs = aggregates.Measures.Count;
            return new(
                runs * (cost.Flights + cost.Ole.Messages), runs * cost.TotalBytes, form == TransferForm.Silent ? CostRates.SilentCircuit : CostRates.Circuit, sizes,
                Overlaps: false) { Runs = runs };
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) =>
            [new($"random shares made of at most {keys} keys and their values", $"由至多 {keys} 个键及其数值构成的随机份额")];

        public override IEnumerable<Bilingual> SenderLearns(IntersectionQuestion question, string others) =>
            [new("whether the matches are as many as the minimum, and nothing else", "匹配数是否达到下限，此外一无所知")];

        private static int Most(long count) => (int)Math.Min(count, CircuitPsiOptions.LargestItemCount);
    }
}
