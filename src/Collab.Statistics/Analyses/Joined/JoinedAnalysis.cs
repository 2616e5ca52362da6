using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>An analysis over the matching rows of two owners: which products each makes of its own columns, which totals of their products are opened, and what the receiver makes of them.</summary>
/// <remarks>The totals are those of the same analysis over rows side by side; so are its formulas. Protocol: specs/analysis-joined.md.</remarks>
public sealed class JoinedAnalysis
{
    private readonly Analysis _analysis;
    private readonly JoinedTables _tables;
    private readonly PartyId _receiver;
    private readonly TotalsProcedure _procedure;
    private readonly IReadOnlyList<JoinedCell> _cells;
    private readonly List<RowProduct> _ofSender = [];
    private readonly List<RowProduct> _ofReceiver = [];
    private readonly List<JoinedProduct> _products = [];
    private readonly Dictionary<(int?, int?), int> _places = [];

    private JoinedAnalysis(Analysis analysis, JoinedTables tables, PartyId receiver, int minimumGroup, TotalsProcedure procedure, IReadOnlyList<JoinedCell> cells)
    {
        (_analysis, _tables, _receiver, _procedure, _cells) = (analysis, tables, receiver, procedure, cells);
        MinimumGroup = procedure.MinimumOf(minimumGroup);
        foreach (var cell in cells.Where(cell => cell.RestsOn.Factors.Count > 0)) PlaceOf(cell.RestsOn, isCell: true);
        foreach (var (_, product) in cells.SelectMany(cell => cell.Totals).SelectMany(total => total.Terms)) PlaceOf(product, isCell: false);
    }

    /// <summary>Nothing is opened when fewer rows match, or are in a cell.</summary>
    public int MinimumGroup { get; }

    /// <summary>The bounds of each product that the owner who is not the receiver makes of its own columns.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfSender => [.. _ofSender.Select(product => product.Extent(_tables))];

    /// <summary>The same of the receiver.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfReceiver => [.. _ofReceiver.Select(product => product.Extent(_tables))];

    /// <summary>The totals that are opened, those of cells first.</summary>
    public IReadOnlyList<JoinedProduct> Products => _products;

    /// <summary>The analysis over the tables; null when totals of the matching rows do not settle it.</summary>
    /// <param name="analysis">The analysis.</param>
    /// <param name="tables">Who holds which column.</param>
    /// <param name="receiver">The owner that gets the findings.</param>
    /// <param name="minimumGroup">The question's.</param>
    public static JoinedAnalysis? Create(Analysis analysis, JoinedTables tables, PartyId receiver, int minimumGroup) =>
        Procedure.Of(analysis) is TotalsProcedure procedure && procedure.Joined is { } cells
            ? new JoinedAnalysis(analysis, tables, receiver, minimumGroup, procedure, cells)
            : null;

    /// <summary>The columns of an owner in which a row needs a value to count, in the order of their names.</summary>
    public IReadOnlyList<string> ColumnsOf(PartyId owner) => [.. _analysis.Columns.Where(column => _tables[column].Of == owner).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Begins an owner's part with no rows.</summary>
    public JoinedRows RowsOf(PartyId owner)
    {
        var factors = _cells.SelectMany(cell => cell.Totals.SelectMany(total => total.Terms).Select(term => term.Product).Append(cell.RestsOn))
            .SelectMany(product => product.Factors).Where(factor => _tables[factor.Column].Of == owner).ToList();
        return new JoinedRows(
            _tables, owner == _receiver ? _ofReceiver : _ofSender,
            [.. factors.OfType<RowFactor.Power>().Select(power => power.Measure).Distinct()],
            [.. factors.OfType<RowFactor.Level>().Select(level => level.Groups).Distinct()]);
    }

    /// <summary>The outcome, given the totals of <see cref="Products"/>.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public AnalysisOutcome Finish(IReadOnlyList<BigInteger> totals) => JointAnalyses.Outcome(_procedure, [.. _cells.Select(cell => cell.Totals.Select(total => total.Terms
        .Aggregate(BigInteger.Zero, (sum, term) => sum + (term.Coefficient * totals[PlaceOf(term.Product, isCell: false)]))).ToArray())]);

    /// <inheritdoc/>
    public override string ToString() => $"{_analysis.GetType().Name} of {string.Join(", ", _analysis.Columns)}";

    private int PlaceOf(RowProduct product, bool isCell)
    {
        var pair = (IndexOf(_ofSender, product.Of(column => _tables[column].Of != _receiver)), IndexOf(_ofReceiver, product.Of(column => _tables[column].Of == _receiver)));
        if (_places.TryGetValue(pair, out var place)) return place;
        _products.Add(new JoinedProduct(pair.Item1, pair.Item2, isCell));
        return _places[pair] = _products.Count - 1;
    }

    private static int? IndexOf(List<RowProduct> known, RowProduct? product)
    {
        if (product is null) return null;
        if (known.IndexOf(product) is >= 0 and var at) return at;
        known.Add(product);
        return known.Count - 1;
    }
}

/// <summary>A total over the matching rows of a product of the sender times one of the receiver; an index that is null stands for 1.</summary>
/// <param name="OfSender">Index of the sender's product.</param>
/// <param name="OfReceiver">Index of the receiver's.</param>
/// <param name="IsCell">Whether it is a number of rows that must reach the smallest group.</param>
public readonly record struct JoinedProduct(int? OfSender, int? OfReceiver, bool IsCell);
