using System.Globalization;
using Collab.FederatedLearning.Trees;
using Collab.Jobs;

namespace Collab.FederatedLearning.Features;

/// <summary>One party's part of a scorecard: whole points for each bin of its columns, and at the label owner base points. A row's score is the sum of the parts' points.</summary>
/// <remarks>Points of a bin: −factor · coefficient · weight of evidence; base points: offset − factor · intercept; each rounded by itself, ties to even. Spec: features, section Scorecard.</remarks>
public sealed class Scorecard
{
    private Scorecard(long basePoints, FittedRecipe points) => (BasePoints, Points) = (basePoints, points);

    /// <summary>Points of every row; 0 at parties without the intercept.</summary>
    public long BasePoints { get; }

    /// <summary>A recipe that makes points of the columns, of scale 0: what is stored, and applied to rows.</summary>
    public FittedRecipe Points { get; }

    /// <summary>The part of one party.</summary>
    /// <param name="scale">How log-odds become points.</param>
    /// <param name="recipe">The recipe the model was trained on: weights of evidence alone.</param>
    /// <param name="coefficients">Of a logistic model of bad, for the features as they are: one for each.</param>
    /// <param name="intercept">The model's, at the label owner; null elsewhere.</param>
    /// <exception cref="ArgumentException">A feature is no weight of evidence, there are more or fewer coefficients, or one is not finite.</exception>
    /// <exception cref="Primitives.CollabException">Points are over range: <see cref="FeatureErrors.ValueOverRange"/>.</exception>
    public static Scorecard Of(ScorecardScale scale, FittedRecipe recipe, IReadOnlyList<double> coefficients, double? intercept)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(coefficients);
        scale.Check();
        if (recipe.Steps.Any(step => step.Map is not BinMap { Output: BinOutput.Weight } || step.Missing.Indicator))
            throw new ArgumentException("A scorecard is made of weights of evidence alone.", nameof(recipe));
        if (coefficients.Count != recipe.Features.Count || !coefficients.All(double.IsFinite) || !double.IsFinite(intercept ?? 0))
            throw new ArgumentException("There is a finite coefficient for each feature.", nameof(coefficients));
        var unit = FeatureRange.PowerOfTen(recipe.Scale);
        var next = 0;
        var steps = recipe.Steps.Select((step, i) =>
        {
            var (map, coefficient) = ((BinMap)step.Map, recipe.LeftOut.Contains(i) ? 0 : coefficients[next++]);
            return step with { Map = map with { Values = [.. map.Values.Select(weight => FeatureRange.Round(-scale.Factor * coefficient * (weight / unit), step.Column.Name))] } };
        });
        var points = intercept is { } alpha ? FeatureRange.Round(scale.Offset - (scale.Factor * alpha), "base") : 0;
        return new(points, new(recipe.Recipe, 0, [.. steps]));
    }

    /// <summary>The table of points: column, bin, points.</summary>
    public IEnumerable<(string Column, string Bin, long Points)> Rows =>
        from step in Points.Steps
        let map = (BinMap)step.Map
        from bin in Enumerable.Range(0, map.Bins.Count)
        where bin < map.Bins.ValueBins || map.HasLast
        select (step.Column.Name, Describe(map.Bins, bin), map.Values[bin]);

    /// <summary>This party's points of some rows, base points among them.</summary>
    /// <param name="rows">The columns of the recipe.</param>
    /// <exception cref="Primitives.CollabException">A value is refused: <see cref="FeatureErrors"/>.</exception>
    public long[] Score(ColumnBatch rows)
    {
        var made = Points.Apply(rows);
        var scores = new long[made.RowCount];
        Array.Fill(scores, BasePoints);
        foreach (var column in made.Columns.Cast<NumberColumn>())
        {
            for (var row = 0; row < scores.Length; row++) scores[row] += column.Values.Span[row];
        }

        return scores;
    }

    private static string Describe(FeatureBins bins, int bin)
    {
        string Edge(int at) => bins.Edges[at].ToString("R", CultureInfo.InvariantCulture);
        if (bin == bins.MissingBin) return bins.IsCategory ? "missing or other" : "missing";
        if (bins.IsCategory) return bins.Categories[bin];
        if (bins.ValueBins == 1) return "all";
        return bin == 0 ? $"≤ {Edge(0)}" : bin == bins.ValueBins - 1 ? $"> {Edge(bin - 1)}" : $"> {Edge(bin - 1)}, ≤ {Edge(bin)}";
    }
}
