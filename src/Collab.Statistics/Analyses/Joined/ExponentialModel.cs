using Collab.Jobs;
using Collab.Primitives;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>
/// The sums Σ w·xᵢ·xⱼ with w = exp(β·x) over the matching rows of two owners, way of leaving by way of leaving if there are several: each owner makes its own part of every term
/// from its own columns, since exp(a + b) = exp(a)·exp(b).
/// </summary>
/// <remarks>
/// An owner's part of w is brought to (0, 1] by its largest value within the declared ranges, which everybody can reckon. So all
/// columns lie in [−1, 1] whatever β is, and are rounded to whole numbers of 2^−55 and 2^−46. Source: specs/regression.md, "Joined rows".
/// </remarks>
internal sealed class ExponentialModel : JoinedModel
{
    /// <summary>Fraction of the columns of the owner who is not the receiver: with the other's and 2^24 rows below 2^127.</summary>
    public const int SenderBits = 55;

    /// <summary>Fraction of the receiver's columns, each bit of which costs a selection.</summary>
    public const int ReceiverBits = 46;

    private const double LargestError = 1e-3; // of Σ w on the way, where the result is not settled yet

    private readonly Leaving? _leaving;
    private readonly PartyId? _leavingOf;
    private readonly List<Part> _ofSender = [];
    private readonly List<Part> _ofReceiver = [];
    private readonly JoinedRound _round;

    /// <summary>Lays out the sums.</summary>
    /// <param name="covariates">The covariates.</param>
    /// <param name="tables">Who holds which column, within which range.</param>
    /// <param name="receiver">The owner that learns the sums.</param>
    /// <param name="leaving">The ways of leaving, at the owner of the time; null for one sum over all rows.</param>
    public ExponentialModel(IReadOnlyList<Measure> covariates, JoinedTables tables, PartyId receiver, Leaving? leaving)
        : base(covariates, tables, receiver)
    {
        (_leaving, _leavingOf) = (leaving, leaving is null ? null : tables[leaving.Time.Column].Of);
        var products = new List<(int OfSender, int OfReceiver)>();
        for (var i = 0; i <= covariates.Count; i++)
            for (var j = i; j <= covariates.Count; j++) products.Add((PlaceOf(_ofSender, PartOf(i, j, false)), PlaceOf(_ofReceiver, PartOf(i, j, true))));
        _round = new JoinedRound(
            [.. _ofSender.Select(part => Extent(part, isReceiver: false))], [.. _ofReceiver.Select(part => Extent(part, isReceiver: true))], products, null, leaving?.Count ?? 0, _leavingOf);
    }

    public override int NamedCount => CovariateCount + 1;

    /// <summary>Of each way, the upper triangle of Σ w·xᵢ·xⱼ row by row, from Σ w on.</summary>
    public int SumsOfWay => (CovariateCount + 1) * (CovariateCount + 2) / 2;

    private int Ways => _leaving?.Count ?? 1;

    public override IEnumerable<IReadOnlyList<JoinedRound>> MostRounds(int points) => Enumerable.Repeat<IReadOnlyList<JoinedRound>>([_round], points);

    public override IReadOnlyList<JoinedRound> PartsAt(double[] named) => [_round];

    public override IReadOnlyList<RowProduct> KeptBy(PartyId owner) =>
        [.. base.KeptBy(owner), .. owner == _leavingOf ? Enumerable.Range(0, Ways).Select(way => (RowProduct)new RowFactor.Leaves(_leaving!, way)) : []];

    public override JoinedRoundColumns ColumnsAt(PartyId owner, double[] named, JoinedRows rows)
    {
        var isReceiver = owner == Receiver;
        var (parts, own) = (isReceiver ? _ofReceiver : _ofSender, OwnOf(owner).ToArray());
        var columns = parts.Select(_ => new Int128[rows.Complete.Count]).ToArray();
        var x = new double[CovariateCount + 1];
        x[0] = 1;
        for (var row = 0; row < rows.Complete.Count; row++)
        {
            if (!rows.Complete[row]) continue;
            Read(rows, row, own, x);
            var logarithm = 0.0;
            foreach (var k in own) logarithm += (named[k] * x[k]) - Math.Abs(named[k]);
            var weight = Math.ScaleB(Math.Exp(logarithm), isReceiver ? ReceiverBits : SenderBits);
            for (var c = 0; c < columns.Length; c++)
            {
                var (i, j) = parts[c];
                columns[c][row] = (Int128)Math.Round(weight * x[i] * x[j]);
            }
        }

        return new JoinedRoundColumns(
            _ => [.. columns.Select(column => (ReadOnlyMemory<Int128>)column)],
            owner == _leavingOf ? [.. rows.Kept.Skip(own.Length).Select(way => (ReadOnlyMemory<Int128>)way.ToArray())] : [], []);
    }

    /// <summary>The receiver's part of one round.</summary>
    /// <param name="rounds">The other owner.</param>
    /// <param name="beta">β for covariates in [−1, 1], with an intercept.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The sums in units of covariates in [−1, 1], shape [ways · sums of a way].</returns>
    /// <exception cref="InvalidOperationException">A coefficient is out of bounds, and nothing was sent; or hardly a digit of the sums is good.</exception>
    public async Task<double[]> AskAsync(JoinedRounds rounds, double[] beta, double rows, CancellationToken cancellation)
    {
        var largest = FactorAt(beta);
        double[] sums = [.. (await rounds.AskAsync(beta, cancellation)).Select(total => Math.ScaleB((double)total, -(SenderBits + ReceiverBits)) * largest)];
        return ErrorOf(rows, beta) <= LargestError * Enumerable.Range(0, Ways).Sum(way => sums[way * SumsOfWay]) ? sums : throw JoinedRounds.TooWide();
    }

    /// <summary>How far a sum over so many rows may be off: for each row half a unit of either column, and the rounding of its doubles. Derivation: specs/regression.md, "Joined rows".</summary>
    public double ErrorOf(double rows, double[] beta) => Math.ScaleB(rows * (1 + (beta.Skip(1).Sum(Math.Abs) / 64)), -ReceiverBits) * FactorAt(beta);

    private static double FactorAt(double[] beta) => Math.Exp(beta[0] + beta.Skip(1).Sum(Math.Abs));

    private static int PlaceOf(List<Part> known, Part part)
    {
        if (known.IndexOf(part) is >= 0 and var at) return at;
        known.Add(part);
        return known.Count - 1;
    }

    private (BigInteger Least, BigInteger Largest) Extent(Part part, bool isReceiver)
    {
        var one = BigInteger.One << (isReceiver ? ReceiverBits : SenderBits);
        if (part.I == 0 && !OwnOf(isReceiver).Any()) return (one, one); // who has no covariate weighs every row alike
        return (part.I == part.J ? 0 : -one, one);
    }
}
