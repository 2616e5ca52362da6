using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Regression;

/// <summary>Least squares from exact cross products: coefficients and variances are exact fractions, each rounded once.</summary>
/// <remarks>As R's <c>lm</c> and its summary. No column is too collinear to be solved exactly; only a true combination of others is refused.</remarks>
public static class LinearRegression
{
    /// <summary>Fits.</summary>
    /// <param name="products">The totals.</param>
    /// <param name="confidence">Of the intervals.</param>
    /// <returns>By column: <c>estimate</c>, <c>std.error</c>, <c>statistic</c>, <c>p.value</c>, <c>conf.low</c>, <c>conf.high</c>, <c>vif</c> (with an intercept); of the whole: <c>r.squared</c>, <c>adj.r.squared</c>, <c>sigma</c>, <c>statistic</c>, <c>df</c>, <c>df.residual</c>, <c>p.value</c>.</returns>
    /// <exception cref="InvalidOperationException">A column is a combination of others, or there are no more rows than columns.</exception>
    public static Finding Fit(CrossProducts products, double confidence = 0.95)
    {
        var columns = products.Names.Count;
        var residualDegrees = products.Count - columns;
        if (residualDegrees.Sign <= 0) throw new InvalidOperationException("No more rows than columns.");
        var (adjugate, determinant) = ExactSystem.Invert(products.Gram) ?? throw new InvalidOperationException("A column is a combination of others.");
        Fraction[] raw = [.. Enumerable.Range(0, columns).Select(i => new Fraction(
            Enumerable.Range(0, columns).Aggregate(BigInteger.Zero, (sum, j) => sum + adjugate[i, j] * products.Response[j]), determinant))];
        var explained = Enumerable.Range(0, columns).Aggregate((Fraction)0, (sum, i) => sum + raw[i] * products.Response[i]);
        var residual = products.ResponseSquare - explained;
        var variance = residual / residualDegrees; // in squared units of y
        var degrees = (double)residualDegrees;
        var reach = -Tail.StudentQuantile((1 - confidence) / 2, degrees);

        var finding = new FindingBuilder("Linear regression");
        for (var i = 0; i < columns; i++)
        {
            var scale = new Fraction(products.Units[i], products.ResponseUnit); // β per unit of x, in units of y
            var estimate = raw[i] * scale;
            var square = variance * new Fraction(adjugate[i, i], determinant) * scale * scale;
            Coefficient(finding, products.Names[i], estimate, square, degrees, reach);
            if (products.HasIntercept && i > 0)
            {
                var centred = products.Gram[i, i] - new Fraction(products.Gram[0, i] * products.Gram[0, i], products.Count);
                finding.Exact("vif", centred * new Fraction(adjugate[i, i], determinant), products.Names[i]);
            }
        }

        var total = products.HasIntercept
            ? products.ResponseSquare - new Fraction(products.Response[0] * products.Response[0], products.Count)
            : products.ResponseSquare;
        Whole(finding, products, total, residual, variance);
        return finding.Build();
    }

    private static void Coefficient(FindingBuilder finding, string name, Fraction estimate, Fraction square, double degrees, double reach)
    {
        finding.Exact("estimate", estimate, name).Root("std.error", square, 1, name);
        if (square.Numerator.IsZero)
        {
            finding.Near("statistic", double.NaN, name).Near("p.value", double.NaN, name);
            return;
        }

        var t = estimate * estimate / square;
        var (value, error) = (estimate.ToNearestDouble(), square.SquareRootToNearestDouble());
        finding.Root("statistic", t, estimate.Numerator.Sign, name)
            .Special("p.value", Tail.PValue(t.SquareRootToNearestDouble(), Alternative.TwoSided, x => Tail.Student(x, degrees)), name)
            .Special("conf.low", value - reach * error, name).Special("conf.high", value + reach * error, name);
    }

    private static void Whole(FindingBuilder finding, CrossProducts products, Fraction total, Fraction residual, Fraction variance)
    {
        var intercept = products.HasIntercept ? 1 : 0;
        var (model, rest) = (products.Names.Count - intercept, products.Count - products.Names.Count);
        var unit = new Fraction(1, products.ResponseUnit * products.ResponseUnit);
        finding.Root("sigma", variance * unit).Exact("deviance", residual * unit).Exact("df", model).Exact("df.residual", rest).Exact("nobs", products.Count);
        if (total.Numerator.IsZero || model == 0) return; // a constant response, or nothing but its mean
        var unexplained = residual / total;
        finding.Exact("r.squared", 1 - unexplained).Exact("adj.r.squared", 1 - unexplained * (products.Count - intercept) / rest);
        if (residual.Numerator.IsZero) return;
        var f = (total - residual) / model / variance;
        finding.Exact("statistic", f).Special("p.value", Tail.Fisher(f.ToNearestDouble(), model, (double)rest));
    }
}
