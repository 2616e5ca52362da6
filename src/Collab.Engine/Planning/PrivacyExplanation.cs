using System.Globalization;
using Collab.Jobs;
using Collab.Statistics;

namespace Collab.Engine.Planning;

/// <summary>What the noise of a private answer does, said before anyone approves it (protocols/specs/differential-privacy.md).</summary>
internal static class PrivacyExplanation
{
    /// <summary>The notes on a plan; none for an exact answer.</summary>
    public static IEnumerable<Bilingual> NotesOn(StatisticsPlan plan)
    {
        if (plan.Noise is not { } noise || plan.Question.Privacy is not { } choice) yield break;
        var (owners, name, chinese) = choice.Mechanism == NoiseMechanism.Laplace
            ? (plan.Owners.Count, "discrete Laplace", "离散拉普拉斯") : (plan.Owners.Count, "discrete Gaussian", "离散高斯");
        yield return new(
            $"Differentially private, {choice.Text}: whether any one row of an owner is there or not changes the chances of what all others see by no more than that, even if they all work together. Each owner adds {name} noise in full to its own totals before they are shared.",
            $"差分隐私，{Chinese(choice)}：任一数据方的任意一行是否存在，对其他各方所见结果的概率影响不超过该限度，即使其他各方全部合谋。各数据方在共享前对自己的合计值加入完整的{chinese}噪声。");
        yield return new(
            $"A row is in {noise.Shares} totals, each of which gets 1/{noise.Shares} of it. The noise of all {owners} owners has a standard deviation of {Number(Math.Sqrt(owners * noise.Count.Variance))} in each count{Sums(plan, "; in the sum of ", ", in that of ", " ")}{AboutMiddle(plan)}.",
            $"每行涉及 {noise.Shares} 个合计值，各占其 1/{noise.Shares}。全部 {owners} 个数据方的噪声之标准差：每个计数 {Number(Math.Sqrt(owners * noise.Count.Variance))}{Sums(plan, "；总和 ", "、", " ")}{AboutMiddleChinese(plan)}。");
        if (choice.Ranges.Count > 0)
        {
            var ranges = choice.Ranges.Select(r => (r.Column, Low: PrivacyChoice.Decimal(r.Low, r.Scale), High: PrivacyChoice.Decimal(r.High, r.Scale))).ToList();
            yield return new(
                $"A value outside its range counts as the nearest end: {string.Join(", ", ranges.Select(r => $"{r.Column} {r.Low} to {r.High}"))}.",
                $"超出范围的值按最近端点计：{string.Join("、", ranges.Select(r => $"{r.Column} {r.Low} 至 {r.High}"))}。");
        }

        yield return new(
            $"Counts with noise are held against the minimum of {plan.Question.MinimumGroupSize}: a cell on fewer rows may be told, and one on more withheld. Each run spends anew.",
            $"与下限 {plan.Question.MinimumGroupSize} 比较的是加噪后的计数：行数不足的单元格可能被公布，足够的也可能被隐去。每次运行都重新消耗隐私预算。");
    }

    private static string Sums(StatisticsPlan plan, string first, string next, string link) =>
        plan.Question.Privacy!.Ranges.Count == 0 || plan.Noise!.IsAboutMiddle ? "" : first + string.Join(next, plan.Question.Measures.Select((measure, i) =>
            $"{measure.Column}{link}{Number(Math.Sqrt(plan.Owners.Count * plan.Noise!.Sum(i).Variance) / Math.Pow(10, measure.Scale))}"));

    private static string AboutMiddle(StatisticsPlan plan) => string.Concat(Distances(plan).Select(d =>
        $"; in the sum of the distances of {d.Column} from {d.Middle}, the middle of its range, {d.Sum}, and in that of their squares {d.Squares}"));

    private static string AboutMiddleChinese(StatisticsPlan plan) => string.Concat(Distances(plan).Select(d =>
        $"；{d.Column} 与其范围中点 {d.Middle} 之差的总和 {d.Sum}，差的平方和 {d.Squares}"));

    private static IEnumerable<(string Column, string Middle, string Sum, string Squares)> Distances(StatisticsPlan plan)
    {
        if (plan.Noise is not { IsAboutMiddle: true } noise) yield break;
        foreach (var (i, measure) in plan.Question.Measures.Index())
        {
            var unit = 2 * Math.Pow(10, measure.Scale);
            var range = plan.Question.Privacy!.Ranges[i];
            yield return (
                measure.Column, (((double)range.Low + range.High) / unit).ToString(CultureInfo.InvariantCulture),
                Number(Math.Sqrt(plan.Owners.Count * noise.Sum(i).Variance) / unit), Number(Math.Sqrt(plan.Owners.Count * noise.SumOfSquares(i).Variance) / (unit * unit)));
        }
    }

    private static string Chinese(PrivacyChoice choice) => choice.Text.Replace("epsilon", "ε =", StringComparison.Ordinal).Replace(", delta", "，δ =", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("g3", CultureInfo.InvariantCulture);
}
