using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What stands for a missing value.</summary>
public enum MissingValues : byte
{
    /// <summary>Nothing: it is refused.</summary>
    Refuse = 1,

    /// <summary>A declared number or level.</summary>
    Constant = 2,

    /// <summary>The mean of the numbers of training.</summary>
    Mean = 3,

    /// <summary>The median of the numbers of training.</summary>
    Median = 4,

    /// <summary>A bin or level of its own; for bins and levels only.</summary>
    Own = 5,
}

/// <summary>A column's rule for missing values.</summary>
/// <param name="Kind">What stands for them.</param>
/// <param name="Number">With <see cref="MissingValues.Constant"/> for numbers: the number, in units of 10^(−scale) of the column; else 0.</param>
/// <param name="Level">With <see cref="MissingValues.Constant"/> for text: the level; else null.</param>
/// <param name="Indicator">Whether one more feature tells, by 1 and 0, where a value was missing.</param>
public sealed record MissingRule(MissingValues Kind, long Number = 0, string? Level = null, bool Indicator = false)
{
    /// <summary>Missing values are refused.</summary>
    public static MissingRule Refused { get; } = new(MissingValues.Refuse);

    internal static void Encode(CanonicalWriter writer, MissingRule rule) =>
        writer.Byte((byte)rule.Kind).Int64(rule.Number).Optional(rule.Level, (w, level) => w.Text(level)).Boolean(rule.Indicator);

    internal static MissingRule Decode(ref CanonicalReader reader) =>
        new((MissingValues)reader.Byte(), reader.Int64(), reader.Optional((ref CanonicalReader r) => r.Text()), reader.Boolean());

    /// <summary>Whether the rule is one, for a column of text or of numbers, that is put in bins or not.</summary>
    internal bool Fits(bool text, bool binned) => Kind switch
    {
        MissingValues.Refuse => Number == 0 && Level is null && !Indicator,
        MissingValues.Constant => text ? Level is not null && Number == 0 : Level is null && FeatureRange.HoldsNumber(Number),
        MissingValues.Mean or MissingValues.Median => !text && Number == 0 && Level is null,
        MissingValues.Own => binned && Number == 0 && Level is null && !Indicator,
        _ => false,
    };
}
