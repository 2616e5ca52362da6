using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Codes;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Codes;

public sealed class ExpandConvoluteCodeTests
{
    public static TheoryData<int> Sizes => [64, 68, 96, 1020, 1024, 1028, 1052, 2048, 2056, 8196];

    [Theory, MemberData(nameof(Sizes))]
    public void All_kernels_give_the_same_bits(int size)
    {
        using var code = new ExpandConvoluteCode(size);
        var (systematic, parity) = (Blocks(size, 1), Blocks(size, 2));
        var expected = Run(code, systematic, parity, CodeKernel.Scalar, 1);
        Assert.Equal(expected, Run(code, systematic, parity, CodeKernel.Lanes128, 1));
        Assert.Equal(expected, Run(code, systematic, parity, CodeKernel.Lanes128, 3));
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported) Assert.Equal(expected, Run(code, systematic, parity, CodeKernel.Lanes256, 2));
        if (System.Runtime.Intrinsics.X86.Avx512DQ.IsSupported) Assert.Equal(expected, Run(code, systematic, parity, CodeKernel.Lanes512, 2));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Two_vectors_at_once_are_encoded_as_each_is(int size)
    {
        using var code = new ExpandConvoluteCode(size);
        var halves = Enumerable.Range(10, 4).Select(seed => Blocks(size, seed)).ToArray();
        var first = Run(code, halves[0], halves[1], CodeKernel.Scalar, 1);
        var second = Run(code, halves[2], halves[3], CodeKernel.Scalar, 1);
        code.DualEncodePair(halves[0], halves[1], halves[2], halves[3], parallelism: 2);
        Assert.Equal(first, halves[0]);
        Assert.Equal(second, halves[2]);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_half_that_is_left_out_counts_as_zero_and_the_result_takes_the_parity_s_place(int size)
    {
        using var code = new ExpandConvoluteCode(size);
        var halves = Enumerable.Range(20, 3).Select(seed => Blocks(size, seed)).ToArray();
        var first = Run(code, new Gf128[size], halves[0], CodeKernel.Scalar, 1);
        var second = Run(code, halves[1], halves[2], CodeKernel.Scalar, 1);
        code.DualEncodePair([], halves[0], halves[1], halves[2]);
        Assert.Equal(first, halves[0]);
        Assert.Equal(second, halves[1]);
        Assert.Throws<ArgumentException>(() => code.DualEncodePair([], halves[0].AsSpan(1), halves[1], halves[2]));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Bits_are_encoded_as_blocks_are(int size)
    {
        using var code = new ExpandConvoluteCode(size);
        var (systematic, parity) = (Blocks(size, 3), Blocks(size, 4));
        var bits = Array.ConvertAll(systematic, block => (byte)(block.Low & 1));
        code.DualEncodeBits(bits, Array.ConvertAll(parity, block => (byte)(block.Low & 1)));
        var encoded = Run(code, systematic, parity, CodeKernel.Scalar, 1);
        Assert.Equal(Array.ConvertAll(encoded, block => (byte)(block.Low & 1)), bits);
    }

    [Fact]
    public void The_code_is_linear_over_the_field()
    {
        const int Size = 1028;
        using var code = new ExpandConvoluteCode(Size);
        var factor = Blocks(1, 5)[0];
        var (systematic, parity) = (Blocks(Size, 6), Blocks(Size, 7));
        var encoded = Run(code, systematic, parity, CodeKernel.Scalar, 1);
        var scaled = Run(
            code, Array.ConvertAll(systematic, x => x * factor), Array.ConvertAll(parity, x => x * factor), CodeKernel.Scalar, 1);
        Assert.Equal(Array.ConvertAll(encoded, x => x * factor), scaled);
    }

    [Fact]
    public void One_parity_element_reaches_about_half_of_the_word()
    {
        const int Size = 8192;
        using var code = new ExpandConvoluteCode(Size);
        foreach (var place in new[] { 0, 1, 4000, Size - 30, Size - 1 })
        {
            var (word, parity) = (new byte[Size], new byte[Size]);
            parity[place] = 1;
            code.DualEncodeBits(word, parity);
            Assert.InRange(word.Sum(bit => bit), (Size / 2) - 500, (Size / 2) + 500);
        }
    }

    [Fact]
    public void Sizes_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpandConvoluteCode(60));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpandConvoluteCode(66));
        using var code = new ExpandConvoluteCode(64);
        Assert.Throws<ArgumentException>(() => code.DualEncode(new Gf128[64], new Gf128[60]));
    }

    private static Gf128[] Run(ExpandConvoluteCode code, Gf128[] systematic, Gf128[] parity, CodeKernel kernel, int parallelism)
    {
        var (word, rest) = (systematic.ToArray(), parity.ToArray());
        code.DualEncode(word, rest, parallelism, kernel);
        return word;
    }

    internal static Gf128[] Blocks(int count, int seed)
    {
        var blocks = new Gf128[count];
        RandomSource.Seeded(seed).Fill(MemoryMarshal.AsBytes(blocks.AsSpan()));
        return blocks;
    }
}
