using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Psi.Oprf;

namespace Collab.Engine.Planning;

/// <content>Standing jobs: what is kept from one run to the next.</content>
internal abstract partial record IntersectionProtocol
{
    private sealed record Incremental() : IntersectionProtocol(IncrementalName, ProtocolChoice.Ecdh)
    {
        private const int Example = 1_000;

        public override Bilingual Merit => new(
            "Diffie-Hellman with keys that are kept: a run costs what changed", "保留密钥的 Diffie-Hellman：每次运行的开销只取决于变化量");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties == 2 && security == SecurityModel.SemiHonest && question.Reveal is Reveal.Changes;

        // Of the first run, which takes the whole sets.
        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var cost = IncrementalPsiCost.Of(Most(sizes.Sender), 0, Most(sizes.Receiver));
            return new(cost.Messages, cost.Bytes, CostRates.Curve, sizes, Overlaps: true);
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) =>
            IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == party
                ? [new($"its new keys, blinded: at first at most {keys} points, then those that came since the last run", $"新增的键，盲化后：首次至多 {keys} 个点，之后仅上次运行以来新增的")]
                : [new($"its new and its removed keys, blinded and shuffled: at first at most {keys} points, then those that came or went since the last run", $"新增与移除的键，盲化并打乱：首次至多 {keys} 个点，之后仅上次运行以来增减的")];

        public override IEnumerable<Bilingual> SenderLearns(IntersectionQuestion question, string others) =>
            [new("nothing of matches, and nothing of what the other removes", "对匹配一无所知，也不知对方移除了什么")];

        public override IEnumerable<Bilingual> AlsoLearns(IntersectionQuestion question, Plan plan, PartyId party, string others)
        {
            if (plan.Receivers.Contains(party))
            {
                yield return new($"run by run, how many keys {others} adds and how many it removes: the pattern over time", $"每次运行中 {others} 新增与移除了多少个键：即随时间的变化规律");
                yield return new(
                    $"in which run a key of {others} that matches came or went, and that a key added now, matching or not, is one removed in an earlier run",
                    $"{others} 匹配的键在哪次运行中新增或移除；以及现在新增的键（不论是否匹配）是否为以前移除过的键");
                yield return new(
                    $"for its own keys that it has removed, whether {others} adds them later, if it keeps what it need not keep",
                    $"若另行保留本可删除的信息，还能得知自己已移除的键日后是否被 {others} 新增");
            }
            else
            {
                yield return new($"run by run, how many keys {others} adds: the pattern over time", $"每次运行中 {others} 新增了多少个键：即随时间的变化规律");
                yield return new($"that a key {others} adds now is one that it added in an earlier run, and so removed between, but not which key", $"{others} 现在新增的键是否为以前新增过（其间移除）的键，但不知是哪个键");
            }
        }

