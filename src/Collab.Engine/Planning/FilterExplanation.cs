using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What filters do, said before anyone approves them (protocols/specs/filter.md).</summary>
internal static class FilterExplanation
{
    /// <summary>Which rows of an owner take part; nothing where all do.</summary>
    public static IEnumerable<Bilingual> RowsOf(PlanInput input) => input.Filter is { } filter
        ? [new($"takes only its rows where {filter}", $"仅取满足 {filter} 的行")]
        : [];

    /// <summary>What holds of all filters of a plan; nothing without one.</summary>
    public static IEnumerable<Bilingual> NotesOn(Plan plan)
    {
        if (plan.Inputs.All(input => input.Filter is null)) yield break;
        yield return new(
            "Each owner applies its filter at home, to its own rows, before anything else; a comparison with a missing value is not true. Every number that is told, also of rows, is of the rows that are left.",
            "各数据方在本地先对自己的行应用筛选条件；与缺失值的比较不为真。所公布的一切数字（包括行数）只涉及余下的行。");
        yield return plan.Question switch
        {
            AnalysisQuestion { Join: not null } => new(
                "Whoever chooses filters chooses whose values a total holds. Each owner's ledger compares the rows it brings to a join with those it brought before, and refuses a few more or fewer; which of them match, and so in how many two answers differ, no owner can see.",
                "谁选择筛选条件，谁就决定合计包含哪些人的值。各数据方的答复账本将其带入联接的行与以往带入的行比较，相差仅几行即予拒绝；而联接的行中哪些匹配、两次答复因而相差几行，任何数据方都无法察觉。"),
            StatisticsQuestion or AnalysisQuestion => new(
                "Each owner's ledger of answers compares the rows that are left with those of earlier answers, and refuses other filters whose rows differ by fewer than its threshold, also by none.",
                "各数据方的答复账本将余下的行与以往答复的行比较；若另一筛选条件所得的行相差少于其阈值（包括毫无差别），则予以拒绝。"),
            _ => new(
                "No ledger compares what such jobs tell: with other filters the next one may be over the same rows but for one. Read a filter before you approve it, and name in a policy only columns that select many rows.",
                "没有账本比较此类作业所公布的内容：换一个筛选条件，下一作业便可能只差一行。批准前请阅读筛选条件；在策略中只列出能选出许多行的列。"),
        };
    }
}
