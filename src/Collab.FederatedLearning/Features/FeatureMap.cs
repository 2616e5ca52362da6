using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>How a value becomes features.</summary>
internal abstract record FeatureMap
{
    /// <summary>The names of the features of a column.</summary>
    public abstract IEnumerable<string> Names(string column);

    /// <summary>The features of a number, in units of the recipe; NaN is missing.</summary>
    public abstract void Apply(double value, double power, IReadOnlyList<long[]> features, int row, string column);

    public static void Encode(CanonicalWriter writer, FeatureMap map)
    {
        switch (map)
        {
            case AffineMap affine:
                writer.Byte(1).Int64(BitConverter.DoubleToInt64Bits(affine.Offset)).Int64(BitConverter.DoubleToInt64Bits(affine.Divisor));
                break;
            case BinMap bins:
                bins.Encode(writer.Byte(2));
                break;
        }
    }

    public static FeatureMap Decode(ref CanonicalReader reader) => reader.Byte() switch
    {
        1 => AffineMap.Checked(BitConverter.Int64BitsToDouble(reader.Int64()), BitConverter.Int64BitsToDouble(reader.Int64())),
        2 => BinMap.Decode(ref reader),
        _ => throw new MalformedException("a fitted transformation"),
    };
}

/// <summary>(x − offset) / divisor.</summary>
internal sealed record AffineMap(double Offset, double Divisor) : FeatureMap
{
    public static AffineMap Identity { get; } = new(0, 1);

    public static AffineMap Checked(double offset, double divisor) =>
        double.IsFinite(offset) && double.IsFinite(divisor) && divisor > 0 ? new(offset, divisor) : throw new MalformedException("a finite offset and a positive divisor");

    public override IEnumerable<string> Names(string column) => [column];

    public override void Apply(double value, double power, IReadOnlyList<long[]> features, int row, string column) =>
        features[0][row] = FeatureRange.Round((value - Offset) / Divisor * power, column);
}
