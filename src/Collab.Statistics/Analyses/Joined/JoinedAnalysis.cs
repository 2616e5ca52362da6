using System.Numerics;
using Collab.Channels;
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
        Model = (procedure as RoundsProcedure)?.ModelOver(tables, receiver);
        Gates = [.. cells.Index().GroupBy(cell => cell.Item.Gate, cell => new JoinedGateCount(
                [.. cell.Item.RestsOn.Terms.Select(term => (term.Coefficient, PlaceOf(term.Product, null)))], procedure.MinimumOfJoinedCell(cell.Index, minimumGroup)))
            .OrderBy(gate => gate.Key).Select(gate => gate.ToArray())];
        foreach (var (gate, product) in cells.SelectMany(cell => cell.Totals.SelectMany(total => total.Terms), (cell, term) => (cell.Gate, term.Product))) PlaceOf(product, gate);
    }

    /// <summary>What settles it where the order of a column does: then it has no totals; else null.</summary>
    public OrderedAnalysis? Ordered { get; private init; }

    /// <summary>A cell that rests on fewer rows is not told.</summary>
    public int MinimumGroup { get; }

    /// <summary>Gate by gate the numbers of rows that must all be reached for its totals to be opened.</summary>
    public IReadOnlyList<IReadOnlyList<JoinedGateCount>> Gates { get; }

    /// <summary>What each round after the totals may open at most, in its parts; none when totals settle the analysis.</summary>
    public IEnumerable<IReadOnlyList<JoinedRound>> Rounds => Model?.MostRounds(MostPoints) ?? [];

    /// <summary>At how many coefficients the rounds open sums at most.</summary>
    public int MostPoints => Model is null ? 0 : ((RoundsProcedure)_procedure).MostJoinedQuestions;

    /// <summary>A covariate of the rounds whose range is not declared, if there is one: they need that of each.</summary>
    public string? Undeclared => Model?.Undeclared;

    private JoinedModel? Model { get; }

    /// <summary>The bounds of each product that the owner who is not the receiver makes of its own columns.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfSender => [.. _ofSender.Select(product => product.Extent(_tables))];

    /// <summary>The same of the receiver.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfReceiver => [.. _ofReceiver.Select(product => product.Extent(_tables))];

    /// <summary>The totals, those that are counted first.</summary>
    public IReadOnlyList<JoinedProduct> Products => _products;

    /// <summary>The analysis over the tables; null when neither totals of the matching rows nor rounds of them settle it.</summary>
    /// <param name="analysis">The analysis.</param>
    /// <param name="tables">Who holds which column.</param>
    /// <param name="receiver">The owner that gets the findings.</param>
    /// <param name="minimumGroup">The question's.</param>
    public static JoinedAnalysis? Create(Analysis analysis, JoinedTables tables, PartyId receiver, int minimumGroup)
    {
        var procedure = Procedure.Of(analysis);
        if (procedure is RoundsProcedure { Ordered: { } ordered })
        {
            var settled = new OrderedAnalysis(ordered, tables);
            return settled.IsOfOneOwner ? null : new JoinedAnalysis(analysis, tables, receiver, minimumGroup, procedure, []) { Ordered = settled };
        }

        if (procedure.Joined is not { } cells || (procedure is RoundsProcedure rounds && rounds.ModelOver(tables, receiver) is null)) return null;
        return new JoinedAnalysis(analysis, tables, receiver, minimumGroup, procedure, cells);
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
            _tables, owner == _receiver ? _ofReceiver : _ofSender, [.. factors.Select(factor => factor.Measured).OfType<Measure>().Distinct()],
            [.. factors.Select(factor => factor.Grouped).OfType<GroupBy>().Distinct()], Model?.KeptBy(owner) ?? []);
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
    public AnalysisOutcome Finish(IReadOnlyList<BigInteger?> totals) => JointAnalyses.Outcome((TotalsProcedure)_procedure, CellsOf(totals));

    /// <summary>The receiver's part of the rounds.</summary>
    /// <param name="peer">To the other owner.</param>
    /// <param name="own">The receiver's rows.</param>
    /// <param name="totals">The totals of <see cref="Products"/>.</param>
    /// <param name="open">Opens the totals of one round.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.TotalsImpossible"/>.</exception>
    public Task<AnalysisOutcome> ReceiveAsync(IChannel peer, JoinedRows own, IReadOnlyList<BigInteger?> totals, JoinedOpening open, CancellationToken cancellation)
    {
        var rounds = new JoinedRounds(Model!, _receiver, peer, own, open, MostPoints);
        return JointAnalyses.OutcomeAsync(async () => [await RegressionRounds.WithEndAsync(
            () => ((RoundsProcedure)_procedure).ReceiveJoinedAsync(rounds, CellsOf(totals), cancellation), () => rounds.EndAsync(cancellation))]);
    }

    /// <summary>The other owner's part of the rounds.</summary>
    /// <param name="self">That owner.</param>
    /// <param name="peer">To the receiver.</param>
    /// <param name="own">This owner's rows.</param>
    /// <param name="open">Opens the totals of one round.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The receiver named coefficients that it must not.</exception>
    public Task ContributeAsync(PartyId self, IChannel peer, JoinedRows own, JoinedOpening open, CancellationToken cancellation) =>
        new JoinedRounds(Model!, self, peer, own, open, MostPoints).ContributeAsync(cancellation);

    /// <inheritdoc/>
    public override string ToString() => $"{_analysis.GetType().Name} of {string.Join(", ", _analysis.Columns)}";

    /// <summary>For each cell its totals; empty where they were not opened.</summary>
    private BigInteger[][] CellsOf(IReadOnlyList<BigInteger?> totals)
    {
        BigInteger? Of(RowTotal total) => total.Terms.Aggregate((BigInteger?)BigInteger.Zero, (sum, term) => sum + (term.Coefficient * totals[PlaceOf(term.Product, null)]));
        return [.. _cells.Select(cell => cell.Totals.Select(Of).ToArray()).Select(cell => cell.Contains(null) ? [] : cell.Select(total => total!.Value).ToArray())];
    }

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

