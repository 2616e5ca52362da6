using Collab.Jobs;
using Collab.Statistics.Analyses;

namespace Collab.Engine.Planning;

/// <summary>What joint analyses do, said before anyone approves them: each with the totals that its receiver comes to know (protocols/specs/analysis.md).</summary>
public static class AnalysisExplanation
{
    internal static Explanation Of(Plan plan, AnalysisQuestion question)
    {
        var receiver = plan.Receivers[0];
        var settled = AnalysisPlan.Create(question, plan.Owners, receiver, plan.Inputs.ToDictionary(i => i.Owner, IntersectionSizes.MostRows));
        var ranked = question.Analyses.OfType<Analysis.Ranked>().Any();
        var isDealt = question.Analyses.OfType<Analysis.Ranked>().Any(analysis => analysis.IsDealt);
        var outlook = JointAnalyses.Describe(settled);
        var owners = string.Join(", ", plan.Owners);
        Bilingual[] asked = [.. question.Analyses.Select(Asked)];
        return new(
            plan.Digest,
            new(
                $"Over the rows of {owners}: {string.Join("; ", asked.Select(a => a.English))}.",
                $"对 {owners} 的行计算：{string.Join("；", asked.Select(a => a.Chinese))}。"),
            isDealt ? RankedExplanation.AdversaryWithDealer(receiver) : ranked && plan.Owners.Count == 3 ? RankedExplanation.AdversaryOfThree(receiver) : new(
                $"Honest but curious; {receiver} does not collude with an owner. Totals stay secret even if all but one party collude.",
                $"半诚实模型；{receiver} 不与任何数据方合谋。即使除一方外全部合谋，合计值仍保密。"),
            [
                new(
                    "Each owner adds up its own rows at home, exactly; one sum over the owners is opened, and the receiver computes the rest.",
                    "各数据方在本地对自己的行精确求和；只公开各方之和，其余由接收方计算。"),
                .. ranked ? RankedExplanation.Notes(plan.Owners.Count, isDealt) : [],
                new(
                    $"An analysis with a cell on fewer than {question.MinimumGroupSize} rows is withheld whole; a regression needs ten rows a column, one in steps more. Two jobs that differ by a few rows differ by those rows' totals.",
                    $"任一单元格不足 {question.MinimumGroupSize} 行的分析整体隐去；回归每列至少需要十行，逐步求解的回归需更多。两个仅差几行的作业，其结果之差即为那几行的合计。"),
                .. question.Analyses.OfType<Analysis.Quantiles>().Take(1).Select(_ => QuantileLimits(question)),
            ],
            [
                .. plan.Owners.Where(o => o != receiver).Select(owner => new PartyExplanation(
                    owner,
                    [.. Explanation.Reads(plan, owner), new("random shares of its totals, never a row", "其合计值的随机份额，绝不含任何行"), .. ranked ? RankedExplanation.Shared : []],
                    [new("which of the cells rest on enough rows to be told", "哪些单元格的行数足以公布"), .. question.Analyses.OfType<Analysis.Quantiles>().Select(ToldToAll), .. ranked ? RankedExplanation.Learned : []])),
                new(receiver,
                    [.. Explanation.Reads(plan, receiver), new("which cells pass, proven by a label it cannot forge", "哪些单元格通过，以无法伪造的标签证明"), .. isDealt ? RankedExplanation.Dealt : [], .. ranked && plan.Owners.Contains(receiver) ? RankedExplanation.Shared : []],
                    [.. question.Analyses.Select(Told), .. ranked && plan.Owners.Contains(receiver) ? RankedExplanation.Learned : []]),
                .. Explanation.Bystanders(plan),
            ],
            new(
                outlook.Sum(p => p.Sends.Sum(t => t.Messages)),
                outlook.Sum(p => p.Sends.Sum(t => t.Bytes)),
                CostRates.NodeMemory + outlook.Max(p => p.MemorySize) + plan.Inputs.Max(i => IntersectionSizes.MostRows(i) * settled.BytesPerRow)
                    + (ranked && plan.Owners.Count == 2 && !isDealt ? RankedExplanation.TransferMemory : 0),
                plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond) + CostRates.StatisticsFixed + CostRates.JobWait
                    + (ranked ? ComputationExplanation.SecondsOf(outlook.Sum(p => p.Sends.Sum(t => t.Messages)), outlook.Sum(p => p.Sends.Sum(t => t.Bytes))) : 0),
                AreUpperBounds: true));
    }

    /// <summary>An analysis in a few words: "a histogram of age in 5 bins".</summary>
    public static Bilingual Asked(Analysis analysis) => analysis switch
    {
        Analysis.Means { Test: MeanTest.OneSample } m => new($"a t-test of {m.Value.Column}", $"{m.Value.Column} 的 t 检验"),
        Analysis.Means { Test: MeanTest.AnalysisOfVariance } m => new($"an analysis of variance of {m.Value.Column} by {m.Groups!.Column}", $"{m.Value.Column} 按 {m.Groups!.Column} 的方差分析"),
        Analysis.Means m => new($"a t-test of {m.Value.Column} by {m.Groups!.Column}", $"{m.Value.Column} 按 {m.Groups!.Column} 的 t 检验"),
        Analysis.PairedMeans p => new($"a paired t-test of {p.First.Column} and {p.Second.Column}", $"{p.First.Column} 与 {p.Second.Column} 的配对 t 检验"),
        Analysis.Table { Test: TableTest.Fisher } t => new($"Fisher's test of {t.Rows.Column} and {t.Across.Column}", $"{t.Rows.Column} 与 {t.Across.Column} 的 Fisher 检验"),
        Analysis.Table { Test: TableTest.Ratios } t => new($"odds ratio and relative risk of {t.Across.Column} by {t.Rows.Column}", $"{t.Across.Column} 按 {t.Rows.Column} 的比值比与相对危险度"),
        Analysis.Table { Test: TableTest.Proportions } t => new($"a test of the proportions of {t.Across.Column} by {t.Rows.Column}", $"{t.Across.Column} 按 {t.Rows.Column} 的比例检验"),
        Analysis.Proportion p => new($"a test of the proportion of {p.Property.Column} = {p.Property.Levels[1]}", $"{p.Property.Column} = {p.Property.Levels[1]} 所占比例的检验"),
        Analysis.Table t => new($"a chi-squared test of {t.Rows.Column} and {t.Across.Column}", $"{t.Rows.Column} 与 {t.Across.Column} 的卡方检验"),
        Analysis.Correlation c => new($"the correlation of {c.X.Column} and {c.Y.Column}", $"{c.X.Column} 与 {c.Y.Column} 的相关"),
        Analysis.Shape s => new($"skewness and kurtosis of {s.Value.Column}", $"{s.Value.Column} 的偏度与峰度"),
        Analysis.Linear l => new(
            $"a linear regression of {l.Response.Column} on {string.Join(", ", l.Covariates.Select(c => c.Column))}", $"{l.Response.Column} 对 {string.Join("、", l.Covariates.Select(c => c.Column))} 的线性回归"),
        Analysis.Logistic l => new(
            $"a logistic regression of {l.Response.Column} on {string.Join(", ", l.Covariates.Select(c => c.Column))}, in at most 25 steps",
            $"{l.Response.Column} 对 {string.Join("、", l.Covariates.Select(c => c.Column))} 的逻辑回归（至多 25 步）"),
        Analysis.Poisson p => new(
            $"a Poisson regression of {p.Response.Column} on {string.Join(", ", p.Covariates.Select(c => c.Column))}, in at most 25 steps",
            $"{p.Response.Column} 对 {string.Join("、", p.Covariates.Select(c => c.Column))} 的泊松回归（至多 25 步）"),
        Analysis.Cox c => new(
            $"a Cox regression of {c.Time.Column} on {string.Join(", ", c.Covariates.Select(x => x.Column))}, times rounded up to {c.Ends.Count} ends, in at most 9 steps",
            $"{c.Time.Column} 对 {string.Join("、", c.Covariates.Select(x => x.Column))} 的 Cox 回归（时间上取整至 {c.Ends.Count} 个终点，至多 9 步）"),
        Analysis.Survival s => new($"survival by {s.Time.Column}{(s.Groups is { } g ? $", compared by {g.Column}" : "")}", $"按 {s.Time.Column} 的生存分析{(s.Groups is { } h ? $"，按 {h.Column} 比较" : "")}"),
        Analysis.Quantiles q => new(
            $"exact quantiles of {q.Value.Column} at {ProbabilitiesOf(q)}{(q.Groups is { } g ? $" by {g.Column}" : "")}{(q.HasRange ? $", all rows from {RangeOf(q).Low} to {RangeOf(q).High}" : "")}",
            $"{q.Value.Column} {(q.Groups is { } h ? $"按 {h.Column} " : "")}在 {ProbabilitiesOf(q)} 处的精确分位数{(q.HasRange ? $"（所有行介于 {RangeOf(q).Low} 与 {RangeOf(q).High} 之间）" : "")}"),
        Analysis.Ranked { Other: { } y } r => new($"Spearman's correlation of {r.Value.Column} and {y.Column}, ranked over all rows on shares", $"{r.Value.Column} 与 {y.Column} 的 Spearman 相关（在份额上对所有行排秩）"),
        Analysis.Ranked { Test: RankTest.KolmogorovSmirnov } r => new($"a Kolmogorov-Smirnov test of {r.Value.Column} by {r.Groups!.Column}, on shares", $"{r.Value.Column} 按 {r.Groups!.Column} 的 Kolmogorov-Smirnov 检验（在份额上）"),
        Analysis.Ranked r => new($"a rank test of {r.Value.Column} by {r.Groups!.Column}, ranked over all rows on shares", $"{r.Value.Column} 按 {r.Groups!.Column} 的秩检验（在份额上对所有行排秩）"),
        Analysis.Binned { Test: BinnedTest.Histogram } b => new($"a histogram of {b.Value.Column} in {b.Breaks.Count + 1} bins", $"{b.Value.Column} 的直方图（{b.Breaks.Count + 1} 个区间）"),
        Analysis.Binned { Test: BinnedTest.Stability } b => new($"the stability of {b.Value.Column} by {b.Groups!.Column} over {b.Breaks.Count + 1} bins", $"{b.Value.Column} 按 {b.Groups!.Column} 的群体稳定性指数（{b.Breaks.Count + 1} 个区间）"),
        Analysis.Binned b => new($"a rank test of {b.Value.Column} by {b.Groups!.Column}, all of a bin tied, in {b.Breaks.Count + 1} bins", $"{b.Value.Column} 按 {b.Groups!.Column} 的秩检验（{b.Breaks.Count + 1} 个区间，区间内视为相等）"),
        _ => throw new ArgumentException($"{analysis.GetType().Name} has no text.", nameof(analysis)),
    };

    // An owner follows the search, so it comes to know what is found.
    private static Bilingual ToldToAll(Analysis.Quantiles quantiles) => new(
        $"of {Asked(quantiles).English}: of each quantile the one or two values between which it lies; each is a value of a row, maybe another owner's",
        $"{Asked(quantiles).Chinese}：每个分位数两侧的一或两个值；每个值都是某一行的值，可能属于其他数据方");

    private static Bilingual QuantileLimits(AnalysisQuestion question) => new(
        $"A quantile is a value of a row, or lies between those of two; owners and receiver find it in {RoundsOf(question)} rounds. It is told if {question.MinimumGroupSize} rows lie on either side and up to the next one; with a group that has none to tell another is withheld; jobs with other probabilities add up.",
        $"分位数是某一行的值，或位于两行的值之间；各方以 {RoundsOf(question)} 轮共同求得。两侧及至相邻分位数各有 {question.MinimumGroupSize} 行时才公布；若某组无可公布者，另一组亦一并隐去；以其他概率另行提交的作业，其所知会累加。");

    private static int RoundsOf(AnalysisQuestion question) => question.Analyses.OfType<Analysis.Quantiles>().Sum(JointAnalyses.RoundsOf);

    private static (string Low, string High) RangeOf(Analysis.Quantiles quantiles) =>
        (PrivacyChoice.Decimal(quantiles.Low, quantiles.Value.Scale), PrivacyChoice.Decimal(quantiles.High, quantiles.Value.Scale));

    private static string ProbabilitiesOf(Analysis.Quantiles quantiles) =>
        string.Join(", ", quantiles.Probabilities.Select(units => PrivacyChoice.Decimal(units, quantiles.Scale)));

    private static Bilingual Told(Analysis analysis)
    {
        var (of, about) = (Asked(analysis), Totals(analysis));
        return new($"of {of.English}: {about.English}", $"{of.Chinese}：{about.Chinese}");
    }

    /// <summary>What its receiver comes to know of an analysis.</summary>
    internal static Bilingual Totals(Analysis analysis) => analysis switch
    {
        Analysis.Means or Analysis.PairedMeans => new Bilingual("number, sum and sum of squares of each sample", "各样本的个数、和与平方和"),
        Analysis.Table => new Bilingual("the count of every cell", "每个单元格的计数"),
        Analysis.Proportion => new Bilingual("how many rows have it and how many do not", "具有与不具有该属性的行数"),
        Analysis.Quantiles => new Bilingual("the number of rows of each group that is told, and of each quantile the one or two values of rows between which it lies", "每个公布组的行数，以及每个分位数两侧的一或两个行值"),
        Analysis.Ranked { Test: RankTest.Spearman } => new Bilingual("number of rows, the sum of products of ranks, and how tied each column is; no rank and no value", "行数、秩的乘积和以及每列的结；不含任何秩或数值"),
        Analysis.Ranked { Test: RankTest.KolmogorovSmirnov } => new Bilingual("the count of each group, the greatest distance of the distributions, and whether two rows share a value", "各组行数、分布间的最大距离，以及是否有两行取值相同"),
        Analysis.Ranked => new Bilingual("the count and the rank sum of each group, and how tied the values are; no rank and no value", "各组的行数与秩和，以及数值的结；不含任何秩或数值"),
        Analysis.Binned { Test: BinnedTest.Histogram } => new Bilingual("the count of every bin that is told", "每个公布区间的计数"),
        Analysis.Binned => new Bilingual("the count of every bin in every group", "各组每个区间的计数"),
        Analysis.Correlation => new Bilingual("number, sums, squares and products of the two columns", "两列的个数、和、平方和与乘积和"),
        Analysis.Shape => new Bilingual("number and sums of the first four powers", "个数与前四次幂之和"),
        Analysis.Linear => new Bilingual("all sums of products of two of the columns", "所有两列乘积之和"),
        Analysis.Logistic => new Bilingual(
            "the count of either response; at the start and after each step, at coefficients that it names: all weighted sums of products of two of the columns, the sums of the residuals times a column, the deviance, and how many rows are foretold wrongly",
            "两种取值的行数；在起点及每一步由其指定的系数处：所有两列乘积的加权和、残差与各列乘积之和、偏差，以及预测错误的行数"),
        Analysis.Poisson => new Bilingual(
            "number and sum of the counts, the sums of their y·ln y and ln y!; at the start and after each step, at coefficients that it names: all weighted sums of products of two of the columns, the sums of the residuals times a column, and the deviance",
            "计数的个数与和、y·ln y 之和与 ln y! 之和；在起点及每一步由其指定的系数处：所有两列乘积的加权和、残差与各列乘积之和，以及偏差"),
        Analysis.Cox => new Bilingual(
            "by interval, for those with the event and those followed no longer, of which there are none or enough: at the start and after each step, at coefficients that it names, their number weighted by hazard, and the weighted sums of each covariate and of products of two",
            "按时间区间，分别对发生事件者与不再随访者（其人数为零或足够多）：在起点及每一步由其指定的系数处，以风险加权的人数、各协变量的加权和及两两乘积的加权和"),
        _ => new Bilingual("by interval, as long as enough are at risk in every group: events and censored", "按时间区间（各组风险人数足够时）：事件数与删失数"),
    };
}
