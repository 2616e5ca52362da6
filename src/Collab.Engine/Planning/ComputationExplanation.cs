using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>What a computation does, said before anyone approves it: the program itself, what runs where, and what is opened (protocols/specs/computation.md).</summary>
internal static class ComputationExplanation
{
    // Assumed, not measured: what a byte of the protocol takes with the work behind it, and a round.
    private const double SecondsPerByte = 1.5e-8, SecondsPerMessage = 1e-4;

    public static Explanation Of(Plan plan, ComputationQuestion question)
    {
        var outlook = ComputationPlanner.ProgramOf(plan, question).Describe(plan.Security);
        var owners = string.Join(", ", plan.Owners);
        var (isChecked, isPair) = (plan.Security == SecurityModel.Malicious, plan.Owners.Count == 2);
        Bilingual[] opened =
        [
            .. outlook.Opened.Select(o => o.IsPerRow
                ? new Bilingual($"'{o.Name}', a value for every row", $"“{o.Name}”，每行一个值")
                : o.Count == 1 ? new($"'{o.Name}'", $"“{o.Name}”") : new($"'{o.Name}', {o.Count} values", $"“{o.Name}”，共 {o.Count} 个值")),
        ];
        return new(
            plan.Digest,
            new(
                $"Over the rows of {owners}, computed by these {(isPair ? "two" : "three")}: {string.Join("; ", question.Program.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))}",
                $"由 {owners} {(isPair ? "两" : "三")}方共同对其行计算：{string.Join("；", question.Program.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))}"),
            question.Dealer is { } trusted
                ? new($"Honest but curious. {trusted} deals the random numbers of every product and is trusted: if it colludes with one of the two, that one learns all of the other's values.", $"半诚实模型。{trusted} 为每次乘法分发随机数，须受信任：若其与两方之一合谋，该方即可得知另一方的全部值。")
                : isPair ? new("Honest but curious, each of the two against the other; products by oblivious transfer, with no third party's help.", "半诚实模型，两方互不信任；乘法以不经意传输完成，无需第三方协助。")
                : isChecked
                ? new("One of the three may deviate from the protocol at will: it is caught before anything is opened. No two of them collude.", "三方中至多一方可任意偏离协议：在任何结果公开之前即被发现。任意两方不合谋。")
                : new("Honest but curious; no two of the three collude.", "半诚实模型；三方中任意两方不合谋。"),
            [
                .. question.Inputs.Select(Ranged),
                question.SkipsMissing
                    ? new("A row without one of its values is left out by its owner.", "缺值的行由其数据方略去。")
                    : new("A row without one of its values ends the job.", "缺值的行使作业终止。"),
                new(
                    $"At home, each party computes what needs its own rows alone, and shares the outcome: {outlook.Shared} values. On shares: {outlook.Products} products, {outlook.Comparisons} comparisons, {outlook.Sorted} values sorted.",
                    $"各方在本地完成只涉及自身行的计算，仅共享结果：{outlook.Shared} 个值。在份额上：{outlook.Products} 次乘法、{outlook.Comparisons} 次比较、{outlook.Sorted} 个值排序。"),
                new(
                    $"What is opened is what the program says, however few rows it rests on. A policy can approve this program by its digest {question.ProgramDigest}.",
                    $"公开的内容由程序决定，不论涉及多少行。策略可凭程序摘要 {question.ProgramDigest} 自动批准。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner,
                    [.. Explanation.Reads(plan, owner), new("random shares, and how many rows it has", "随机份额及其行数")],
                    [new("how many rows the others have", "其他方的行数"), .. plan.Receivers.Contains(owner) ? opened : []])),
                .. question.Servers.Select(server => new PartyExplanation(
                    server, [new("random numbers for every product, to both", "向双方发送每次乘法所需的随机数")], [new("how many products and comparisons there are, and no value", "仅知乘法与比较的次数，不知任何值")])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                outlook.Messages, outlook.Bytes, CostRates.NodeMemory + (outlook.Bytes / 3),
                SecondsOf(outlook.Messages, outlook.Bytes) + plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond)
                    + CostRates.StatisticsFixed + CostRates.JobWait,
                AreUpperBounds: true));
    }

    /// <summary>What an engine of vectors takes for such traffic of all parties, with the work behind it.</summary>
    internal static double SecondsOf(long messages, long bytes) => (bytes * SecondsPerByte) + (messages * SecondsPerMessage);

    private static Bilingual Ranged(ComputationInput input)
    {
        var (low, high) = (Text(input.Low, input.Scale), Text(input.High, input.Scale));
        return new(
            $"'{input.Name}' is column '{input.Column}' of {input.Of?.Name ?? "each party"}, from {low} to {high}; a value outside ends the job before anything is shared.",
            $"“{input.Name}”为{input.Of?.Name ?? "各方"}的“{input.Column}”列，取值 {low} 至 {high}；超出范围的值在共享之前即终止作业。");
    }

    private static string Text(long units, int scale) => (units / (decimal)Math.Pow(10, scale)).ToString(CultureInfo.InvariantCulture);
}
