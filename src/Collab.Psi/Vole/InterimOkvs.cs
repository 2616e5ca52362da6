using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Stands in until the store of Collab.Cryptography is there; its failure probability is not derived.</summary>
internal sealed record OkvsParameters(long ItemCount, long Size)
{
    public static OkvsParameters Create(long itemCount, int statisticalBits = 40) => new(itemCount, (itemCount * 13 / 10) + 40);
}

/// <summary>Stands in until the store of Collab.Cryptography is there; peeling alone, no dense part.</summary>
internal static class Okvs
{
    public static bool TryEncode(
        OkvsParameters parameters, Gf128 seed, ReadOnlySpan<Gf128> keys, ReadOnlySpan<Gf128> values, RandomSource random, Span<Gf128> store, int parallelism = 1)
    {
        var size = (int)parameters.Size;
        var degree = new int[size];
        var sum = new int[size];
        for (var i = 0; i < keys.Length; i++)
        {
            var (a, b, c) = Row(keys[i], seed, size);
            degree[a]++; degree[b]++; degree[c]++;
            sum[a] ^= i; sum[b] ^= i; sum[c] ^= i;
        }

        var stack = new Stack<int>();
        for (var i = 0; i < size; i++) if (degree[i] == 1) stack.Push(i);
        var order = new List<(int Item, int Place)>();
        while (stack.TryPop(out var place))
        {
            if (degree[place] != 1) continue;
            var item = sum[place];
            order.Add((item, place));
            var (a, b, c) = Row(keys[item], seed, size);
            foreach (var other in new[] { a, b, c })
            {
                sum[other] ^= item;
                if (--degree[other] == 1) stack.Push(other);
            }
        }

        if (order.Count != keys.Length) return false;
        random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(store[..size]));
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (item, place) = order[i];
            store[place] = Gf128.Zero;
            var (a, b, c) = Row(keys[item], seed, size);
            store[place] = values[item] + store[a] + store[b] + store[c];
        }

        return true;
    }

    public static void Decode(
        OkvsParameters parameters, Gf128 seed, ReadOnlySpan<Gf128> keys, ReadOnlySpan<Gf128> store, Span<Gf128> values, int parallelism = 1)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var (a, b, c) = Row(keys[i], seed, (int)parameters.Size);
            values[i] = store[a] + store[b] + store[c];
        }
    }

    private static (int A, int B, int C) Row(Gf128 key, Gf128 seed, int size)
    {
        var x = key * (seed + Gf128.One);
        var third = (uint)(size / 3);
        return ((int)(x.Low % third), (int)(third + (x.Low >> 32) % third), (int)((2 * third) + x.High % third));
    }
}
