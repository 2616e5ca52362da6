using Collab.Jobs;
using Collab.Primitives;
using MathNet.Numerics.LinearAlgebra;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>Which sums over the matching rows of two owners a regression in rounds opens at a point that the receiver names, and what columns each owner makes for them.</summary>
/// <remarks>Covariates are brought to [−1, 1] by their declared ranges; x₀ = 1. Source: specs/regression.md, "Joined rows".</remarks>
internal abstract class JoinedModel(IReadOnlyList<Measure> covariates, JoinedTables tables, PartyId receiver)
{
    /// <summary>How many covariates there are.</summary>
    public int CovariateCount => covariates.Count;

    /// <summary>How many numbers the receiver names to ask for sums.</summary>
    public abstract int NamedCount { get; }

    /// <summary>How often sums may be asked for at one point.</summary>
    public virtual int MostQuestionsAtPoint => 1;

    /// <summary>All the rounds that there may be, each in its parts.</summary>
    /// <param name="points">At how many points sums may be asked for.</param>
    public abstract IEnumerable<IReadOnlyList<JoinedRound>> MostRounds(int points);

    /// <summary>The work of a round, in whatever the model counts it.</summary>
    public virtual long WorkOf(double[] named) => 0;

    /// <summary>The work of all rounds at most, which <see cref="MostRounds"/> stands for.</summary>
    public virtual long MostWork(int points) => 0;

    /// <summary>A covariate without a declared range, if there is one.</summary>
    public string? Undeclared => covariates.FirstOrDefault(covariate => tables[covariate.Column].Range is null)?.Column;

    /// <summary>The owner that learns the sums.</summary>
    protected PartyId Receiver => receiver;

    /// <summary>What an owner keeps of a row: its covariates.</summary>
    public virtual IReadOnlyList<RowProduct> KeptBy(PartyId owner) => [.. OwnOf(owner).Select(k => (RowProduct)new RowFactor.Power(covariates[k - 1], 1))];

    /// <summary>Of what is named, the β for covariates in [−1, 1], with an intercept.</summary>
    public virtual ReadOnlySpan<double> PointOf(double[] named) => named;

    /// <summary>What is opened, part by part; null where what is named asks for nothing that there is.</summary>
    public abstract IReadOnlyList<JoinedRound>? PartsAt(double[] named);

    /// <summary>An owner's columns.</summary>
    public abstract JoinedRoundColumns ColumnsAt(PartyId owner, double[] named, JoinedRows rows);

    /// <summary>The middle of a covariate's declared range and half its length, in units of 1; the intercept's are 0 and 1.</summary>
    public (double Middle, double Half) ScaleOf(int column)
    {
        if (column == 0) return (0, 1);
        var (low, high) = tables.RangeOf(covariates[column - 1]);
        var unit = 2 * Math.Pow(10, covariates[column - 1].Scale);
        return ((double)((Int128)low + high) / unit, (double)((Int128)high - low) / unit);
    }

    /// <summary>β for covariates in [−1, 1], whose intercept takes up the middles, from β in units of 1.</summary>
    public double[] Normalised(Vector<double> beta)
    {
        double[] normalised = [.. beta.Select((b, k) => b * ScaleOf(k).Half)];
        for (var k = 1; k < normalised.Length; k++) normalised[0] += beta[k] * ScaleOf(k).Middle;
        return normalised;
    }

    /// <summary>Sums over pairs, row by row from the given place on, as a symmetric matrix, [covariates + 1, covariates + 1].</summary>
    public Matrix<double> MatrixOf(double[] sums, int at = 0)
    {
        var matrix = Matrix<double>.Build.Dense(CovariateCount + 1, CovariateCount + 1);
        for (var i = 0; i <= CovariateCount; i++)
            for (var j = i; j <= CovariateCount; j++) matrix[i, j] = matrix[j, i] = sums[at++];
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

    /// <summary>The same of totals Σ x in that order, the number of rows first.</summary>
    public Vector<double> CentredOf(ReadOnlySpan<BigInteger> firsts)
    {
        var vector = Vector<double>.Build.Dense(CovariateCount + 1, (double)firsts[0]);
        for (var i = 1; i <= CovariateCount; i++)
        {
            var (centre, length) = SpanOf(i);
            vector[i] = length.IsZero ? 0 : (double)((2 * firsts[i]) - (centre * firsts[0])) / (double)length;
        }

        return vector;
    }

    /// <summary>The two ends of a covariate's declared range, in its units, added and subtracted; 0 and 1 of the intercept.</summary>
    protected (BigInteger Sum, BigInteger Length) SpanOf(int column)
    {
        if (column == 0) return (0, 1);
        var (low, high) = tables.RangeOf(covariates[column - 1]);
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

    /// <summary>The same of a vector.</summary>
    public Vector<double> InUnits(Vector<double> normalised) => Vector<double>.Build.Dense(CovariateCount + 1, k => (ScaleOf(k).Half * normalised[k]) + (ScaleOf(k).Middle * normalised[0]));

    /// <summary>The columns of an owner, the covariates' numbers, in order.</summary>
    protected IEnumerable<int> OwnOf(PartyId owner) => Enumerable.Range(1, CovariateCount).Where(k => tables[covariates[k - 1].Column].Of == owner);

    /// <summary>An owner's own factor of xᵢ·xⱼ.</summary>
    protected Part PartOf(int i, int j, bool ofReceiver)
    {
        bool IsOwn(int k) => k > 0 && (tables[covariates[k - 1].Column].Of == receiver) == ofReceiver;
        var part = new Part(IsOwn(i) ? i : 0, IsOwn(j) ? j : 0);
        return part.I == 0 ? new Part(part.J, 0) : part;
    }

    /// <summary>The same of the receiver, or of the other.</summary>
    protected IEnumerable<int> OwnOf(bool isReceiver) => Enumerable.Range(1, CovariateCount).Where(k => (tables[covariates[k - 1].Column].Of == receiver) == isReceiver);

    /// <summary>Reads an owner's covariates of a row, brought to [−1, 1], into their places.</summary>
    protected void Read(JoinedRows rows, int row, int[] own, double[] x)
    {
        for (var k = 0; k < own.Length; k++)
        {
            var (low, high) = tables.RangeOf(covariates[own[k] - 1]);
            x[own[k]] = high == low ? 0 : (double)((2 * rows.Kept[k][row]) - low - high) / (double)((Int128)high - low);
        }
    }

    /// <summary>A covariate of an owner's row, taken from the middle of its range, in halves of its unit: of the size of the range's length.</summary>
    protected Int128 WholeAt(JoinedRows rows, int row, int[] own, int column)
    {
        var (low, high) = tables.RangeOf(covariates[column - 1]);
        return (2 * rows.Kept[Array.IndexOf(own, column)][row]) - low - high;
    }

    /// <summary>A factor of one owner: none, one or two of its covariates (0 for none).</summary>
    protected readonly record struct Part(int I, int J);
}
