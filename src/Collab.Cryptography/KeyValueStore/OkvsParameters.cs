namespace Collab.Cryptography.KeyValueStore;

/// <summary>The sizes of an oblivious key-value store, which follow from the number of keys and are known to both parties.</summary>
/// <remarks>Source: protocols/specs/okvs.md, "Parameters and why"; the failure probability is summed in notebooks/okvs-failure-probability.py.</remarks>
public sealed record OkvsParameters
{
    /// <summary>Columns that a key's sparse part names.</summary>
    internal const int Weight = 3;

    // eprint 2022/320, section 3.2: the phase transition of weight 3 at (1.223, -9.2), and equation 3 for the slope.
    private const double Threshold = 1.223;
    private const double Offset = 9.2;
    private const double SlopePower = 0.55;

    // Up to here there is no sparse part: the line of the source begins at 2^6 keys.
    private const int DenseOnlyItems = 64;
    private const int BinItems = 1 << 15;
    private const double SlopeExpansion = 1.3;

    private OkvsParameters(long itemCount, int bins, int sparse, int dense)
    {
        ItemCount = itemCount;
        BinCount = bins;
        SparseCount = sparse;
        DenseCount = dense;
    }

    /// <summary>The keys that a store is made for.</summary>
    public long ItemCount { get; }

    /// <summary>Independent stores, one after the other, between which keys are distributed.</summary>
    public int BinCount { get; }

    /// <summary>Sparse columns of a bin, in elements; 0 for a small store.</summary>
    public int SparseCount { get; }

    /// <summary>Dense columns of a bin, in elements; they stand behind the sparse ones.</summary>
    public int DenseCount { get; }

    /// <summary>The elements of a bin.</summary>
    public int BinSize => SparseCount + DenseCount;

    /// <summary>The elements of the store.</summary>
    public long Size => (long)BinCount * BinSize;

    /// <summary>The sizes for so many keys.</summary>
    /// <param name="itemCount">Keys, 0 or more.</param>
    /// <param name="statisticalBits">Encoding fails with a probability of at most 2 to the minus this, 10 to 80.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the store has 2^31 elements or more.</exception>
    public static OkvsParameters Create(long itemCount, int statisticalBits = 40)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(statisticalBits, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statisticalBits, 80);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(itemCount, 1L << 30);
        if (itemCount <= DenseOnlyItems) return new(itemCount, 1, 0, Math.Max(1, (int)itemCount));
        var bins = (int)Math.Max(1, (itemCount + (BinItems / 2) - 1) / BinItems);
        var load = (double)itemCount / bins;
        var bits = statisticalBits + Math.Log2(bins);                                   // union bound over bins
        var expansion = Threshold + ((bits + Offset + BitsForLoads(load, bins)) / Slope(load));
        return CreateInsecure(itemCount, bins, (int)Math.Ceiling(expansion * load), bits);
    }

    /// <summary>Any number of sparse columns, for trials of the failure probability.</summary>
    internal static OkvsParameters CreateInsecure(long itemCount, int bins, int sparse, double bits) =>
        new(itemCount, bins, sparse, (int)Math.Ceiling(bits / ((Weight - 2) * Math.Log2(sparse))));

    /// <summary>Security bits for each unit of expansion beyond the threshold.</summary>
    internal static double Slope(double load)
    {
        var weight = Math.Log2(Weight);
        return Math.Pow(2, (SlopePower * Math.Log2(load)) + (0.093 * weight * weight * weight) - (1.01 * weight * weight) + (2.92 * weight) - 0.13);
    }

    /// <summary>The bits that unequal loads of bins cost; see the notebook.</summary>
    private static double BitsForLoads(double load, int bins)
    {
        if (bins == 1) return 0;
        var rate = Slope(load) * SlopeExpansion * Math.Sqrt(load * (1 - (1.0 / bins))) / load;
        return rate * rate * Math.Log(2) / 2;
    }
}
