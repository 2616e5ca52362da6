using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;

namespace Collab.Cryptography.Tests.KeyValueStore;

/// <summary>The store as the spec's text has it: full rows, elimination over the whole matrix. For tiny sets.</summary>
internal static class PlainOkvs
{
    public static Gf128 Decode(OkvsParameters parameters, Gf128 seed, Gf128 key, ReadOnlySpan<Gf128> store)
    {
        var sum = Gf128.Zero;
        var row = Row(parameters, seed, key);
        for (var i = 0; i < row.Length; i++) if (row[i] != Gf128.Zero) sum += row[i] * store[i];
        return sum;
    }

    /// <summary>Gauss and Jordan; what is free is zero.</summary>
    public static Gf128[] Solve(OkvsParameters parameters, Gf128 seed, Gf128[] keys, Gf128[] values)
    {
        var rows = keys.Zip(values, (key, value) => (Gf128[])[.. Row(parameters, seed, key), value]).ToArray();
        var store = new Gf128[parameters.Size];
        var pivots = new int[rows.Length];
        for (var r = 0; r < rows.Length; r++)
        {
            pivots[r] = Array.FindIndex(rows[r], 0, store.Length, element => element != Gf128.Zero);
            var inverse = rows[r][pivots[r]].Inverse();
            for (var j = 0; j < rows[r].Length; j++) rows[r][j] *= inverse;
            for (var other = 0; other < rows.Length; other++)
            {
                var factor = rows[other][pivots[r]];
                if (other == r || factor == Gf128.Zero) continue;
                for (var j = 0; j < rows[r].Length; j++) rows[other][j] += factor * rows[r][j];
            }
        }

        for (var r = 0; r < rows.Length; r++) store[pivots[r]] = rows[r][^1];
        return store;
    }

    private static Gf128[] Row(OkvsParameters parameters, Gf128 seed, Gf128 key)
    {
        var (u, row) = (OneWay(seed, key), new Gf128[parameters.Size]);
        Span<byte> bytes = stackalloc byte[16];
        u.Write(bytes);
        var words = new ulong[4];
        for (var i = 0; i < 4; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        var start = (int)(words[0] * (ulong)parameters.BinCount >> 32) * parameters.BinSize;
        if (parameters.SparseCount > 0)
        {
            var left = Enumerable.Range(0, parameters.SparseCount).ToList();
            for (var i = 0; i < 3; i++)
            {
                var at = (int)(words[1 + i] * (ulong)left.Count >> 32);
                row[start + left[at]] = Gf128.One;
                left.RemoveAt(at);
            }
        }

        var (v, power) = (OneWay(seed, u), Gf128.One);
        for (var j = 0; j < parameters.DenseCount; j++) row[start + parameters.SparseCount + j] = power *= v;
        return row;
    }

    /// <summary>AES(seed, x) ⊕ x by the class library.</summary>
    private static Gf128 OneWay(Gf128 seed, Gf128 x)
    {
        byte[] key = new byte[16], block = new byte[16];
        seed.Write(key);
        x.Write(block);
        using var aes = Aes.Create();
        aes.Key = key;
        return Gf128.Read(aes.EncryptEcb(block, PaddingMode.None)) + x;
    }
}
