using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.Statistics;
using Collab.Statistics.Analyses.Joined;

namespace Collab.Engine.Planning;

/// <summary>Settles analyses over joined rows with the owners' offers: who holds which column, within which range, and what is opened (protocols/specs/analysis-joined.md).</summary>
internal static class JoinedAnalysisPlanner
{
    /// <summary>The protocol of analyses over the matching rows of two owners.</summary>
    public const string Protocol = "joined-analyses/1";

    /// <summary>Transfers of a run: those that send less, as for the line that is assumed.</summary>
    public const TransferForm Transfers = TransferForm.Silent;

    /// <summary>The plan of an analysis that opens no totals.</summary>
    private static readonly JoinedPlan NoTotals = new() { OfSender = [], OfReceiver = [], Terms = [], Gates = [] };

    /// <summary>A column that several parties have.</summary>
    public static readonly ErrorCode ColumnAmbiguous = new(
        "plan.column-ambiguous", ErrorKind.InvalidInput, "Say whose column is meant with 'of' under 'join: columns', or write a condition on it in its party's own 'where'.");

    /// <summary>Totals of a column's powers or products could leave 128 bits, or there are too many.</summary>
    public static readonly ErrorCode TotalsTooWide = new(
        "plan.totals-too-wide", ErrorKind.InvalidInput, "Declare narrower ranges with 'min' and 'max' under 'join: columns', or ask for fewer columns.");

    /// <summary>The question, every column with its owner and every measure at its scale.</summary>
    public static AnalysisQuestion QuestionOf(JobKind.JointAnalyses kind, RequestedJoin join, JobSpecification specification, IReadOnlyList<DatasetOffer> offers)
    {
        IntersectionPlanner.RequireKeys(specification, offers);
        var asked = kind.Analyses.SelectMany(analysis => analysis.Columns).Distinct().ToList();
        if (join.Columns.FirstOrDefault(column => !asked.Contains(column.Column)) is { } needless)
            throw new CollabException(Planner.ColumnUnsuited, $"'join: columns' speaks of '{needless.Column}', which no analysis uses.");
        var holders = asked.ToDictionary(name => name, name => HolderOf(name, join.Columns.FirstOrDefault(column => column.Column == name)?.Of, offers));
        var ranges = join.Columns.Where(column => column.Range is not null).ToDictionary(column => column.Column, column => column.Range!);
        int ScaleOf(string name) => Math.Max(Planner.ScaleOf(name, [holders[name]]), ranges.TryGetValue(name, out var range) ? range.Scale : 0);
        return AnalysisPlanner.QuestionOf(kind, ScaleOf) with
        {
            Join = new JoinedTables(join.KeyRule, [.. asked.Select(name => new HeldColumn(name, holders[name].Owner, ranges.GetValueOrDefault(name)))]),
        };
    }

    /// <summary>Checks that a plan's question makes sense for its parties and that the protocol does it.</summary>
    public static void Require(Plan plan, AnalysisQuestion question)
    {
        void Unless(bool holds, string rule)
        {
            if (!holds) throw new CollabException(Planner.PartiesUnsuited, rule, plan.Requester);
        }

        Unless(plan.Protocol == Protocol, $"This node runs {Protocol} for such a question, not {plan.Protocol}.");
        Unless(plan.Owners.Count == 2, "A join has two owners; of more there is no analysis yet.");
        Unless(plan.Receivers.Count == 1 && plan.Owners.Contains(plan.Receivers[0]), "Analyses of a join go to one of its two owners.");
        Unless(plan.Security == SecurityModel.SemiHonest, $"{plan.Protocol} withstands only parties that are honest but curious.");
        Unless(question.Analyses.All(analysis => analysis is not Analysis.Ranked { IsDealt: true }), "The receiver of a join is one of its owners and cannot be their dealer.");
        var analyses = AnalysesOf(plan, question);
        if (analyses.FirstOrDefault(analysis => analysis.Undeclared is not null) is { } open)
            throw new CollabException(TotalsTooWide, $"{open}: it goes in steps and needs the range of each covariate, also of '{open.Undeclared}'.", plan.Requester);
        foreach (var (analysis, totals) in analyses.Zip(PlansOf(plan, analyses))) RoundsOf(plan, analysis, totals);
        RequireOrdered(plan, analyses);
    }

