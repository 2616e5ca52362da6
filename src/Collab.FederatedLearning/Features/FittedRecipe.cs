using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>A recipe with what training told: it makes the same features of a row whenever and wherever it is applied. It belongs to the owner of the columns.</summary>
/// <remarks>It holds means, edges, levels and weights of the owner's rows. Layout: specs/features.md.</remarks>
public sealed class FittedRecipe
{
    private const string Form = "collab-fitted-recipe-1";

    private readonly FittedStep[] _steps;
    private readonly double _power;
    private readonly int[] _leftOut;

    internal FittedRecipe(Digest recipe, int scale, IReadOnlyList<FittedStep> steps, IReadOnlyList<int>? leftOut = null)
    {
        _leftOut = [.. leftOut ?? []];
        (Recipe, Scale, _steps, _power) = (recipe, scale, [.. steps], FeatureRange.PowerOfTen(scale));
        Inputs = [.. _steps.Select(step => step.Column)];
        string[] names = [.. _steps.SelectMany(step => step.Names)];
        Features = [.. Enumerable.Range(0, names.Length).Except(_leftOut).Select(i => new ColumnSchema(names[i], ColumnType.Decimal, scale))];
        if (Features.DistinctBy(feature => feature.Name).Count() != Features.Count)
            throw new CollabException(FeatureErrors.NamesCollide, "Two features have the same name: a column has the name that another's level would give its feature.");
    }

    /// <summary>The recipe that was fitted.</summary>
    public Digest Recipe { get; }

    /// <summary>Decimal digits of every feature.</summary>
    public int Scale { get; }

    /// <summary>The columns that it takes, in order.</summary>
    public IReadOnlyList<ColumnSchema> Inputs { get; }

    /// <summary>The features that it makes, in order.</summary>
    public IReadOnlyList<ColumnSchema> Features { get; }

    internal IReadOnlyList<FittedStep> Steps => _steps;

    /// <summary>The numbers of features that are left out, among all that the steps make.</summary>
    internal IReadOnlyList<int> LeftOut => _leftOut;

    /// <summary>The recipe without some of its features: those that say nothing, since they are the same in all rows of training.</summary>
    /// <param name="features">Their numbers in <see cref="Features"/>, ascending; not all of them.</param>
    /// <exception cref="ArgumentException">There are no such features, none would stay, or some are left out already.</exception>
    public FittedRecipe Without(IReadOnlyList<int> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (_leftOut.Length > 0) throw new ArgumentException("Features are left out once.", nameof(features));
        if (features.Count == 0) return this;
        if (!IsSubset(features, Features.Count)) throw new ArgumentException("Features that there are, ascending, and not all.", nameof(features));
        return new(Recipe, Scale, _steps, features);
    }

    /// <summary>The features of some rows; none is missing.</summary>
    /// <param name="rows">The columns of <see cref="Inputs"/>, in that order.</param>
    /// <exception cref="CollabException">A value is refused, over range or of a column that is none of the recipe's: <see cref="FeatureErrors"/>.</exception>
    /// <remarks>O(rows · features). Timing depends on values.</remarks>
    public ColumnBatch Apply(ColumnBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Columns.Count != _steps.Length) throw new CollabException(FeatureErrors.ColumnUnfit, "There are more or fewer columns than the recipe has.");
        var present = new bool[rows.RowCount];
        Array.Fill(present, true);
        var (features, number) = (new List<Column>(Features.Count), 0);
        for (var i = 0; i < _steps.Length; i++)
        {
            long[][] made = [.. _steps[i].Names.Select(_ => new long[rows.RowCount])];
            _steps[i].Apply(rows.Columns[i], _power, made);
            foreach (var feature in made)
            {
                if (Array.BinarySearch(_leftOut, number++) < 0) features.Add(new NumberColumn(Features[features.Count], feature, present));
            }
        }

        return rows with { Columns = features };
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Form).Digest(Recipe).Byte((byte)Scale).List(_steps, FittedStep.Encode).List(_leftOut, (w, feature) => w.UInt32((uint)feature)).ToArray();

    /// <summary>Reads them, strictly.</summary>
    /// <exception cref="MalformedException">They are none.</exception>
    public static FittedRecipe Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Form) throw new MalformedException("a fitted recipe of this version");
        var (recipe, scale, steps, leftOut) = (reader.Digest(), reader.Byte(), reader.List(FittedStep.Decode), reader.List((ref CanonicalReader r) => (int)Math.Min(r.UInt32(), int.MaxValue)));
        reader.End();
        var fits = scale <= 9 && steps.Length is > 0 and <= FeatureRecipe.MostSteps && steps.DistinctBy(step => step.Column.Name).Count() == steps.Length
            && IsSubset(leftOut, steps.Sum(step => step.Names.Count()));
        if (!fits) throw new MalformedException("a scale, and steps of different columns");
        try
        {
            return new(recipe, scale, steps, leftOut);
        }
        catch (CollabException)
        {
            throw new MalformedException("features of different names");
        }
    }

    private static bool IsSubset(IReadOnlyList<int> features, int count) =>
        features.Count < count && features.All(feature => feature >= 0 && feature < count) && features.Zip(features.Skip(1)).All(pair => pair.First < pair.Second);
}
