using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Ranks;
using Collab.Statistics.Analyses.Joined;

namespace Collab.Engine.Planning;

/// <summary>What rank tests and quantiles add to the explanation of analyses over matching rows (protocols/specs/joined-ranks.md).</summary>
internal static class OrderedAnalysisExplanation
{
    private const long BytesPerOrderedKey = 520; // 400 a bin, 1.3 bins a key

    /// <summary>What ranks and quantiles cost beside the totals: nothing where there are none.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="analyses">Its analyses.</param>
    /// <param name="most">How many rows an input may have, as costs take it.</param>
    public static IReadOnlyList<CircuitPsiCost> CostsOf(Plan plan, IReadOnlyList<JoinedAnalysis> analyses, Func<PlanInput, int> most)
    {
        var plans = JoinedAnalysisPlanner.OrderedPlansOf(plan, analyses);
        return [.. plan.Owners.Where(AlignedTo(plan, analyses).Contains)
            .Select(orderer => (Orderer: orderer, Plans: plans.Zip(analyses).Where(pair => pair.Second.Ordered?.Orderer == orderer).Select(pair => pair.First!).ToArray()))
            .Where(part => part.Plans.Length > 0 || analyses.Any(analysis => analysis.Ordered is { AreBothOrdered: true })).Select(part => CircuitPsiCost.OfOrdered(
                Rows(plan.Inputs.Single(input => input.Owner != part.Orderer), part.Plans), Math.Min(JoinedRanks.MostRows, most(plan.InputOf(part.Orderer)!)), part.Plans,
                JoinedAnalysisPlanner.Transfers, isAligned: part.Orderer == plan.Receivers[0] && analyses.Any(analysis => analysis.Ordered is null)))];

        int Rows(PlanInput other, OrderedPlan[] of) => of.Any(ordered => ordered.Statistic == OrderedStatistic.Correlation) ? Math.Min(JoinedRanks.MostRows, most(other)) : most(other);
    }

    /// <summary>The memory of a node beside that of totals, in bytes; reckoned from what is allocated, not measured.</summary>
    public static long MemoryOf(Plan plan, IReadOnlyList<JoinedAnalysis> analyses, long mostKeys, long bytesPerAlignedKey)
    {
        if (analyses.All(analysis => analysis.Ordered is null)) return 0;
        var alignsTwice = AlignedTo(plan, analyses).Count > 1;
        return mostKeys * (BytesPerOrderedKey + (alignsTwice ? bytesPerAlignedKey : 0));
    }

    /// <summary>The owners that are receivers of an alignment.</summary>
    private static HashSet<PartyId> AlignedTo(Plan plan, IReadOnlyList<JoinedAnalysis> analyses) => [.. plan.Owners.Where(owner =>
        analyses.Any(analysis => analysis.Ordered is { } ordered ? ordered.Orders(owner) : owner == plan.Receivers[0]))];

    /// <summary>How they are computed.</summary>
    public static IReadOnlyList<Bilingual> Notes(IReadOnlyList<PartyId> owners, IReadOnlyList<JoinedAnalysis> analyses)
    {
        string[] orderers = [.. owners.Where(owner => analyses.Any(analysis => analysis.Ordered?.Orders(owner) == true)).Select(owner => owner.Name)];
        if (orderers.Length == 0) return [];
        var names = string.Join(", ", orderers);
        return
        [
            new(
                $"For ranks and quantiles the owner of the values ({names}) sorts its own rows at home, and shares of which rows count follow into that order through switches that nobody else sees; then counts and statistics alone are opened, to the receiver. A group below the least size withholds the whole analysis.",
                $"对于秩与分位数，数值所属方（{names}）在本地对自己的行排序，表示哪些行计入的份额经由他人看不到的开关移到该次序；随后只向接收方公开行数与统计量。任一组低于最小行数，则整项分析隐去。"),
            .. analyses.Any(analysis => analysis.Ordered is { AreBothOrdered: true })
                ? [new Bilingual(
                    "For a correlation of ranks both owners do so. Shares of the one's ranks come to the other's rows through an order that is half the one's and half the other's: what both see of it is a random arrangement of row numbers, each once, with blanks whose number both tables' sizes give.",
                    "秩相关由双方各自排序。一方秩的份额经由双方各持一半的随机次序到达另一方的行：双方所见仅为行号的随机排列，每个行号恰好一次，空白的个数由两表行数决定。")]
                : Array.Empty<Bilingual>(),
            new(
                $"At most {JoinedRanks.MostRows:N0} rows are sorted; more end the job.".Replace('\u00a0', ','),
                $"至多排序 {JoinedRanks.MostRows:N0} 行；超出则作业终止。"),
        ];
    }
}
