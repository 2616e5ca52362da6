using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Statistics.Analyses.Joined;

namespace Collab.Engine.Planning;

/// <summary>What analyses over the matching rows of two owners do, said before anyone approves them (protocols/specs/analysis-joined.md).</summary>
internal static class JoinedAnalysisExplanation
{
    // Reckoned from two runs of the protocol (analysis-joined.md, "Cost"), not fitted nor held against whole jobs.
    private const double SecondsPerKey = 10e-6;
    private const double SecondsPerTransfer = 0.35e-6;

    // Fitted to the peaks of nodes in whole jobs, within a quarter (analysis-joined.md, "Cost").
    private const long FixedMemory = 45_000_000;
    private const long BytesPerKey = 1_600;
    private const long BytesPerKeyAndColumn = 150;

    public static Explanation Of(Plan plan, AnalysisQuestion question, JoinedTables join)
    {
        var receiver = plan.Receivers[0];
        var sender = plan.Owners.Single(owner => owner != receiver);
        var owners = string.Join(", ", plan.Owners);
        Bilingual[] asked = [.. question.Analyses.Select(AnalysisExplanation.Asked)];
        var analyses = JoinedAnalysisPlanner.AnalysesOf(plan, question);
        CircuitPsiCost[] costs = [
            .. analyses.All(analysis => analysis.Ordered is not null) ? Array.Empty<CircuitPsiCost>() : [CircuitPsiCost.OfJoined(
                Most(plan.InputOf(sender)!), Most(plan.InputOf(receiver)!), [.. JoinedAnalysisPlanner.PlansOf(plan, analyses).Where(totals => totals.Terms.Count > 0)], JoinedAnalysisPlanner.Transfers,
                RoundsOf(plan, analyses))],
            .. OrderedAnalysisExplanation.CostsOf(plan, analyses, Most)];
        var keys = plan.Inputs.Sum(input => (double)Most(input));
        return new(
            plan.Digest,
            new(
                $"Over the rows whose keys both {owners} have: {string.Join("; ", asked.Select(a => a.English))}.",
                $"对 {owners} 双方键相同的行计算：{string.Join("；", asked.Select(a => a.Chinese))}。"),
            new(
                "Honest but curious: nothing here checks that a party brings its true rows or follows the protocol.",
                "半诚实模型：不检验任何一方的数据是否真实，也不检验其是否遵守协议。"),
            [
                new(
                    "Which rows match stays shared between the two and nobody learns it; of each analysis its totals alone are opened, exactly, and the receiver computes the rest.",
                    "哪些行匹配由双方秘密分享，任何一方都不知道；每项分析只公开其精确合计，其余由接收方计算。"),
                new(
                    $"An analysis with fewer than {question.MinimumGroupSize} matching rows, or so few in a cell, is withheld whole before anything is opened; a regression needs ten rows a column. Survival is told up to where so many are at risk in every group, a histogram bin by bin.",
                    $"匹配行或任一单元格不足 {question.MinimumGroupSize} 行的分析，在公开任何值之前整体隐去；回归每列至少需要十行。生存分析公布至各组风险人数仍足够之时，直方图逐区间公布。"),
                new(
                    $"{receiver} knows its own rows: a column of its own that is other than 0 in few rows alone comes close to telling {sender}'s values of these. Two jobs whose lists of keys differ by a few rows differ by those rows' totals; no ledger of answers can see that, so limit uses.",
                    $"{receiver} 知道自己的行：若其某列仅在少数行非零，则合计几乎等于 {sender} 在这些行的值。键列表仅差几行的两个作业，其结果之差即为那几行的合计；答复账本无法察觉，故应限制使用次数。"),
                .. OrderedAnalysisExplanation.Notes(plan.Owners, analyses),
                .. analyses.Any(analysis => analysis.MostPoints > 0)
                    ? [new Bilingual(
                        $"A regression in steps opens sums at every coefficient that {receiver} names, and {receiver} is trusted to name those of the iteration: {sender} cannot check that they follow.",
                        $"逐步回归在 {receiver} 指定的每组系数处公开合计；须信任 {receiver} 按迭代指定，{sender} 无法检验。")]
                    : Array.Empty<Bilingual>(),
            ],
            [
                new(
                    sender, [.. Explanation.Reads(plan, sender), new("random shares made of its keys and columns", "由其键与列构成的随机份额")],
                    [
                        .. Common(receiver),
                        .. analyses.Any(analysis => analysis.MostPoints > 0)
                            ? [new Bilingual("of each regression in steps, the coefficients after every step, the last of which are the result", "每个逐步回归在每一步后的系数，最后的系数即为结果")]
                            : Array.Empty<Bilingual>(),
                        new("nothing else", "此外一无所知"),
                    ]),
                new(
                    receiver, [.. Explanation.Reads(plan, receiver), new("random shares made of its keys and columns", "由其键与列构成的随机份额")],
                    [
                        .. Common(sender),
                        .. question.Analyses.Zip(analyses, (analysis, joined) => Told(analysis, joined)),
                    ]),
                .. Explanation.Bystanders(plan),
            ],
            new(
                costs.Sum(cost => cost.Flights + cost.Ole.Messages), costs.Sum(cost => cost.TotalBytes),
                CostRates.NodeMemory + FixedMemory + OrderedAnalysisExplanation.MemoryOf(plan, analyses, plan.Inputs.Max(Most), BytesPerKey) + (plan.Inputs.Max(Most) * (BytesPerKey + (BytesPerKeyAndColumn * analyses.Max(a => Math.Max(a.OfSender.Count + a.OfReceiver.Count, a.Rounds.Take(1).SelectMany(parts => parts).Select(part => part.OfSender.Count + part.OfReceiver.Count + part.OpenedCount + part.Ways).DefaultIfEmpty().Max()))))),
                CostRates.JobWait + (keys * CostRates.SecondsPerRow) + CostRates.SilentCircuit.Fixed + (keys * SecondsPerKey) + (costs.Sum(cost => (double)cost.Transfers) * SecondsPerTransfer),
                AreUpperBounds: true));
    }