    /// <summary>Refuses what cannot be ordered: too many groups, or a table whose band begins above the limit.</summary>
    private static void RequireOrdered(Plan plan, IReadOnlyList<JoinedAnalysis> analyses)
    {
        foreach (var (analysis, ordered) in analyses.Zip(OrderedPlansOf(plan, analyses)).Where(pair => pair.Second is not null))
        {
            if (plan.Owners.FirstOrDefault(owner => analysis.Ordered!.Orders(owner) && IntersectionSizes.FewestRows(plan.InputOf(owner)!) > JoinedRanks.MostRows) is { } many)
                throw new CollabException(StatisticsErrors.TooManyRows, $"{analysis}: {many} would have to sort more than {JoinedRanks.MostRows} rows.", plan.Requester);
            try
            {
                ordered!.Check();
            }
            catch (ArgumentException unfit)
            {
                throw new CollabException(TotalsTooWide, $"{analysis}: at most {OrderedPlan.LargestGroupCount} groups and {OrderedPlan.LargestTargetCount} values.", plan.Requester, inner: unfit);
            }
        }
    }

    /// <summary>The analyses of a plan, in order.</summary>
    public static IReadOnlyList<JoinedAnalysis> AnalysesOf(Plan plan, AnalysisQuestion question) => [.. question.Analyses.Select(analysis =>
        JoinedAnalysis.Create(analysis, question.Join!, plan.Receivers[0], question.MinimumGroupSize)
        ?? throw new CollabException(Planner.ProtocolUnsuited, $"Over joined rows there is no {AnalysisExplanation.Asked(analysis).English}.", plan.Requester))];

    /// <summary>What the protocol opens for each analysis, over the rows that have a value in all of its columns.</summary>
    public static IReadOnlyList<JoinedPlan> PlansOf(Plan plan, IReadOnlyList<JoinedAnalysis> analyses)
    {
        var subsets = plan.Owners.ToDictionary(owner => owner, owner => SubsetsOf(owner, analyses));
        var sender = plan.Owners.Single(owner => owner != plan.Receivers[0]);
        return [.. analyses.Select((analysis, i) => analysis.Ordered is null ? PlanOf(analysis, subsets[sender][i], subsets[plan.Receivers[0]][i]) : NoTotals)];
    }

    /// <summary>What is opened for each analysis that the order of a column settles; null for others.</summary>
    public static IReadOnlyList<OrderedPlan?> OrderedPlansOf(Plan plan, IReadOnlyList<JoinedAnalysis> analyses)
    {
        var subsets = plan.Owners.ToDictionary(owner => owner, owner => SubsetsOf(owner, analyses));
        return [.. analyses.Select((analysis, i) => analysis.Ordered is not { } ordered ? null : new OrderedPlan
        {
            Statistic = ordered.Statistic,
            GroupCount = ordered.GroupCount,
            AreGroupsOfSender = ordered.AreGroupsOfOther,
            Targets = ordered.Targets,
            SubsetOfSender = subsets[plan.Owners.Single(owner => owner != ordered.Orderer)][i],
            SubsetOfReceiver = subsets[ordered.Orderer][i],
            MinimumGroup = analysis.MinimumGroup,
            IsForSender = ordered.Orderer != plan.Receivers[0],
        })];
    }

    /// <summary>What each round of an analysis may open at most after its totals, over the same rows.</summary>
    public static IReadOnlyList<IReadOnlyList<JoinedSumPlan>> RoundsOf(Plan plan, JoinedAnalysis analysis, JoinedPlan totals) => [.. analysis.Rounds.Select(round => SumsOf(plan, analysis, totals, round))];

