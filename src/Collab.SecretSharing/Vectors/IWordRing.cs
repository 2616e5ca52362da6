using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.SecretSharing.Vectors;

/// <summary>A ring whose elements fill a word: one formula at three widths, so that words and bits share every kernel and every protocol.</summary>
internal interface IWordRing
{
    /// <summary>x + y.</summary>
    static abstract ulong Add(ulong x, ulong y);

    /// <summary>x − y.</summary>
    static abstract ulong Subtract(ulong x, ulong y);

    /// <summary>x · y.</summary>
    static abstract ulong Multiply(ulong x, ulong y);

    /// <summary>x + y.</summary>
    static abstract Vector256<ulong> Add(Vector256<ulong> x, Vector256<ulong> y);

    /// <summary>x − y.</summary>
    static abstract Vector256<ulong> Subtract(Vector256<ulong> x, Vector256<ulong> y);

    /// <summary>x · y.</summary>
    static abstract Vector256<ulong> Multiply(Vector256<ulong> x, Vector256<ulong> y);

    /// <summary>x + y.</summary>
    static abstract Vector512<ulong> Add(Vector512<ulong> x, Vector512<ulong> y);

    /// <summary>x − y.</summary>
    static abstract Vector512<ulong> Subtract(Vector512<ulong> x, Vector512<ulong> y);

    /// <summary>x · y.</summary>
    static abstract Vector512<ulong> Multiply(Vector512<ulong> x, Vector512<ulong> y);
}

/// <summary>Z modulo 2^64.</summary>
internal readonly struct Integers64 : IWordRing
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong x, ulong y) => unchecked(x + y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Subtract(ulong x, ulong y) => unchecked(x - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Multiply(ulong x, ulong y) => unchecked(x * y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> x, Vector256<ulong> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Subtract(Vector256<ulong> x, Vector256<ulong> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Multiply(Vector256<ulong> x, Vector256<ulong> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> x, Vector512<ulong> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Subtract(Vector512<ulong> x, Vector512<ulong> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> x, Vector512<ulong> y) => x * y;
}

/// <summary>64 copies of the integers modulo 2: exclusive or, and conjunction.</summary>
internal readonly struct Bits64 : IWordRing
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong x, ulong y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Subtract(ulong x, ulong y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Multiply(ulong x, ulong y) => x & y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> x, Vector256<ulong> y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Subtract(Vector256<ulong> x, Vector256<ulong> y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Multiply(Vector256<ulong> x, Vector256<ulong> y) => x & y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> x, Vector512<ulong> y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Subtract(Vector512<ulong> x, Vector512<ulong> y) => x ^ y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> x, Vector512<ulong> y) => x & y;
}
