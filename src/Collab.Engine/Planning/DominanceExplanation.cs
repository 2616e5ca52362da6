using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What a rule of dominance means for those who approve it (protocols/specs/statistics.md, Dominance).</summary>
internal static class DominanceExplanation
{
    /// <summary>How it is judged; nothing when there is none.</summary>
    public static IEnumerable<Bilingual> NotesOn(StatisticsQuestion question) => question switch
    {
        { Dominance: null } => [],
        { TellsSquares: true } =>
        [
            new(
                "Dominance is judged on the squares of the values, since their sum is told too; each row is a contribution. A row that stands out only by its distance from the mean is not caught.",
                "主导性按数值的平方判断，因为平方和也会公布；每行为一个贡献。仅因偏离均值而突出的行不能发现。"),
        ],
        _ =>
        [
            new(
                "Dominance is judged on the absolute values; each row is a contribution, so several rows of one person count as several.",
                "主导性按绝对值判断；每行为一个贡献，同一人的多行按多个计。"),
        ],
    };

    /// <summary>Which cells are told.</summary>
    public static Bilingual ToldIn(int cells, StatisticsQuestion question) => question.Dominance is { } rule
        ? new(
            $"the statistics of those of {cells} cells that rest on {question.MinimumGroupSize} {Counted(question)} or more and whose sums are not made up by few of them ({rule})",
            $"{cells} 个单元格中{CountedChinese(question)}不少于 {question.MinimumGroupSize} 且合计不被少数行主导（{rule.ToString().Replace(" and ", " 与 ", StringComparison.Ordinal)}）的统计量")
        : question.Privacy is not null
        ? new($"the statistics, with noise, of those of {cells} cells whose noisy counts are {question.MinimumGroupSize} or more", $"{cells} 个单元格中加噪计数不少于 {question.MinimumGroupSize} 的加噪统计量")
        : new($"the statistics of those of {cells} cells that rest on {question.MinimumGroupSize} {Counted(question)} or more", $"{cells} 个单元格中{CountedChinese(question)}不少于 {question.MinimumGroupSize} 的统计量");

    private static string Counted(StatisticsQuestion question) => question.Contributor is null ? "rows" : "contributors";

    private static string CountedChinese(StatisticsQuestion question) => question.Contributor is null ? "行数" : "贡献者数";
}
