using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>When neighbouring bins are merged: the pair with the smallest χ² of labels first, while it is below a bound or there are too many bins.</summary>
/// <param name="MostBins">At most so many bins of values in the end, 1 to 255.</param>
/// <param name="Threshold">Pairs with a smaller χ² are merged, in thousandths: 3841 is the 95 % point of one degree of freedom.</param>
/// <remarks>Kerber, ChiMerge, AAAI 1992, with two labels. The bin of missing values is not merged.</remarks>
public sealed record ChiMerge(int MostBins, uint Threshold)
{
    internal bool Fits => MostBins is > 0 and < 256;

    internal static void Encode(CanonicalWriter writer, ChiMerge merge) => writer.Byte((byte)merge.MostBins).UInt32(merge.Threshold);

    internal static ChiMerge Decode(ref CanonicalReader reader) => new(reader.Byte(), reader.UInt32());
}
