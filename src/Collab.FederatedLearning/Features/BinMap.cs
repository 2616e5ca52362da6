using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What is made of a value's bin.</summary>
internal enum BinOutput : byte
{
    Indicators = 1,
    IndicatorsButFirst = 2,
    Number = 3,
    Weight = 4,
}

/// <summary>A value's bin as features: an indicator for each group of bins, or one number.</summary>
/// <param name="Bins">The bins; the last is of missing values and of levels that are not known.</param>
/// <param name="Unseen">What becomes of levels that are not known.</param>
/// <param name="OwnMissing">Whether missing values may come here, and have the last bin.</param>
/// <param name="Output">What is made of a bin.</param>
/// <param name="Values">With <see cref="BinOutput.Weight"/> the weight of each bin, the last one's too, in units of the recipe; else empty.</param>
internal sealed record BinMap(FeatureBins Bins, UnseenLevels Unseen, bool OwnMissing, BinOutput Output, IReadOnlyList<long> Values) : FeatureMap
{
    /// <summary>Whether the last bin is one that a row can be in.</summary>
    public bool HasLast => OwnMissing || (Bins.IsCategory && Unseen == UnseenLevels.Other);

    private int First => Output == BinOutput.IndicatorsButFirst ? 1 : 0;

    public override IEnumerable<string> Names(string column) => Output is BinOutput.Number or BinOutput.Weight
        ? [column]
        : Enumerable.Range(0, Bins.ValueBins + (HasLast ? 1 : 0)).Skip(First).Select(bin => bin == Bins.ValueBins
            ? (Bins.IsCategory && Unseen == UnseenLevels.Other ? $"{column}=(other)" : $"{column}=(missing)")
            : Bins.IsCategory ? $"{column}={Bins.Categories[bin]}" : $"{column}#{bin}");

    public override void Apply(double value, double power, IReadOnlyList<long[]> features, int row, string column) => Set(Bins.BinOf(value), power, features, row);

    /// <summary>The features of a level; null is missing.</summary>
    public void Apply(string? level, double power, IReadOnlyList<long[]> features, int row, string column) => Set(BinOf(level, column), power, features, row);

    /// <summary>The bin of a level, or −1: it counts nowhere.</summary>
    public int BinOf(string? level, string column)
    {
        int bin = Bins.BinOf(level);
        if (bin < Bins.ValueBins || level is null) return bin;
        return Unseen switch
        {
            UnseenLevels.Other => bin,
            UnseenLevels.Zero => -1,
            _ => throw new CollabException(FeatureErrors.LevelUnseen, $"Column {column} has a level that the recipe has not seen."),
        };
    }

    private void Set(int bin, double power, IReadOnlyList<long[]> features, int row)
    {
        switch (Output)
        {
            case BinOutput.Number:
                features[0][row] = bin * (long)power;
                break;
            case BinOutput.Weight:
                features[0][row] = bin < 0 ? 0 : Values[bin];
                break;
            default:
                for (var i = 0; i < Bins.ValueBins + (HasLast ? 1 : 0) - First; i++) features[i][row] = i + First == bin ? (long)power : 0;
                break;
        }
    }

    public void Encode(CanonicalWriter writer)
    {
        Bins.Encode(writer);
        writer.Byte((byte)Unseen).Boolean(OwnMissing).Byte((byte)Output).List(Values, (w, value) => w.Int64(value));
    }

    public static new BinMap Decode(ref CanonicalReader reader)
    {
        var map = new BinMap(FeatureBins.Decode(ref reader), (UnseenLevels)reader.Byte(), reader.Boolean(), (BinOutput)reader.Byte(), reader.List((ref CanonicalReader r) => r.Int64()));
        var fits = Enum.IsDefined(map.Output) && (map.Bins.IsCategory ? Enum.IsDefined(map.Unseen) && map.Output != BinOutput.Number : map.Unseen == UnseenLevels.Refuse)
            && map.Values.Count == (map.Output == BinOutput.Weight ? map.Bins.Count : 0) && map.Values.All(FeatureRange.Holds);
        return fits ? map : throw new MalformedException("a table of bins");
    }
}
