using System.Runtime.CompilerServices;
using Collab.Arithmetic.BinaryField;

namespace Collab.Cryptography.KeyValueStore;

/// <summary>Bin and columns of a key, from the words of u = π(key) ⊕ key. Without branches: keys are secret.</summary>
/// <remarks>Source: protocols/specs/okvs.md, step 1.</remarks>
internal static class OkvsRow
{
    /// <summary>The bin of u's first word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bin(Gf128 u, uint bins) => unchecked((int)Scaled((uint)u.Low, bins));

    /// <summary>Three different columns below <paramref name="sparse"/>, from u's other words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(Gf128 u, uint sparse, out int first, out int second, out int third)
    {
        unchecked
        {
            first = (int)Scaled((uint)(u.Low >> 32), sparse);
            second = (int)Scaled((uint)u.High, sparse - 1);
            third = (int)Scaled((uint)(u.High >> 32), sparse - 2);
            second += NotBelow(second, first);                                          // the second of those that are left
            var order = (second - first) >> 31;                                         // -1 when the second is the lower one
            var (low, high) = (first + ((second - first) & order), second - ((second - first) & order));
            third += NotBelow(third, low);
            third += NotBelow(third, high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Scaled(uint word, uint range) => unchecked((uint)(((ulong)word * range) >> 32));

    /// <summary>1 if a is b or more, else 0; both below 2^31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NotBelow(int a, int b) => unchecked(((a - b) >> 31) + 1);
}
