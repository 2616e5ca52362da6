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

    internal FittedRecipe(Digest recipe, int scale, IReadOnlyList<FittedStep> steps)
    {
        (Recipe, Scale, _steps, _power) = (recipe, scale, [.. steps], FeatureRange.PowerOfTen(scale));
        Inputs = [.. _steps.Select(step => step.Column)];
        Features = [.. _steps.SelectMany(step => step.Names).Select(name => new ColumnSchema(name, ColumnType.Decimal, scale))];
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
        var features = new List<Column>(Features.Count);
        for (var i = 0; i < _steps.Length; i++)
        {
            long[][] made = [.. _steps[i].Names.Select(_ => new long[rows.RowCount])];
            _steps[i].Apply(rows.Columns[i], _power, made);
            foreach (var feature in made) features.Add(new NumberColumn(Features[features.Count], feature, present));
        }

        return rows with { Columns = features };
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Form).Digest(Recipe).Byte((byte)Scale).List(_steps, FittedStep.Encode).ToArray();

    /// <summary>Reads them, strictly.</summary>
    /// <exception cref="MalformedException">They are none.</exception>
    public static FittedRecipe Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Form) throw new MalformedException("a fitted recipe of this version");
        var (recipe, scale, steps) = (reader.Digest(), reader.Byte(), reader.List(FittedStep.Decode));
        reader.End();
        var fits = scale <= 9 && steps.Length is > 0 and <= FeatureRecipe.MostSteps && steps.DistinctBy(step => step.Column.Name).Count() == steps.Length;
        if (!fits) throw new MalformedException("a scale, and steps of different columns");
        try
        {
            return new(recipe, scale, steps);
        }
        catch (CollabException)
        {
            throw new MalformedException("features of different names");
        }
    }
}