    private static Bilingual[] Common(PartyId other) =>
    [
        new($"how many keys {other} has, and of none whether it matches or lacks a value", $"{other} 的键数，但不知道其中哪些匹配或缺值"),
        new(
            "of each analysis whether enough rows match; of survival in which intervals enough are at risk, of a histogram in which bins enough lie, of Cox regression in which intervals some leave with or without the event",
            "每项分析的匹配行是否足够；生存分析中哪些区间、直方图中哪些区间的行数足够，Cox 回归中哪些区间有（或无）发生事件与不再随访者"),
    ];

    /// <summary>The sums of every round that an analysis may take.</summary>
    private static IReadOnlyList<IReadOnlyList<JoinedSumPlan>> RoundsOf(Plan plan, IReadOnlyList<JoinedAnalysis> analyses) =>
        [.. JoinedAnalysisPlanner.PlansOf(plan, analyses).Zip(analyses, (totals, analysis) => JoinedAnalysisPlanner.RoundsOf(plan, analysis, totals)).SelectMany(rounds => rounds)];

    private static Bilingual Told(Analysis analysis, JoinedAnalysis joined)
    {
        var (of, about) = (AnalysisExplanation.Asked(analysis), analysis switch
        {
            Analysis.PairedMeans => new Bilingual("number, sums, squares and products of the two columns, which is more than of their differences", "两列的个数、和、平方和与乘积和（多于差值的合计）"),
            Analysis.Logistic => new Bilingual(
                "the count of either response, all sums of products of two of the columns, and the sum of each over the rows of the second response; after each step, at coefficients that it names: all weighted sums of products of two of the columns, the sums of the means times a column, and the deviance",
                "两种取值的行数、所有两列乘积之和，以及第二种取值的行的各列之和；在每一步由其指定的系数处：所有两列乘积的加权和、均值与各列乘积之和，以及偏差"),
            _ => AnalysisExplanation.Totals(analysis),
        });
        if (joined.Ordered is not null) return new($"of {of.English}, over the rows that match: {about.English}", $"{of.Chinese}（匹配的行）：{about.Chinese}");
        if (joined.Rounds.FirstOrDefault() is { } round)
        {
            return new(
                $"of {of.English}, over the rows that match: {about.English} ({joined.Products.Count} totals, and {round[0].OpenedCount} for each of at most {joined.MostPoints} steps; usually fewer than 10, and the cost told is that of all)",
                $"{of.Chinese}（匹配的行）：{about.Chinese}（共 {joined.Products.Count} 个合计，另每步 {round[0].OpenedCount} 个，至多 {joined.MostPoints} 步；通常不足 10 步，所示开销按全部步数计）");
        }

        return new(
            $"of {of.English}, over the rows that match: {about.English} ({joined.Products.Count(product => product.Gate is not null)} totals)", $"{of.Chinese}（匹配的行）：{about.Chinese}（共 {joined.Products.Count(product => product.Gate is not null)} 个合计）");
    }

    private static int Most(PlanInput input) => (int)Math.Min(IntersectionSizes.MostRows(input), CircuitPsiOptions.LargestItemCount);
}
