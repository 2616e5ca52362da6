namespace Collab.Arithmetic.Hashing;

/// <summary>What SHA-256 needs of a vector of 32-bit words; one implementation for each width. Functions named as in FIPS 180-4, section 4.1.2.</summary>
internal unsafe interface ISha256Lanes<TVector>
    where TVector : struct
{
    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Messages hashed at once.</summary>
    static abstract int Count { get; }

    /// <summary>One word in every lane.</summary>
    static abstract TVector Broadcast(uint word);

    /// <summary>Reads a word for each lane.</summary>
    static abstract TVector Load(uint* source);

    /// <summary>Writes a word for each lane.</summary>
    static abstract void Store(TVector vector, uint* destination);

    /// <summary>Sum modulo 2^32.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>Ch: bits of b where a is 1, of c where it is 0.</summary>
    static abstract TVector Choose(TVector a, TVector b, TVector c);

    /// <summary>Maj: the bits that two or three have.</summary>
    static abstract TVector Majority(TVector a, TVector b, TVector c);

    /// <summary>Σ0: rotations by 2, 13 and 22.</summary>
    static abstract TVector LargeSigma0(TVector a);

    /// <summary>Σ1: rotations by 6, 11 and 25.</summary>
    static abstract TVector LargeSigma1(TVector a);

    /// <summary>σ0: rotations by 7 and 18, shift by 3.</summary>
    static abstract TVector SmallSigma0(TVector a);

    /// <summary>σ1: rotations by 17 and 19, shift by 10.</summary>
    static abstract TVector SmallSigma1(TVector a);
}
