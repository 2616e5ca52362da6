using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Ranks;

/// <summary>Correlation of two columns over rows that have both, from exact totals.</summary>
/// <param name="Count">Rows.</param>
/// <param name="SumX">Σx.</param>
/// <param name="SumY">Σy.</param>
/// <param name="SumXX">Σx².</param>
/// <param name="SumYY">Σy².</param>
/// <param name="SumXY">Σxy.</param>
/// <remarks>In units of each column; the correlation does not depend on them. With ranks for x and y (doubled, so that mean ranks are whole) it is Spearman's.</remarks>
public sealed record Correlation(BigInteger Count, BigInteger SumX, BigInteger SumY, BigInteger SumXX, BigInteger SumYY, BigInteger SumXY)
{
    private BigInteger CoMoment => Count * SumXY - SumX * SumY; // n²·covariance

    private BigInteger MomentX => Count * SumXX - SumX * SumX;

    private BigInteger MomentY => Count * SumYY - SumY * SumY;

    /// <summary>Σ(x − x̄)(y − ȳ) / (n − 1), in units of x times units of y.</summary>
    /// <exception cref="DivideByZeroException">There are fewer than two rows.</exception>
    public Fraction Covariance => new(CoMoment, Count * (Count - 1));

    /// <summary>Pearson's correlation, Student's test that it is 0, and Fisher's interval, as R's <c>cor.test</c>.</summary>
    /// <remarks>NaN when a column is constant; the interval needs four rows.</remarks>
    /// <exception cref="InvalidOperationException">There are fewer than three rows.</exception>
    public Finding Pearson(Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        if (Count < 3) throw new InvalidOperationException("At least three rows.");
        var finding = new FindingBuilder("Pearson's correlation").Exact("parameter", Count - 2);
        if (MomentX.IsZero || MomentY.IsZero) return finding.Near("estimate", double.NaN).Near("p.value", double.NaN).Build();
        var square = new Fraction(CoMoment * CoMoment, MomentX * MomentY);
        finding.Root("estimate", square, CoMoment.Sign);
        Test(finding, square, alternative);
        if (Count < 4) return finding.Build();
        var r = CoMoment.Sign * square.SquareRootToNearestDouble();
        var outside = alternative == Alternative.TwoSided ? (1 - confidence) / 2 : 1 - confidence;
        var reach = -Tail.NormalQuantile(outside) / Math.Sqrt((double)(Count - 3));
        return finding
            .Special("conf.low", alternative == Alternative.Less ? -1 : Math.Tanh(Math.Atanh(r) - reach))
            .Special("conf.high", alternative == Alternative.Greater ? 1 : Math.Tanh(Math.Atanh(r) + reach)).Build();
    }

    /// <summary>Spearman's correlation where x and y are ranks, tested by Student's distribution, as R's <c>cor.test</c> with <c>exact = FALSE</c>.</summary>
    /// <remarks><c>statistic</c> is the sum of squared differences of ranks that R prints, (n³ − n)(1 − ρ) / 6.</remarks>
    /// <exception cref="InvalidOperationException">There are fewer than three rows.</exception>
    public Finding Spearman(Alternative alternative = Alternative.TwoSided)
    {
        if (Count < 3) throw new InvalidOperationException("At least three rows.");
        var finding = new FindingBuilder("Spearman's rank correlation, asymptotic");
        if (MomentX.IsZero || MomentY.IsZero) return finding.Near("estimate", double.NaN).Near("p.value", double.NaN).Build();
        var square = new Fraction(CoMoment * CoMoment, MomentX * MomentY);
        var rho = CoMoment.Sign * square.SquareRootToNearestDouble();
        finding.Root("estimate", square, CoMoment.Sign).Near("statistic", (double)(Count * Count * Count - Count) * (1 - rho) / 6);
        var degrees = (double)(Count - 2);
        var t = rho / Math.Sqrt((1 - square).ToNearestDouble() / degrees);
        return finding.Special("p.value", Tail.PValue(t, alternative, x => Tail.Student(x, degrees))).Build();
    }

    private void Test(FindingBuilder finding, Fraction square, Alternative alternative)
    {
        var rest = 1 - square;
        if (rest.Numerator.IsZero)
        {
            finding.Near("statistic", CoMoment.Sign * double.PositiveInfinity)
                .Near("p.value", Tail.PValue(CoMoment.Sign * double.PositiveInfinity, alternative, x => x > 0 ? 0 : 1));
            return;
        }

        var t = square * (Count - 2) / rest;
        var degrees = (double)(Count - 2);
        finding.Root("statistic", t, CoMoment.Sign)
            .Special("p.value", Tail.PValue(CoMoment.Sign * t.SquareRootToNearestDouble(), alternative, x => Tail.Student(x, degrees)));
    }
}
