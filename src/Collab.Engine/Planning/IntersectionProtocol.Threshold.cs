using Collab.Jobs;
using Collab.ObliviousTransfer;
using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Psi.Threshold;

namespace Collab.Engine.Planning;

/// <content>The keys of one owner that are in at least so many of 3 to 10 lists.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record Threshold() : IntersectionProtocol(ThresholdName, ProtocolChoice.Rr22)
    {
        public override Bilingual Merit => new(
            "membership stays shared, all owners count it together, and only the answer is opened", "成员关系保持秘密分享，由所有数据方共同计数，只公开答案");

        // In all lists is the question of psi-multi-party, which is far cheaper.
        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties is >= MultiPartyPsiOptions.FewestParties and <= MultiPartyPsiOptions.MostParties && security == SecurityModel.SemiHonest
            && question.Reveal is Reveal.Rows && question.AtLeast > 0 && question.AtLeast < parties;

        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            // Stores grow with the items, so that others of one middle size cost what they cost together.
            var others = sizes.Parties - 1;
            var each = sizes.Sender / others;
            var (leader, party) = (Most(sizes.Receiver), Most(each));
            var withLeader = ThresholdPsiCost.WithLeader(leader, party, sizes.Parties, question.AtLeast);
            var between = ThresholdPsiCost.BetweenOthers(leader, sizes.Parties, question.AtLeast);
            var pairs = (long)others * (others - 1) / 2;
            var ole = TransferCost.OfVole(withLeader.OleLength, security);
            return new(
                (others * (withLeader.Messages + ole.Messages)) + (pairs * between.Messages),
                (others * (withLeader.Bytes + withLeader.TransferBytes + ole.Bytes)) + (pairs * (between.Bytes + between.TransferBytes)),
                CostRates.Circuit, sizes with { Sender = each }, Overlaps: false) { Runs = others };
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys)
        {
            var leader = IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers);
            yield return leader == party
                ? new($"to each other owner, a masked store of at most {keys} keys, which looks random", $"向其他每个数据方各发送至多 {keys} 个键的掩码存储，看似随机")
                : new($"to {leader}, random shares made of at most {keys} keys", $"向 {leader} 发送由至多 {keys} 个键构成的随机份额");
            yield return new("to every other owner, random shares of which lists a key is in", "向其他每个数据方发送键在哪些名单中的随机份额");
            if (leader != party) yield return new($"to {leader}, its share of the answer for each place of {leader}'s table", $"向 {leader} 发送其表中每个位置的答案份额");
        }

        public override IEnumerable<PartyId> CountsSeenBy(Plan plan, PartyId party) => CountsSeenByLeader(plan, party);

        public override IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan)
        {
            var leader = IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers);
            yield return new(
                $"The list of {leader} counts as one: its key is told when at least {question.AtLeast - 1} of the other owners have it too; not which, and not how many.",
                $"{leader} 自己的名单计为一个：其他数据方中至少 {question.AtLeast - 1} 个也有该键时才告知；不告知是哪些，也不告知有多少个。");
            yield return new(
                $"Owners that collude without {leader} learn nothing more. Together with {leader} they know their own lists, and so whether enough of the remaining owners have a key.",
                $"不含 {leader} 的合谋方不会得知更多。与 {leader} 合谋时，他们知道自己的名单，因而得知其余数据方中是否有足够多的一方拥有某个键。");
        }

        private static int Most(long count) => (int)Math.Min(count, ThresholdPsiOptions.LargestItemCount);
    }
}
