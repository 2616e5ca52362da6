using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Planning;

/// <content>RR22.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record Vole() : IntersectionProtocol(VoleName, ProtocolChoice.Rr22)
    {
        // A label of 32 bytes is reckoned with: its size is known to the owner of the columns alone before the run.
        private const int AssumedLabel = 32;

        public override Bilingual Merit => new(
            "vector OLE and a key-value store (RR22): fastest for large sets", "向量 OLE 与键值存储（RR22）：大集合最快");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && question.Reveal is (Reveal.Rows or Reveal.Differences or Reveal.Join);

        public override bool Suits(IntersectionQuestion question, IntersectionSizes sizes) => !StreamedVole.IsFor(question, sizes);

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var label = question.Reveal is Reveal.Join ? AssumedLabel : 0;
            var both = sizes.Receivers == 2;
            var common = (int)Math.Min(Math.Min(sizes.Sender, sizes.Receiver), VolePsiOptions.LargestItemCount);
            var cost = VolePsiCost.Of(Limited(sizes.Sender), Limited(sizes.Receiver), security, both, both ? common : 0, label);
            return WithCounts(
                new(cost.TotalMessages, cost.TotalToReceiver + cost.TotalToSender, CostRates.Vole, sizes, Overlaps: false), question);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys)
        {
            if (IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == party)
            {
                yield return new($"a masked store of at most {keys} keys, which looks random", $"至多 {keys} 个键的掩码存储，看似随机");
                if (plan.Receivers.Count == 2) yield return new("for each of the other's masks whether it matches", "对方每个掩码是否匹配");
            }
            else
            {
                yield return new($"masks of its keys in ascending order: at most {keys}", $"其键的掩码，按升序：至多 {keys} 个");
                if (question.Reveal is Reveal.Join join)
                    yield return new($"{string.Join(", ", join.Columns)} for each key, readable for shared keys only", $"每个键的 {string.Join("、", join.Columns)}，仅共有的键可读");
            }
        }
    }
}
