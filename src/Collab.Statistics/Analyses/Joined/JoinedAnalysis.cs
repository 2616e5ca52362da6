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
    private readonly Procedure _procedure;
    private readonly IReadOnlyList<JoinedCell> _cells;
    private readonly List<RowProduct> _ofSender = [];
    private readonly List<RowProduct> _ofReceiver = [];
    private readonly List<JoinedProduct> _products = [];
    private readonly Dictionary<(int?, int?), int> _places = [];

    private JoinedAnalysis(Analysis analysis, JoinedTables tables, PartyId receiver, int minimumGroup, Procedure procedure, IReadOnlyList<JoinedCell> cells)
    {
        (_analysis, _tables, _receiver, _procedure, _cells) = (analysis, tables, receiver, procedure, cells);
        MinimumGroup = procedure.MinimumOf(minimumGroup);
        Gates = [.. cells.GroupBy(cell => cell.Gate, cell => cell.RestsOn.Terms.Select(term => (term.Coefficient, PlaceOf(term.Product, null))).ToArray()).OrderBy(gate => gate.Key)
            .Select(gate => gate.ToArray())];
        foreach (var (gate, product) in cells.SelectMany(cell => cell.Totals.SelectMany(total => total.Terms), (cell, term) => (cell.Gate, term.Product))) PlaceOf(product, gate);
    }

    /// <summary>What settles it where the order of a column does: then it has no totals; else null.</summary>
    public OrderedAnalysis? Ordered { get; private init; }

    /// <summary>A cell that rests on fewer rows is not told.</summary>
    public int MinimumGroup { get; }

    /// <summary>Gate by gate the numbers of rows that must all reach the smallest group for its totals to be opened, each a sum of products with coefficients.</summary>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<(int Coefficient, int Product)>>> Gates { get; }

    /// <summary>The bounds of each product that the owner who is not the receiver makes of its own columns.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfSender => [.. _ofSender.Select(product => product.Extent(_tables))];

    /// <summary>The same of the receiver.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfReceiver => [.. _ofReceiver.Select(product => product.Extent(_tables))];

    /// <summary>The totals, those that are counted first.</summary>
    public IReadOnlyList<JoinedProduct> Products => _products;

    /// <summary>The analysis over the tables; null when totals of the matching rows do not settle it.</summary>
    /// <param name="analysis">The analysis.</param>
    /// <param name="tables">Who holds which column.</param>
    /// <param name="receiver">The owner that gets the findings.</param>
    /// <param name="minimumGroup">The question's.</param>
    public static JoinedAnalysis? Create(Analysis analysis, JoinedTables tables, PartyId receiver, int minimumGroup)
    {
        var procedure = Procedure.Of(analysis);
        if (procedure is RoundsProcedure { Ordered: { } ordered })
            return new JoinedAnalysis(analysis, tables, receiver, minimumGroup, procedure, []) { Ordered = new OrderedAnalysis(ordered, tables) };
        return procedure is TotalsProcedure { Joined: { } cells } ? new JoinedAnalysis(analysis, tables, receiver, minimumGroup, procedure, cells) : null;
    }

    /// <summary>The columns of an owner in which a row needs a value to count, in the order of their names.</summary>
    public IReadOnlyList<string> ColumnsOf(PartyId owner) => [.. _analysis.Columns.Where(column => _tables[column].Of == owner).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Begins an owner's part with no rows.</summary>
    public JoinedRows RowsOf(PartyId owner)
    {
        if (Ordered is not null) return Ordered.RowsOf(owner);
        var factors = _cells.SelectMany(cell => cell.Totals.SelectMany(total => total.Terms).Select(term => term.Product).Concat(cell.RestsOn.Terms.Select(term => term.Product)))
            .SelectMany(product => product.Factors).Where(factor => _tables[factor.Column].Of == owner).ToList();
        return new JoinedRows(
            _tables, owner == _receiver ? _ofReceiver : _ofSender,
            [.. factors.OfType<RowFactor.Power>().Select(power => power.Measure).Concat(factors.OfType<RowFactor.Interval>().Select(interval => interval.Measure)).Distinct()],
            [.. factors.OfType<RowFactor.Level>().Select(level => level.Groups).Distinct()]);
    }

    /// <summary>Of which gates the totals are opened, given which of them pass.</summary>
    public bool[] Opened(bool[] passed)
    {
        var cells = _procedure.Opened([.. _cells.Select(cell => passed[cell.Gate])]);
        var opened = new bool[passed.Length];
        foreach (var (cell, isOpened) in _cells.Zip(cells)) opened[cell.Gate] |= isOpened;
        return opened;
    }

    /// <summary>The outcome, given the totals of <see cref="Products"/>, null those that were not opened.</summary>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public AnalysisOutcome Finish(IReadOnlyList<BigInteger?> totals)
    {
        BigInteger? Of(RowTotal total) => total.Terms.Aggregate((BigInteger?)BigInteger.Zero, (sum, term) => sum + (term.Coefficient * totals[PlaceOf(term.Product, null)]));
        return JointAnalyses.Outcome((TotalsProcedure)_procedure, [.. _cells.Select(cell => cell.Totals.Select(Of).ToArray()).Select(cell => cell.Contains(null) ? [] : cell.Select(total => total!.Value).ToArray())]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_analysis.GetType().Name} of {string.Join(", ", _analysis.Columns)}";

    private int PlaceOf(RowProduct product, int? gate)
    {
        var pair = (IndexOf(_ofSender, product.Of(column => _tables[column].Of != _receiver)), IndexOf(_ofReceiver, product.Of(column => _tables[column].Of == _receiver)));
        if (_places.TryGetValue(pair, out var place))
        {
            _products[place] = _products[place] with { Gate = _products[place].Gate ?? gate };
            return place;
        }

        _products.Add(new JoinedProduct(pair.Item1, pair.Item2, gate));
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
/// <param name="Gate">The gate that lets it be opened; null where it is counted alone.</param>
public readonly record struct JoinedProduct(int? OfSender, int? OfReceiver, int? Gate);
