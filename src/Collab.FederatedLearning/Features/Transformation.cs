using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What becomes of a column: one of a closed list, each a few numbers.</summary>
public abstract record Transformation
{
    private protected Transformation()
    {
    }

    /// <summary>Whether the values go into bins or levels first.</summary>
    internal virtual Binning? Bins => null;

    internal static void Encode(CanonicalWriter writer, Transformation transformation)
    {
        switch (transformation)
        {
            case Keep:
                writer.Byte(1);
                break;
            case Standardize:
                writer.Byte(2);
                break;
            case ScaleToRange:
                writer.Byte(3);
                break;
            case BinIndicators indicators:
                Binning.Encode(writer.Byte(4), indicators.Binning);
                writer.Boolean(indicators.LeaveFirstOut);
                break;
            case BinNumber number:
                Binning.Encode(writer.Byte(5), number.Binning);
                break;
            case WeightOfEvidence woe:
                Binning.Encode(writer.Byte(6), woe.Binning);
                writer.Optional(woe.Merge, ChiMerge.Encode);
                break;
        }
    }

    internal static Transformation Decode(ref CanonicalReader reader) => reader.Byte() switch
    {
        1 => new Keep(),
        2 => new Standardize(),
        3 => new ScaleToRange(),
        4 => new BinIndicators(Binning.Decode(ref reader), reader.Boolean()),
        5 => new BinNumber(Binning.Decode(ref reader)),
        6 => new WeightOfEvidence(Binning.Decode(ref reader), reader.Optional(ChiMerge.Decode)),
        _ => throw new MalformedException("a transformation"),
    };
}

/// <summary>The number itself.</summary>
public sealed record Keep : Transformation;

/// <summary>(x − mean) / √(Σ(x − mean)²/n) over the n rows of training.</summary>
public sealed record Standardize : Transformation;

/// <summary>(x − smallest) / (largest − smallest) over the rows of training; other rows may come outside of 0 to 1.</summary>
public sealed record ScaleToRange : Transformation;

/// <summary>A feature for each bin or level: 1 where the value is in it, else 0.</summary>
/// <param name="Binning">The bins or levels.</param>
/// <param name="LeaveFirstOut">Whether the first has no feature, so that the features of a row do not always add up to 1.</param>
public sealed record BinIndicators(Binning Binning, bool LeaveFirstOut = false) : Transformation
{
    internal override Binning Bins => Binning;
}

/// <summary>The number of the value's bin, from 0.</summary>
/// <param name="Binning">The bins.</param>
public sealed record BinNumber(Binning Binning) : Transformation
{
    internal override Binning Bins => Binning;
}

/// <summary>The weight of evidence of the value's bin: ln((goods of the bin / goods) / (bads of the bin / bads)); good is the label 0, bad 1.</summary>
/// <param name="Binning">The bins or levels to begin with.</param>
/// <param name="Merge">Whether they are merged while their labels hardly differ; null: they stay.</param>
public sealed record WeightOfEvidence(Binning Binning, ChiMerge? Merge = null) : Transformation
{
    internal override Binning Bins => Binning;
}
