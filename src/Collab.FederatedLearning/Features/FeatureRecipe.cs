using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What one owner makes of its columns before they are trained on: declared, the same wherever it is read, with nothing in it that runs.</summary>
/// <remarks>Layout and meaning: specs/features.md.</remarks>
public sealed record FeatureRecipe
{
    /// <summary>Most columns of a recipe.</summary>
    public const int MostSteps = 65_536;

    private const string Form = "collab-feature-recipe-1";

    private FeatureRecipe(int scale, IReadOnlyList<FeatureStep> steps) => (Scale, Steps) = (scale, steps);

    /// <summary>Decimal digits behind the point of every feature, 0 to 9.</summary>
    public int Scale { get; }

    /// <summary>Column by column.</summary>
    public IReadOnlyList<FeatureStep> Steps { get; }

    /// <summary>Names the recipe.</summary>
    public Digest Id => Digest.Of(Form, Encode());

    /// <summary>Checks a recipe.</summary>
    /// <param name="scale">Decimal digits of every feature, 0 to 9.</param>
    /// <param name="steps">1 to 65,536, each of another column.</param>
    /// <exception cref="ArgumentException">A step does not fit its column, or a column comes twice.</exception>
    public static FeatureRecipe Create(int scale, params IReadOnlyList<FeatureStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (scale is < 0 or > 9) throw new ArgumentException("Features have 0 to 9 decimal digits.", nameof(scale));
        if (steps.Count is 0 or > MostSteps) throw new ArgumentException("There are 1 to 65,536 columns.", nameof(steps));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (!names.Add(step.Column.Name)) throw new ArgumentException($"Column {step.Column.Name} comes twice.", nameof(steps));
            if (step.Fault() is { } fault) throw new ArgumentException($"Column {step.Column.Name}: {fault}", nameof(steps));
        }

        return new(scale, [.. steps]);
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Form).Byte((byte)Scale).List(Steps, FeatureStep.Encode).ToArray();

    /// <summary>Reads them, strictly.</summary>
    /// <exception cref="MalformedException">They are none.</exception>
    public static FeatureRecipe Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Form) throw new MalformedException("a feature recipe of this version");
        var (scale, steps) = (reader.Byte(), reader.List(FeatureStep.Decode));
        reader.End();
        try
        {
            return Create(scale, steps);
        }
        catch (ArgumentException)
        {
            throw new MalformedException("steps that fit their columns");
        }
    }
}
