namespace Collab.SecretSharing.Preprocessing;

/// <summary>How many triples lie in a store, or are asked for: whole units of each kind.</summary>
/// <param name="WordUnits">Units of words.</param>
/// <param name="BitUnits">Units of bits.</param>
public readonly record struct TripleStock(int WordUnits, int BitUnits)
{
    /// <summary>Products of words.</summary>
    public long Products => (long)WordUnits * TripleStore.UnitWords;

    /// <summary>Conjunctions of bits.</summary>
    public long Conjunctions => (long)BitUnits * TripleStore.UnitWords * 64;

    /// <summary>As few whole units as hold so many of each.</summary>
    /// <param name="products">Products of words, not negative.</param>
    /// <param name="conjunctions">Conjunctions of bits, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than a store takes, or negative.</exception>
    public static TripleStock Holding(long products, long conjunctions)
    {
        return new(Units(products, TripleStore.UnitWords), Units(conjunctions, TripleStore.UnitWords * 64L));

        static int Units(long count, long size)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(count, TripleStore.MostUnits * size);
            return (int)((count + size - 1) / size);
        }
    }

    internal int Of(TripleKind kind) => kind == TripleKind.Words ? WordUnits : BitUnits;
}
