using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Tests.BinaryField;

namespace Collab.Arithmetic.Tests.Hashing;

/// <summary>Own AES code and the class library's give the same bits, and both those of FIPS 197.</summary>
public class AesTests
{
    private static readonly int[] Lengths = [0, 1, 7, 8, 9, 65, 100];

    public static IEnumerable<TheoryDataRow<int, int>> Cases =>
        from kernel in new[] { VectorKernel.Scalar, VectorKernel.Bits256 }
        where kernel <= AesKeySchedule.Best
        from length in Lengths
        select new TheoryDataRow<int, int>((int)kernel, length);

    [Theory, MemberData(nameof(Cases))]
    public void The_permutation_is_that_of_fips_197(int kernel, int length)
    {
        // FIPS 197, appendix C.1.
        using var permutation = new AesPermutation((VectorKernel)kernel, Gf128.Read(Convert.FromHexString("000102030405060708090a0b0c0d0e0f")));
        var x = Enumerable.Repeat(Gf128.Read(Convert.FromHexString("00112233445566778899aabbccddeeff")), length).ToArray();
        permutation.Permute(x, x);
        Assert.All(x, block => Assert.Equal(Gf128.Read(Convert.FromHexString("69c4e0d86a7b0430d8cdb78070b4c55a")), block));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Permutation_compression_and_hash_are_those_of_the_class_library(int kernel, int length)
    {
        var random = new Random(length);
        var (key, x) = (Gf128VectorTests.Elements(random, 1)[0], Gf128VectorTests.Elements(random, length));
        var permuted = Library(key, x);
        using var permutation = new AesPermutation((VectorKernel)kernel, key);
        var d = new Gf128[length];
        permutation.Permute(x, d);
        Assert.Equal(permuted, d);
        permutation.Compress(x, d);
        Assert.Equal(x.Zip(permuted, (a, b) => a + b), d);
        using var hash = new AesHash((VectorKernel)kernel, key);
        const ulong tweak = ulong.MaxValue - 3;                                         // the tweak wraps
        var inner = permuted.Select((p, i) => p + new Gf128(unchecked(tweak + (ulong)i), 0)).ToArray();
        var expected = Library(key, inner).Zip(permuted, (a, b) => a + b).ToArray();
        hash.Hash(x, tweak, d);
        Assert.Equal(expected, d);
        d = [.. x];
        hash.Hash(d, tweak, d);                                                         // in place
        Assert.Equal(expected, d);
        d = [.. x];
        permutation.Compress(d, d);
        Assert.Equal(x.Zip(permuted, (a, b) => a + b), d);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Children_and_their_sums_are_those_of_the_class_library(int kernel, int length)
    {
        var random = new Random(length);
        var (keys, x) = (Gf128VectorTests.Elements(random, 2), Gf128VectorTests.Elements(random, length));
        var left = Library(keys[0], x).Zip(x, (a, b) => a + b).ToArray();
        var right = Library(keys[1], x).Zip(x, (a, b) => a + b).ToArray();
        Gf128[] expected = [.. left.Zip(right, (a, b) => new[] { a, b }).SelectMany(pair => pair)];
        using var doubling = new AesDoubling((VectorKernel)kernel, keys[0], keys[1]);
        var children = new Gf128[2 * length];
        var sums = doubling.Expand(x, children);
        Assert.Equal(expected, children);
        Assert.Equal((left.Aggregate(Gf128.Zero, (a, b) => a + b), right.Aggregate(Gf128.Zero, (a, b) => a + b)), sums);
        x.CopyTo(children, 0);
        Assert.Equal(sums, doubling.Expand(children.AsSpan(0, length), children));      // a tree grows in place
        Assert.Equal(expected, children);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_stream_is_counter_mode(int kernel, int length)
    {
        var seed = Gf128VectorTests.Elements(new Random(length), 1)[0];
        var counters = Enumerable.Range(0, 2 * length + 2).Select(i => new Gf128((ulong)i, 0)).ToArray();
        var stream = MemoryMarshal.AsBytes(Library(seed, counters).AsSpan()).ToArray();
        using var prg = new AesPrg((VectorKernel)kernel, seed);
        var bytes = new byte[16 * length + 5];
        prg.Fill(bytes);                                                                // ends inside a block, whose rest is left out
        Assert.Equal(stream.AsSpan(0, bytes.Length), bytes.AsSpan());
        prg.Fill(bytes.AsSpan(0, 16 * length + 1));
        Assert.Equal(stream.AsSpan(16 * (length + 1), 16 * length + 1), bytes.AsSpan(0, 16 * length + 1));
        prg.Seek((ulong)length);
        prg.Fill(bytes.AsSpan(0, 5));
        Assert.Equal(stream.AsSpan(16 * length, 5), bytes.AsSpan(0, 5));
    }

    [Fact]
    public void Wrong_lengths_equal_keys_and_disposed_keys_are_refused()
    {
        var permutation = new AesPermutation(Gf128.One);
        Assert.Throws<ArgumentException>(() => permutation.Permute(new Gf128[2], new Gf128[1]));
        Assert.Throws<ArgumentException>(() => permutation.Compress(new Gf128[2], new Gf128[1]));
        permutation.Dispose();
        Assert.Throws<ObjectDisposedException>(() => permutation.Permute(new Gf128[1], new Gf128[1]));
        Assert.Throws<ArgumentException>(() => new AesDoubling(Gf128.One, Gf128.One));
        using var doubling = new AesDoubling(Gf128.One, Gf128.Zero);
        Assert.Throws<ArgumentException>(() => doubling.Expand(new Gf128[2], new Gf128[3]));
        var prg = new AesPrg(Gf128.One);
        prg.Dispose();
        Assert.Throws<ObjectDisposedException>(() => prg.Fill(new byte[16]));
    }

    private static Gf128[] Library(Gf128 key, Gf128[] blocks)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, key.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), key.High);
        using var aes = Aes.Create();
        aes.Key = bytes;
        return [.. MemoryMarshal.Cast<byte, Gf128>(aes.EncryptEcb(MemoryMarshal.AsBytes(blocks.AsSpan()), PaddingMode.None))];
    }
}