    /// <summary>What a round opens.</summary>
    public static IReadOnlyList<JoinedSumPlan> SumsOf(Plan plan, JoinedAnalysis analysis, JoinedPlan totals, IReadOnlyList<JoinedRound> parts) => Checked(analysis, JoinedSumPlan.Check, () => parts.Select(part => new JoinedSumPlan
    {
        OfSender = ColumnsOf(part.OfSender),
        OfReceiver = ColumnsOf(part.OfReceiver),
        Products = part.Products,
        SumOf = part.SumOf,
        OfReceiverAfter = ColumnsOf(part.OfReceiverAfter),
        After = part.After,
        WayCount = part.Ways,
        WaysOf = part.WaysOf == plan.Receivers[0] ? BooleanParty.Second : BooleanParty.First,
        SubsetOfSender = totals.SubsetOfSender,
        SubsetOfReceiver = totals.SubsetOfReceiver,
    }).ToArray());

    /// <summary>For each analysis the number of its owner's subset of rows, those with a value in all of its columns; null where it has none. Analyses of the same columns share one.</summary>
    public static IReadOnlyList<int?> SubsetsOf(PartyId owner, IReadOnlyList<JoinedAnalysis> analyses)
    {
        var names = analyses.Select(analysis => string.Join('\0', analysis.ColumnsOf(owner))).ToList();
        var known = names.Where(name => name.Length > 0).Distinct().ToList();
        return [.. names.Select(name => name.Length == 0 ? (int?)null : known.IndexOf(name))];
    }

    private static JoinedPlan PlanOf(JoinedAnalysis analysis, int? ofSender, int? ofReceiver) => Checked(analysis, totals => totals.Check(), () => new JoinedPlan
    {
        OfSender = ColumnsOf(analysis.OfSender),
        OfReceiver = ColumnsOf(analysis.OfReceiver),
        Terms = [.. analysis.Products.Select(product => new JoinedTerm(product.OfSender, product.OfReceiver, product.Gate))],
        Gates = [.. analysis.Gates.Select(gate => gate.Select(count => new JoinedCount([.. count.Parts]) { Minimum = count.Minimum }).ToArray())],
        SubsetOfSender = ofSender,
        SubsetOfReceiver = ofReceiver,
        MinimumGroup = analysis.MinimumGroup,
    });

    private static JoinedColumn[] ColumnsOf(IEnumerable<(BigInteger Least, BigInteger Largest)> bounds) =>
        [.. bounds.Select(column => new JoinedColumn((Int128)column.Least, (Int128)column.Largest))];

    private static T Checked<T>(JoinedAnalysis analysis, Action<T> check, Func<T> make)
    {
        try
        {
            var made = make();
            check(made);
            return made;
        }
        catch (Exception unfit) when (unfit is OverflowException or InsecureParametersException or ArgumentException)
        {
            throw new CollabException(TotalsTooWide, $"{analysis}: its totals over 2^24 rows could leave 128 bits, or are too many.", inner: unfit);
        }
    }

    internal static DatasetOffer HolderOf(string column, PartyId? of, IReadOnlyList<DatasetOffer> offers)
    {
        var named = offers.Where(offer => of is null || offer.Owner == of).ToList();
        if (named.Count == 0) throw new CollabException(Planner.PartiesUnsuited, $"'{of}', whose column '{column}' is asked for, is no party of the job.");
        var holders = named.Where(offer => offer.Schema.Find(column) is not null).ToList();
        var parties = string.Join(" and ", named.Select(offer => offer.Owner));
        return holders.Count switch
        {
            1 => holders[0],
            0 => throw new CollabException(
                Planner.ColumnUnknown, $"No dataset of {parties} has a column '{column}'{NearestName.Hint(column, named.SelectMany(offer => offer.Schema.Columns).Select(c => c.Name))}"),
            _ => throw new CollabException(ColumnAmbiguous, $"The datasets of {parties} both have a column '{column}'."),
        };
    }
}
