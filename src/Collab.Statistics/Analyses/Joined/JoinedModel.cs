using Collab.Jobs;
using Collab.Primitives;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>
/// The sums Σ w·xᵢ·xⱼ with w = exp(β·x) over the matching rows of two owners, way of leaving by way of leaving if there are several: each owner makes its own part of every term
/// from its own columns, since exp(a + b) = exp(a)·exp(b).
/// </summary>
/// <remarks>
/// Covariates are brought to [−1, 1] by their declared ranges; x₀ = 1. An owner's part of w is brought to (0, 1] by its largest value within these ranges, which everybody can reckon. So all
/// columns lie in [−1, 1] whatever β is, and are rounded to whole numbers of 2^−55 and 2^−46. Source: specs/regression.md, "Joined rows".
/// </remarks>
internal sealed class JoinedModel
{
    /// <summary>Fraction of the columns of the owner who is not the receiver: with the other's and 2^24 rows below 2^127.</summary>
    public const int SenderBits = 55;

    /// <summary>Fraction of the receiver's columns, each bit of which costs a selection.</summary>
    public const int ReceiverBits = 46;

    private readonly IReadOnlyList<Measure> _covariates;
    private readonly JoinedTables _tables;
    private readonly PartyId _receiver;
    private readonly PartyId? _leavingOf;
    private readonly List<Part> _ofSender = [];
    private readonly List<Part> _ofReceiver = [];
    private readonly List<(int OfSender, int OfReceiver)> _products = [];

    /// <summary>Lays out the sums.</summary>
    /// <param name="covariates">The covariates.</param>
    /// <param name="tables">Who holds which column, within which range.</param>
    /// <param name="receiver">The owner that learns the sums.</param>
    /// <param name="leaving">The ways of leaving, at the owner of the time; null for one sum over all rows.</param>
    public JoinedModel(IReadOnlyList<Measure> covariates, JoinedTables tables, PartyId receiver, Leaving? leaving)
    {
        (_covariates, _tables, _receiver, Leaving, _leavingOf) = (covariates, tables, receiver, leaving, leaving is null ? null : tables[leaving.Time.Column].Of);
        for (var i = 0; i <= covariates.Count; i++)
            for (var j = i; j <= covariates.Count; j++) _products.Add((PlaceOf(_ofSender, false, i, j), PlaceOf(_ofReceiver, true, i, j)));
    }

    /// <summary>The ways of leaving, if there are.</summary>
    public Leaving? Leaving { get; }

    /// <summary>How many covariates there are.</summary>
    public int CovariateCount => _covariates.Count;

    /// <summary>The ways of leaving, one if there are none.</summary>
    public int Ways => Leaving?.Count ?? 1;

    /// <summary>Of each way, the upper triangle of Σ w·xᵢ·xⱼ row by row, from Σ w on.</summary>
    public int SumsOfWay => (CovariateCount + 1) * (CovariateCount + 2) / 2;

    /// <summary>What a round opens.</summary>
    public JoinedRound Round => new(
        [.. _ofSender.Select(part => Extent(part, isReceiver: false))], [.. _ofReceiver.Select(part => Extent(part, isReceiver: true))], _products, Leaving?.Count ?? 0, _leavingOf);

    /// <summary>A covariate without a declared range, if there is one.</summary>
    public string? Undeclared => _covariates.FirstOrDefault(covariate => _tables[covariate.Column].Range is null)?.Column;

    /// <summary>What an owner keeps of a row: its covariates, and, if it holds the time, an indicator for each way of leaving.</summary>
    public IReadOnlyList<RowProduct> KeptBy(PartyId owner) =>
    [
        .. OwnOf(owner).Select(k => (RowProduct)new RowFactor.Power(_covariates[k - 1], 1)),
        .. owner == _leavingOf ? Enumerable.Range(0, Ways).Select(way => (RowProduct)new RowFactor.Leaves(Leaving!, way)) : [],
    ];

