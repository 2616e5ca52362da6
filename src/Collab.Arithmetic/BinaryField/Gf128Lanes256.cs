using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.BinaryField;

/// <summary>Two elements in 256 bits: carry-less multiplication in every lane.</summary>
internal readonly unsafe struct Gf128Lanes256 : IGf128Lanes<Vector256<ulong>>
{
    public static bool IsSupported => Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Load(Gf128* source) => Vector256.Load((ulong*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<ulong> vector, Gf128* destination) => vector.Store((ulong*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(Gf128 element) => Vector256.Create(element.ToVector());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> LowByLow(Vector256<ulong> a, Vector256<ulong> b) => Pclmulqdq.V256.CarrylessMultiply(a, b, 0x00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> LowByHigh(Vector256<ulong> a, Vector256<ulong> b) => Pclmulqdq.V256.CarrylessMultiply(a, b, 0x10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> HighByLow(Vector256<ulong> a, Vector256<ulong> b) => Pclmulqdq.V256.CarrylessMultiply(a, b, 0x01);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> HighByHigh(Vector256<ulong> a, Vector256<ulong> b) => Pclmulqdq.V256.CarrylessMultiply(a, b, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> SwapWords(Vector256<ulong> a) => Avx2.Shuffle(a.AsUInt32(), 0x4e).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> KeepHigh(Vector256<ulong> a) => Avx2.UnpackHigh(Vector256<ulong>.Zero, a);
}
