using Collab.Primitives;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Vectors;

/// <summary>Every pass at every width gives the words of the scalar form, at lengths around the widths.</summary>
public unsafe class WordKernelTests
{
    public static TheoryData<int> Lengths => [0, 1, 3, 4, 5, 7, 8, 9, 33, 65];

    [Theory, MemberData(nameof(Lengths))]
    public void Words_at_all_widths(int n) => Compare<Integers64>(n);

    [Theory, MemberData(nameof(Lengths))]
    public void Bits_at_all_widths(int n) => Compare<Bits64>(n);

    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 64)]
    [InlineData(511, 33)]
    [InlineData(512, 64)]
    [InlineData(513, 1)]
    [InlineData(4097, 20)]
    public void Planes_hold_the_bits_of_the_words_and_give_them_back(int n, int planes)
    {
        using var words = Random(n, 1);
        using NativeBuffer<ulong> bits = NativeBuffer<ulong>.Allocate(planes * BitPlanes.Stride(n)), back = NativeBuffer<ulong>.Allocate(n);
        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            BitPlanes.FromWords(width, words.Pointer, n, planes, bits.Pointer);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < planes; j++)
                    Assert.Equal((words.Span[i] >> j) & 1, (bits.Span[(j * BitPlanes.Stride(n)) + (i / 64)] >> (i % 64)) & 1);
            }

            BitPlanes.ToWords(width, bits.Pointer, n, planes, back.Pointer);
            var mask = planes == 64 ? ulong.MaxValue : (1UL << planes) - 1;
            for (var i = 0; i < n; i++) Assert.Equal(words.Span[i] & mask, back.Span[i]);
        }
    }

    private static void Compare<TRing>(int n)
        where TRing : struct, IWordRing
    {
        using NativeBuffer<ulong> a = Random(n, 1), b = Random(n, 2), c = Random(n, 3), e = Random(n, 4), f = Random(n, 5), g = Random(n, 6);
        ulong[][]? expected = null;
        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            ulong[][] results =
            [
                Of(n, d => WordKernels.Add<TRing>(width, a.Pointer, b.Pointer, (ulong*)d, n)),
                Of(n, d => WordKernels.Subtract<TRing>(width, a.Pointer, b.Pointer, (ulong*)d, n)),
                Of(n, d => WordKernels.Multiply<TRing>(width, a.Pointer, b.Pointer, (ulong*)d, n)),
                Of(n, d => WordKernels.Affine<TRing>(width, 0xfedcba9876543210, a.Pointer, 77, (ulong*)d, n)),
                Of(n, d => WordKernels.ReplicatedProduct<TRing>(
                    width, a.Pointer, b.Pointer, c.Pointer, e.Pointer, f.Pointer, g.Pointer, (ulong*)d, n)),
                [WordKernels.ReplicatedInner(width, a.Pointer, b.Pointer, c.Pointer, e.Pointer, n)],
            ];
            expected ??= results;
            Assert.Equal(expected, results);
        }
    }

    private static ulong[] Of(int n, Action<nint> pass)
    {
        using var d = NativeBuffer<ulong>.Allocate(n);
        pass((nint)d.Pointer);
        return d.Span.ToArray();
    }

    private static NativeBuffer<ulong> Random(int n, int seed)
    {
        var words = NativeBuffer<ulong>.Allocate(n);
        var random = RandomSource.Seeded(seed);
        foreach (ref var word in words.Span) word = random.NextUInt64();
        return words;
    }
}