    /// <summary>An owner's indicators of the ways of leaving, shape [ways][rows]; none if it does not hold the time.</summary>
    public IReadOnlyList<ReadOnlyMemory<Int128>> WaysOf(PartyId owner, JoinedRows rows) =>
        owner == _leavingOf ? [.. rows.Kept.Skip(OwnOf(owner).Count()).Select(way => (ReadOnlyMemory<Int128>)way.ToArray())] : [];

    /// <summary>The middle of a covariate's declared range and half its length, in units of 1; the intercept's are 0 and 1.</summary>
    public (double Middle, double Half) ScaleOf(int column)
    {
        if (column == 0) return (0, 1);
        var (low, high) = _tables.RangeOf(_covariates[column - 1]);
        var unit = 2 * Math.Pow(10, _covariates[column - 1].Scale);
        return ((double)((Int128)low + high) / unit, (double)((Int128)high - low) / unit);
    }

    /// <summary>β for covariates in [−1, 1], whose intercept takes up the middles, from β in units of 1.</summary>
    public double[] Normalised(Vector<double> beta)
    {
        double[] normalised = [.. beta.Select((b, k) => b * ScaleOf(k).Half)];
        for (var k = 1; k < normalised.Length; k++) normalised[0] += beta[k] * ScaleOf(k).Middle;
        return normalised;
    }

    /// <summary>An owner's columns at β for covariates in [−1, 1], shape [columns][rows].</summary>
    public IReadOnlyList<ReadOnlyMemory<Int128>> ColumnsAt(PartyId owner, double[] beta, JoinedRows rows)
    {
        var isReceiver = owner == _receiver;
        var (parts, own, kept) = (isReceiver ? _ofReceiver : _ofSender, OwnOf(owner).ToArray(), rows.Kept);
        var columns = parts.Select(_ => new Int128[rows.Complete.Count]).ToArray();
        var x = new double[CovariateCount + 1];
        x[0] = 1;
        for (var row = 0; row < rows.Complete.Count; row++)
        {
            if (!rows.Complete[row]) continue;
            var logarithm = 0.0;
            for (var k = 0; k < own.Length; k++)
            {
                var (low, high) = _tables.RangeOf(_covariates[own[k] - 1]);
                x[own[k]] = high == low ? 0 : (double)((2 * kept[k][row]) - low - high) / (double)((Int128)high - low);
                logarithm += (beta[own[k]] * x[own[k]]) - Math.Abs(beta[own[k]]);
            }

            var weight = Math.ScaleB(Math.Exp(logarithm), isReceiver ? ReceiverBits : SenderBits);
            for (var c = 0; c < columns.Length; c++)
            {
                var (i, j) = parts[c];
                columns[c][row] = (Int128)Math.Round(weight * x[i] * x[j]);
            }
        }

        return [.. columns.Select(column => (ReadOnlyMemory<Int128>)column)];
    }

    /// <summary>The sums in units of covariates in [−1, 1], shape [ways · sums of a way].</summary>
    public double[] Read(IReadOnlyList<BigInteger> totals, double[] beta)
    {
        var largest = FactorAt(beta);
        return [.. totals.Select(total => Math.ScaleB((double)total, -(SenderBits + ReceiverBits)) * largest)];
    }

    /// <summary>The sums of one way as a symmetric matrix, [covariates + 1, covariates + 1].</summary>
    public Matrix<double> MatrixOf(double[] sums, int way = 0)
    {
        var (matrix, next) = (Matrix<double>.Build.Dense(CovariateCount + 1, CovariateCount + 1), way * SumsOfWay);
        for (var i = 0; i <= CovariateCount; i++)
            for (var j = i; j <= CovariateCount; j++) matrix[i, j] = matrix[j, i] = sums[next++];
        return matrix;
    }