/// <summary>A number of rows, a sum of products with coefficients, and what it must reach.</summary>
/// <param name="Parts">Coefficients and products.</param>
/// <param name="Minimum">What it must reach.</param>
public sealed record JoinedGateCount(IReadOnlyList<(int Coefficient, int Product)> Parts, int Minimum);

/// <summary>What a round opens, or a part of it: sums of products of a column of either.</summary>
/// <param name="OfSender">The bounds of each column of the owner who is not the receiver.</param>
/// <param name="OfReceiver">The same of the receiver.</param>
/// <param name="Products">The products: index of the one's column, index of the receiver's.</param>
/// <param name="SumOf">For each product which sum it is added to; null where each is a sum of its own.</param>
/// <param name="Ways">In how many ways rows are told apart, each sum by itself; 0 for one sum over all.</param>
/// <param name="WaysOf">Whose column tells them apart.</param>
public sealed record JoinedRound(
    IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfSender, IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfReceiver,
    IReadOnlyList<(int OfSender, int OfReceiver)> Products, IReadOnlyList<int>? SumOf, int Ways, PartyId? WaysOf)
{
    /// <summary>The bounds of each column of the receiver that sums are multiplied by when all parts are added up: of the first part.</summary>
    public IReadOnlyList<(BigInteger Least, BigInteger Largest)> OfReceiverAfter { get; init; } = [];

    /// <summary>What is opened, if not the sums as they are: a sum, and the column of <see cref="OfReceiverAfter"/> that multiplies it, or −1.</summary>
    public IReadOnlyList<(int Sum, int OfReceiverAfter)>? After { get; init; }

    /// <summary>How many numbers are opened.</summary>
    public int OpenedCount => (After?.Count ?? (SumOf is null ? Products.Count : SumOf.Max() + 1)) * Math.Max(1, Ways);
}

/// <summary>A party's columns in a round.</summary>
/// <param name="OfPart">Those of a part, asked for once each, in order.</param>
/// <param name="Ways">Its indicators of the ways that sums are told apart by, if they are its.</param>
/// <param name="After">At the receiver, those that sums are multiplied by when all parts are added up.</param>
public sealed record JoinedRoundColumns(
    Func<int, IReadOnlyList<ReadOnlyMemory<Int128>>> OfPart, IReadOnlyList<ReadOnlyMemory<Int128>> Ways, IReadOnlyList<ReadOnlyMemory<Int128>> After);
