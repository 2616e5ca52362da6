using System.Globalization;
using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What a trace does, said before anyone approves it (protocols/specs/trace.md).</summary>
internal static class TraceExplanation
{
    // A multiplication of a point with the work around it, by the tests on one core: two to seal a detail, one to try one.
    private const double SecondsPerMultiplication = 1.2e-4;

    public static Explanation Of(Plan plan, TraceQuestion question)
    {
        var terms = TracePlanner.TermsOf(plan, question, plan.Digest);
        var (messages, bytes) = terms.Traffic;
        var (banks, owners, minimum) = (plan.Owners.Count, string.Join(", ", plan.Owners), Text(question.Minimum, question.Scale));
        var told = Told(question);
        return new(
            plan.Digest,
            new(
                $"Where did the money go of at most {question.Traces} transfers that each of {owners} may trace? At most {question.Hops} hops, each within {question.Period} days, {question.FanOut} transfers a hop, parts below {minimum} not followed.",
                $"{owners} 各自最多追踪 {question.Traces} 笔转账：资金去向何处？最多 {question.Hops} 跳，每跳 {question.Period} 天以内，每跳最多跟踪 {question.FanOut} 笔，低于 {minimum} 的部分不跟踪。"),
            new(
                "Honest but curious. A bank that tells of a hop what does not fit the hop before is shown, with its name, to the bank that traces, and to nobody else.",
                "半诚实模型。若某银行所述与前一跳不符，则仅向追踪方显示该银行名称。"),
            [
                new(
                    "Which transfers are traced stands in a column of the bank that traces, not in the plan. All banks send the same messages of the same sizes, whether they trace or not and however far money went.",
                    "追踪哪些转账记于追踪方自己的数据列中，不在计划内。无论是否追踪、资金流向多远，各银行发送的消息及大小均相同。"),
                new(
                    $"A bank that is asked to follow a transfer learns that its money is traced by some bank, and how much of it. It does not learn whose loan it is{(question.Delay > 0 ? $"; a trace begins in one of the first {question.Delay + 1} rounds, drawn at random, so only in the first is it sure that the bank that asks is the one that traces" : ", but what comes in round 1 comes from the bank that traces: ask for a 'delay' to blur that")}.",
                    $"被要求跟踪某笔转账的银行得知：该款正被某银行追踪及其金额，但不知是谁的贷款{(question.Delay > 0 ? $"；追踪随机始于前 {question.Delay + 1} 轮之一，仅第一轮可断定询问方即追踪方" : "；第 1 轮的询问必来自追踪方，可用 'delay' 模糊之")}。"),
                new(
                    "Traced money leaves an account first, transfer by transfer in the order of days: what is told of each way is the most that can have gone it.",
                    "被追踪的资金先行流出，按日期逐笔计算：每条路径所述金额为可能的上限。"),
                .. question.SameName ? new Bilingual[] { new("Alert: money that comes to an account of the borrower's name, compared by tags that only the bank that traces can compare.", "预警：资金流入与借款人同名的账户，以仅追踪方可比对的标签比较。") } : [],
                .. question.Industries.Count > 0 ? new Bilingual[] { new($"Alert: money that comes to an account of industry {string.Join(", ", question.Industries)}, judged by its own bank.", $"预警：资金流入行业代码为 {string.Join("、", question.Industries)} 的账户，由其开户行判断。") } : [],
                question.Columns.Watched is { } watched
                    ? new($"Only accounts whose '{watched}' is yes are followed; of another nothing is told but that.", $"仅跟踪“{watched}”为 yes 的账户；其余账户除此之外不告知任何内容。")
                    : new("Every account may be followed: the plan names no column that says otherwise.", "所有账户均可被跟踪：计划未指定限制列。"),
                new(
                    $"In each of {question.Hops} rounds a bank sends each other {terms.MailboxSize} bytes, room for {question.Mailbox} summaries; of more the largest go. At the end it sends all {terms.BroadcastSize} bytes of {terms.Details} sealed details, real or not.",
                    $"{question.Hops} 轮中每轮各银行互发 {terms.MailboxSize} 字节（可容 {question.Mailbox} 条摘要，超出时先发金额大者）；最后向所有银行发送 {terms.Details} 个密封明细（真或假）共 {terms.BroadcastSize} 字节。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner,
                    [
                        .. Explanation.Reads(plan, owner),
                        new("for each transfer that it is asked to follow: the references and amounts of the next ones, to the bank of each, and sealed for the bank that traces", "对每笔被要求跟踪的转账：后续转账的编号与金额发给各自的银行，并为追踪方密封"),
                        new($"sealed for that bank alone, of each account that money came to: {told.English}", $"仅向追踪方密封告知资金到达的每个账户：{told.Chinese}"),
                    ],
                    [
                        new("of its own loans: the way of the money, and alerts", "自身贷款：资金路径与预警"),
                        new("of others: which of its transfers some bank traces, and nothing of where the money came from before or went after", "他行追踪：自身哪些转账正被某银行追踪，不知上游与下游"),
                    ])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                messages, bytes, CostRates.NodeMemory + (2 * banks * terms.BroadcastSize),
                (SecondsPerMultiplication * terms.Details * (2 + banks)) + plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond) + CostRates.StatisticsFixed + CostRates.JobWait,
                AreUpperBounds: true));
    }

    private static Bilingual Told(TraceQuestion question)
    {
        List<Bilingual> parts = [new("a tag that is the same for one account in this run, day and amount", "本次运行内同一账户的同一标签、日期与金额")];
        if (question.Details.HasFlag(TraceDetails.Account)) parts.Add(new("the account", "账户"));
        if (question.Details.HasFlag(TraceDetails.Name)) parts.Add(new("its holder", "户名"));
        if (question.Details.HasFlag(TraceDetails.Industry)) parts.Add(new("the industry", "行业"));
        parts.Add(new("what stayed, and the transfers that carry the money on", "留存金额及后续转账"));
        return new(string.Join(", ", parts.Select(part => part.English)), string.Join("、", parts.Select(part => part.Chinese)));
    }

    private static string Text(long units, int scale) => (units / (decimal)Math.Pow(10, scale)).ToString(CultureInfo.InvariantCulture);
}
