using System.Runtime.CompilerServices;
using Collab.Primitives;

namespace Collab.SecretSharing.Replicated;

/// <summary>Uniform orders that two parties draw from one stream. An order is known to both, so its draw may take time that depends on it.</summary>
internal static unsafe class RandomOrder
{
    /// <summary>A uniform order of so many places, by the shuffle of Fisher and Yates.</summary>
    /// <remarks>A place below k is ⌊word · k / 2^64⌋: its distance from uniform is at most k / 2^64, for all places together at most n² / 2^65.</remarks>
    public static NativeBuffer<int> Draw(RandomSource stream, int length)
    {
        var order = NativeBuffer<int>.Allocate(length);
        using var words = NativeBuffer<ulong>.Allocate(length);
        if (length > 0) stream.Fill(new Span<byte>(words.Pointer, checked(length * sizeof(ulong))));
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
                var j = (int)Math.BigMul(words[i], (ulong)i + 1, out _);
                (order[i], order[j]) = (order[j], order[i]);
            }
        }
    }
}
