namespace Collab.Arithmetic.BinaryField;

/// <summary>What the field's formulas need of a vector of elements; one implementation for each width.</summary>
internal unsafe interface IGf128Lanes<TVector>
    where TVector : struct
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Elements in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Reads <see cref="Count"/> elements at any address.</summary>
    static abstract TVector Load(Gf128* source);

    /// <summary>Writes <see cref="Count"/> elements at any address.</summary>
    static abstract void Store(TVector vector, Gf128* destination);

    /// <summary>One element in every lane.</summary>
    static abstract TVector Broadcast(Gf128 element);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>Carry-less product of the low words of each lane.</summary>
    static abstract TVector LowByLow(TVector a, TVector b);

    /// <summary>Carry-less product of a's low and b's high word in each lane.</summary>
    static abstract TVector LowByHigh(TVector a, TVector b);

    /// <summary>Carry-less product of a's high and b's low word in each lane.</summary>
    static abstract TVector HighByLow(TVector a, TVector b);

    /// <summary>Carry-less product of the high words of each lane.</summary>
    static abstract TVector HighByHigh(TVector a, TVector b);

    /// <summary>Each lane's two words, exchanged.</summary>
    static abstract TVector SwapWords(TVector a);

    /// <summary>Each lane's high word, with zero for the low one.</summary>
    static abstract TVector KeepHigh(TVector a);
}