    /// <summary>What exact totals (n, Σ x, Σ x·xᵀ in the order of <see cref="RowProduct.Moments"/>) say of covariates in [−1, 1]; zeros for none.</summary>
    public Matrix<double> CentredOf(BigInteger[] totals)
    {
        var matrix = Matrix<double>.Build.Dense(CovariateCount + 1, CovariateCount + 1);
        if (totals.Length == 0) return matrix;
        var next = 0;
        for (var i = 0; i <= CovariateCount; i++)
        {
            var (centre, length) = SpanOf(i);
            for (var j = i; j <= CovariateCount; j++)
            {
                var (other, otherLength) = SpanOf(j);
                var product = totals[next++];

                // x̃ = (2x − centre) / length, and 1 of the intercept.
                var centred = i == 0 ? j == 0 ? product : (2 * product) - (other * totals[0])
                    : (4 * product) - (2 * other * totals[i]) - (2 * centre * totals[j]) + (centre * other * totals[0]);
                matrix[i, j] = matrix[j, i] = length.IsZero || otherLength.IsZero ? 0 : (double)centred / ((double)length * (double)otherLength);
            }
        }

        return matrix;
    }

    /// <summary>The two ends of a covariate's declared range, in its units, added and subtracted; 0 and 1 of the intercept.</summary>
    private (BigInteger Sum, BigInteger Length) SpanOf(int column)
    {
        if (column == 0) return (0, 1);
        var (low, high) = _tables.RangeOf(_covariates[column - 1]);
        return ((BigInteger)low + high, (BigInteger)high - low);
    }

    /// <summary>The same matrix for covariates in units of 1: x = middle + half·(x in [−1, 1]).</summary>
    public Matrix<double> InUnits(Matrix<double> normalised)
    {
        var (own, middles) = (Matrix<double>.Build.Diagonal(CovariateCount + 1, CovariateCount + 1, k => ScaleOf(k).Half), Matrix<double>.Build.Dense(CovariateCount + 1, CovariateCount + 1));
        for (var k = 1; k <= CovariateCount; k++) middles[k, 0] = ScaleOf(k).Middle;
        var change = own + middles;
        return change * normalised * change.Transpose();
    }

    /// <summary>How far a sum over so many rows may be off: for each row half a unit of either column, and the rounding of its doubles. Derivation: specs/regression.md, "Joined rows".</summary>
    public double ErrorOf(double rows, double[] beta) => Math.ScaleB(rows * (1 + (beta.Skip(1).Sum(Math.Abs) / 64)), -ReceiverBits) * FactorAt(beta);

    private static double FactorAt(double[] beta) => Math.Exp(beta[0] + beta.Skip(1).Sum(Math.Abs));

    private IEnumerable<int> OwnOf(PartyId owner) => Enumerable.Range(1, CovariateCount).Where(k => _tables[_covariates[k - 1].Column].Of == owner);

    private int PlaceOf(List<Part> known, bool ofReceiver, int i, int j)
    {
        bool IsOwn(int k) => k > 0 && (_tables[_covariates[k - 1].Column].Of == _receiver) == ofReceiver;
        var part = new Part(IsOwn(i) ? i : 0, IsOwn(j) ? j : 0);
        if (part.I == 0) part = new Part(part.J, 0);
        if (known.IndexOf(part) is >= 0 and var at) return at;
        known.Add(part);
        return known.Count - 1;
    }

    private (BigInteger Least, BigInteger Largest) Extent(Part part, bool isReceiver)
    {
        var one = BigInteger.One << (isReceiver ? ReceiverBits : SenderBits);
        var hasOwn = Enumerable.Range(1, CovariateCount).Any(k => (_tables[_covariates[k - 1].Column].Of == _receiver) == isReceiver);
        if (part.I == 0 && !hasOwn) return (one, one); // who has no covariate weighs every row alike
        return (part.I == part.J ? 0 : -one, one);
    }

    /// <summary>A column of one owner: its part of w times none, one or two of its covariates (0 for none).</summary>
    private readonly record struct Part(int I, int J);
}
