namespace Collab.Arithmetic.Curves;

/// <summary>The vector operations of the field kernels at one width: a lane is 64 bits, read as a double or as an integer modulo 2^64.</summary>
/// <typeparam name="TVector">A vector of doubles.</typeparam>
internal interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Lanes in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether the processor has this width and fused multiply-add; without it the kernels would be slow, not wrong.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The same double in all lanes.</summary>
    static abstract TVector Create(double value);

    /// <summary>The same 64 bits in all lanes.</summary>
    static abstract TVector CreateBits(ulong bits);

    /// <summary>a·b + c as doubles, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a + b as doubles.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b as doubles.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a + b as integers modulo 2^64.</summary>
    static abstract TVector AddBits(TVector a, TVector b);

    /// <summary>a − b as integers modulo 2^64.</summary>
    static abstract TVector SubtractBits(TVector a, TVector b);

    /// <summary>19·a as an integer modulo 2^64.</summary>
    static abstract TVector NineteenTimes(TVector a);

    /// <summary>a shifted right as an unsigned integer.</summary>
    static abstract TVector ShiftRight(TVector a, int count);

    /// <summary>a and b, bit by bit.</summary>
    static abstract TVector And(TVector a, TVector b);

    /// <summary>a or b, bit by bit.</summary>
    static abstract TVector Or(TVector a, TVector b);

    /// <summary>a exclusive-or b, bit by bit.</summary>
    static abstract TVector Xor(TVector a, TVector b);
}
