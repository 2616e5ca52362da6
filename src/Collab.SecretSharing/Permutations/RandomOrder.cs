using System.Runtime.CompilerServices;
using Collab.Primitives;

namespace Collab.SecretSharing.Permutations;

/// <summary>Uniform orders, drawn by those who may know them; so the draw may take time that depends on the order.</summary>
internal static unsafe class RandomOrder
{
    /// <summary>A uniform order of so many places, by the shuffle of Fisher and Yates.</summary>
    /// <remarks>A place below k is ⌊word · k / 2^128⌋: its distance from uniform is at most k / 2^128, for all places together at most n² / 2^129.</remarks>
    public static NativeBuffer<int> Draw(RandomSource stream, int length)
    {
        var order = NativeBuffer<int>.Allocate(length);
        using var words = NativeBuffer<ulong>.Allocate(checked(2 * length));
        if (length > 0) stream.Fill(new Span<byte>(words.Pointer, checked(2 * length * sizeof(ulong))));
        Shuffle(words.Pointer, order.Pointer, length);
        return order;
    }

    /// <summary>d[i] = x[order[i]].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Apply(int* order, ulong* x, ulong* d, nint n)
    {
        for (nint i = 0; i < n; i = unchecked(i + 1)) d[i] = x[order[i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Shuffle(ulong* words, int* order, int n)
    {
        unchecked
        {
            for (var i = 0; i < n; i++) order[i] = i;
            for (var i = n - 1; i > 0; i--)
            {
                var (count, upper) = ((ulong)i + 1, Math.BigMul(words[2 * i], (ulong)i + 1, out _)); // what the lower half of the word carries, below k
                var high = Math.BigMul(words[(2 * i) + 1], count, out var low);
                var j = (int)(low > ulong.MaxValue - upper ? high + 1 : high);
                (order[i], order[j]) = (order[j], order[i]);
            }
        }
    }
}
