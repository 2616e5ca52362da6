using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.SecretSharing.Ranks;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>An analysis over the matching rows of two owners that is settled by the order of one owner's column, or of one of each: rank tests, correlations and quantiles (specs/joined-ranks.md).</summary>
/// <remarks>Counts and statistics are those of the same analysis over rows side by side; so are its formulas.</remarks>
public sealed class OrderedAnalysis
{
    private readonly OrderedQuestion _question;
    private readonly JoinedTables _tables;

    internal OrderedAnalysis(OrderedQuestion question, JoinedTables tables) => (_question, _tables) = (question, tables);

    /// <summary>The owner of the values, who orders its rows.</summary>
    public PartyId Orderer => _tables[_question.Value.Column].Of;

    /// <summary>Whether both owners order their rows, each by its column: the statistic is a correlation.</summary>
    public bool AreBothOrdered => _question.Other is not null;

    /// <summary>Whether the two columns of a correlation are of one owner, which is not offered.</summary>
    internal bool IsOfOneOwner => _question.Other is { } other && _tables[other.Column].Of == Orderer;

    /// <summary>Whether the owner of the groups is another; not where there is one group.</summary>
    public bool AreGroupsOfOther => GroupCount > 1 && _tables[_question.Groups!.Column].Of != Orderer;

    /// <summary>Groups, at least 1.</summary>
    public int GroupCount => _question.Groups?.Levels.Count ?? 1;

    /// <summary>What is opened beside the number of rows of each group.</summary>
    public OrderedStatistic Statistic => _question.Statistic;

    /// <summary>The values sought, where values are.</summary>
    public IReadOnlyList<OrderTarget> Targets => _question.Targets;

    /// <summary>Whether an owner orders its rows.</summary>
    public bool Orders(PartyId owner) => owner == Orderer || AreBothOrdered;

    /// <summary>An owner's values, where it orders, and the group of each of its rows, where it has groups; of rows that are not complete they mean nothing.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="rows">Its rows.</param>
    /// <exception cref="CollabException"><c>data.out-of-range</c>: a value outside of the range that the quantiles have.</exception>
    public (long[] Values, int[] Groups) ColumnsOf(PartyId owner, JoinedRows rows)
    {
        var columns = new Queue<ReadOnlyMemory<Int128>>(rows.Columns);
        var values = Orders(owner) ? Array.ConvertAll(columns.Dequeue().ToArray(), value => (long)value) : [];
        for (var row = 0; row < values.Length; row++)
        {
            if (rows.Complete[row] && (values[row] < _question.Low || values[row] > _question.High))
                throw new CollabException(ProgramErrors.OutOfRange, $"A value of column '{_question.Value.Column}' is out of the range that the job declares.");
        }

        return (values, columns.TryDequeue(out var groups) && GroupCount > 1 ? Array.ConvertAll(groups.ToArray(), group => (int)group) : []);
    }

    /// <summary>The outcome, given what was opened.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public AnalysisOutcome Finish(IReadOnlyList<long> counts, IReadOnlyList<ulong> statistics) => JointAnalyses.Outcome(() => _question.Finish(counts, statistics));

    /// <summary>Begins an owner's part with no rows: values first, then groups.</summary>
    internal JoinedRows RowsOf(PartyId owner)
    {
        GroupBy[] groups = _question.Groups is { } by && _tables[by.Column].Of == owner ? [by] : [];
        Measure[] values = owner == Orderer ? [_question.Value] : _question.Other is { } other ? [other] : [];
        return new JoinedRows(
            _tables, [.. values.Select(value => new RowProduct(new RowFactor.Power(value, 1))), .. groups.Select(group => new RowProduct(new RowFactor.LevelNumber(group)))], values, groups);
    }
}
