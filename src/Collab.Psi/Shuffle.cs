using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Psi;

/// <summary>Secret permutations.</summary>
internal static class Shuffle
{
    private const int PoolSize = 8192;

    /// <summary>A uniform permutation of 0 … count − 1 (Fisher and Yates).</summary>
    public static int[] Indices(int count, RandomSource random)
    {
        var indices = new int[count];
        for (var i = 0; i < count; i++) indices[i] = i;
        Span<byte> pool = stackalloc byte[PoolSize];
        var used = PoolSize;
        for (var left = count; left > 1; left--)
        {
            var chosen = Below((uint)left, random, pool, ref used);
            (indices[left - 1], indices[chosen]) = (indices[chosen], indices[left - 1]);
        }

        CryptographicOperations.ZeroMemory(pool);
        return indices;
    }

    /// <summary>A uniform number below the bound: 64-bit draws from the top of the range that would lean are drawn again.</summary>
    private static int Below(uint bound, RandomSource random, Span<byte> pool, ref int used)
    {
        var lean = (ulong.MaxValue % bound + 1) % bound;                                // 2^64 mod bound
        while (true)
        {
            if (used == PoolSize)
            {
                random.Fill(pool);
                used = 0;
            }

            var draw = BinaryPrimitives.ReadUInt64LittleEndian(pool[used..]);
            used += sizeof(ulong);
            if (draw <= ulong.MaxValue - lean) return (int)(draw % bound);
        }
    }
}