        public override IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan)
        {
            var bytes = IncrementalPsiCost.Of(Example, Example, Example).Bytes;
            yield return StandingNote(plan);
            yield return new(
                "Both keep a key and what was compared between runs, each in its own node's folder; when one side loses its state or restores an older one, the next run fails on both sides and says so, and the job has to be submitted and approved anew.",
                "双方在各自节点的文件夹中保留密钥与已比较的内容；若一方丢失状态或恢复了旧状态，下次运行在双方均失败并说明原因，须重新提交并批准作业。");
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"The estimate is for the first run, which takes the whole sets; one in which each side adds {Example:N0} keys and the sender removes {Example:N0} sends {bytes:N0} bytes, however large the sets are."),
                string.Create(CultureInfo.InvariantCulture, $"估计针对首次运行（全量）；若某次运行双方各新增 {Example:N0} 个键且发送方移除 {Example:N0} 个键，则传输 {bytes:N0} 字节，与集合大小无关。"));
        }

        private static int Most(long count) => (int)Math.Min(count, IncrementalPsiOptions.LargestChange);
    }

    private sealed record Oprf() : IntersectionProtocol(OprfName, ProtocolChoice.Ecdh)
    {
        public override Bilingual Merit => new(
            "an oblivious function (RFC 9497) and a list of tokens that is made once", "不经意伪随机函数（RFC 9497），令牌列表只需生成一次");

        public override bool Does(IntersectionQuestion question, SecurityModel security, int parties) =>
            parties >= 2 && security == SecurityModel.SemiHonest && question.Reveal is Reveal.Holders;

        // Of the first run, which makes and gives the lists; of several owners one after the other at worst.
        public override IntersectionCost CostOf(IntersectionQuestion question, SecurityModel security, IntersectionSizes sizes)
        {
            var owners = sizes.Parties - 1;
            var each = RecordCheckCost.Of((int)Math.Min(sizes.Sender / owners, KeptRecordCheck.LargestList), (int)Math.Min(sizes.Receiver, RecordCheck.LargestCount));
            const int offer = 2, offerBytes = Digest.Size + 1;
            return new(
                owners * (each.ListMessages + each.CheckMessages + offer), owners * (each.ListBytes + each.CheckBytes + offerBytes),
                CostRates.Tokens, sizes with { Sender = sizes.Sender / owners }, Overlaps: false) { Runs = owners };
        }

        public override IEnumerable<Bilingual> Sends(IntersectionQuestion question, Plan plan, PartyId party, string keys) => plan.Receivers[0] == party
            ? [new($"to each of the others a blinded point for each record that it asks for, which tells nothing of it", "向其他每一方为所查询的每条记录发送一个盲化的点，不泄露记录")]
            : [
                new($"once, and again when its data changed: tokens of its keys, at most {keys}, which tell nothing without its answers", $"首次及数据变化后：其键的令牌，至多 {keys} 个，没有它的应答则毫无信息"),
                new("for each record asked for an answer, proven to be made with the key of the list", "对每条被查询的记录给出应答，并证明使用列表的密钥"),
            ];

        public override IEnumerable<Bilingual> SenderLearns(IntersectionQuestion question, string others) =>
            [new("nothing of the records that are asked for, nor what was answered", "对被查询的记录及答案一无所知")];

        public override IEnumerable<Bilingual> AlsoLearns(IntersectionQuestion question, Plan plan, PartyId party, string others)
        {
            if (plan.Receivers[0] == party)
                yield return new($"when the list of one of {others} changes", $"{others} 中某一方的列表何时变化");
            else
                yield return new($"when {plan.Receivers[0]} asks, and for how many records", $"{plan.Receivers[0]} 何时查询、查询多少条记录");
        }

        public override IEnumerable<Bilingual> Notes(IntersectionQuestion question, Plan plan)
        {
            var records = question.RecordsOf(plan.Inputs, plan.Receivers[0]);
            yield return StandingNote(plan);
            yield return new(
                $"The grant limits how often {plan.Receivers[0]} may guess: {plan.Uses} runs of at most {records} records. No record stands in the plan; a run's receipt holds a salted commitment to what was asked.",
                $"授权限制 {plan.Receivers[0]} 的猜测次数：{plan.Uses} 次运行，每次至多 {records} 条记录。计划中不含任何记录；运行回执含所查询内容的加盐承诺。");
            if (plan.Owners.Count > 2)
            {
                yield return new(
                    $"{plan.Receivers[0]} asks each of the others by itself and so learns which of them hold the record; there is no form that tells only whether any does. Without an answer of one of them there is no result.",
                    $"{plan.Receivers[0]} 分别询问其他各方，因此得知其中哪些持有该记录；没有只告知“是否有任何一方持有”的形式。任何一方未应答则没有结果。");
            }

            yield return new("The estimate is for the first run, in which lists are made and given.", "估计针对首次运行，包括生成并发送列表。");
        }
    }

    // What an owner has to know before it grants a standing job: it does not grant certain rows, but those that will be there.
    private static Bilingual StandingNote(Plan plan) => new(
        $"A standing job: each of at most {plan.Uses} runs takes the datasets as their owners have registered them then, and spends a use; the receipt of a run names the version that was read.",
        $"常设作业：至多 {plan.Uses} 次运行，每次使用数据方届时登记的数据集并消耗一次授权；每次运行的回执写明所读取的版本。");
}
