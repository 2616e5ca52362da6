using Collab.Jobs;
using Collab.ObliviousTransfer;
using Collab.Primitives;
using Collab.Psi.MultiParty;

namespace Collab.Engine.Planning;

/// <content>The keys that all of 3 to 10 owners have.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record MultiParty() : IntersectionProtocol(MultiPartyName, ProtocolChoice.Rr22)
    {
        public override Bilingual Merit => new(
            "vector OLE, key-value stores and shares of zero: no intersection of fewer lists than all", "向量 OLE、键值存储与零份额：不产生少于全部名单的交集");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties is >= MultiPartyPsiOptions.FewestParties and <= MultiPartyPsiOptions.MostParties && security == SecurityModel.SemiHonest
            && question.Reveal is Reveal.Rows && (question.AtLeast == 0 || question.AtLeast == parties);

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            // Stores grow with the items, so that others of one middle size cost what they cost together.
            var others = sizes.Parties - 1;
            var each = sizes.Sender / others;
            var cost = MultiPartyPsiCost.Of(Most(sizes.Receiver), Most(each), sizes.Receivers > 1 ? Most(Math.Min(each, sizes.Receiver)) : null);
            var ole = TransferCost.OfVole(cost.OleLength, security);
            var between = (long)others * (others - 1) / 2;
            return new(
                (others * (cost.Messages + ole.Messages)) + (between * MultiPartyPsiCost.MessagesBetweenOthers),
                (others * (cost.Bytes + ole.Bytes)) + (between * MultiPartyPsiCost.BytesBetweenOthers),
                CostRates.Vole, sizes with { Sender = each }, Overlaps: false) { Runs = others };
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys)
        {
            var leader = IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers);
            yield return new("a key for shares of zero, to each owner after it by name", "向名称排在其后的每个数据方各发送一个零份额密钥");
            if (leader == party)
            {
                yield return new($"to each other owner, a masked store of at most {keys} keys, which looks random", $"向其他每个数据方各发送至多 {keys} 个键的掩码存储，看似随机");
                if (plan.Receivers.Count > 1) yield return new("to all, a digest of every key that all have", "向所有数据方发送每个共有键的摘要");
            }
            else
            {
                yield return new($"to {leader}, a store of at most {keys} masked shares of zero, which looks random", $"向 {leader} 发送至多 {keys} 个掩码零份额的存储，看似随机");
            }
        }

        public override IEnumerable<PartyId> CountsSeenBy(Plan plan, PartyId party) => CountsSeenByLeader(plan, party);

        public override IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan)
        {
            var leader = IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers);
            yield return new(
                $"Owners that collude without {leader} learn nothing more. Together with {leader} they learn which of its keys all the remaining owners have, and of no fewer; when a single owner remains, that is the intersection with its list.",
                $"不含 {leader} 的合谋方不会得知更多。与 {leader} 合谋时，可得知其哪些键为其余所有数据方共有，但不能得知更少数据方的情况；若只剩一个数据方，即得知与其名单的交集。");
        }

        private static int Most(long count) => (int)Math.Min(count, MultiPartyPsiOptions.LargestItemCount);
    }

    // The one that compares its keys with each other owner's sees all counts; the others see its count alone.
    private static IEnumerable<PartyId> CountsSeenByLeader(Plan plan, PartyId party)
    {
        var leader = IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers);
        return party == leader ? plan.Owners.Where(owner => owner != leader) : [leader];
    }
}
