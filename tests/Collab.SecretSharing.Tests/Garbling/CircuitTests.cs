using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Garbling;

public sealed class CircuitTests
{
    private static readonly ulong[] Edges = [0, 1, 2, 3, (1UL << 40) - 1, 1UL << 40, long.MaxValue, unchecked((ulong)long.MinValue), ulong.MaxValue];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(8, 3)]
    [InlineData(3, 8)]
    [InlineData(62, 62)]
    public void Addition_is_exact_and_one_bit_wider(int widthA, int widthB)
    {
        var (builder, a, b) = TwoWords(widthA, widthB);
        var circuit = builder.Build(builder.Add(a, b));
        foreach (var (x, y) in Pairs(widthA, widthB))
            Assert.Equal(x + y, Number(circuit.Evaluate([.. Bits(x, widthA), .. Bits(y, widthB)])));
        Assert.Equal(Math.Max(widthA, widthB), circuit.AndCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void Comparison_is_that_of_unsigned_and_signed_numbers(int width)
    {
        var (builder, a, b) = TwoWords(width, width);
        var circuit = builder.Build([builder.LessThan(a, b), builder.LessThanSigned(a, b)]);
        foreach (var (x, y) in Pairs(width, width))
        {
            var outputs = circuit.Evaluate([.. Bits(x, width), .. Bits(y, width)]);
            Assert.Equal(x < y, outputs[0]);
            Assert.Equal(Signed(x, width) < Signed(y, width), outputs[1]);
        }

        Assert.Equal(2 * width, circuit.AndCount);
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(8, 3)]
    [InlineData(64, 5)]
    public void Words_of_two_widths_are_compared_as_numbers(int widthA, int widthB)
    {
        var (builder, a, b) = TwoWords(widthA, widthB);
        var circuit = builder.Build([builder.LessThan(a, b)]);
        foreach (var (x, y) in Pairs(widthA, widthB))
            Assert.Equal([x < y], circuit.Evaluate([.. Bits(x, widthA), .. Bits(y, widthB)]));
        Assert.Equal(Math.Max(widthA, widthB), circuit.AndCount);
    }

    [Fact]
    public void A_word_is_multiplied_by_every_public_number_it_is_as_wide_as()
    {
        for (ulong factor = 1; factor < 32; factor++)
        {
            var builder = new CircuitBuilder();
            var circuit = builder.Build(builder.Times(builder.Input(5), factor));
            for (ulong x = 0; x < 32; x++) Assert.Equal(x * factor, Number(circuit.Evaluate(Bits(x, 5))));
        }

        var word = new CircuitBuilder();
        var wires = word.Input(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => word.Times(wires, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => word.Times(wires, 64));
    }

    [Fact]
    public void A_word_is_compared_with_every_public_bound_of_a_small_width()
    {
        for (ulong bound = 1; bound < 32; bound++)
        {
            var builder = new CircuitBuilder();
            var a = builder.Input(5);
            var circuit = builder.Build([builder.AtLeast(a, bound)]);
            for (ulong x = 0; x < 32; x++) Assert.Equal([x >= bound], circuit.Evaluate(Bits(x, 5)));
        }

        var word = new CircuitBuilder();
        var wires = word.Input(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => word.AtLeast(wires, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => word.AtLeast(wires, 32));
    }

    [Fact]
    public void Selection_masking_and_disjunction_follow_their_bit()
    {
        var builder = new CircuitBuilder();
        var bit = builder.Input(1)[0];
        var (a, b) = (builder.Input(8), builder.Input(8));
        var circuit = builder.Build([.. builder.Select(bit, a, b), .. builder.Mask(bit, a), builder.Or(a[0], b[0])]);
        foreach (var (x, y) in Pairs(8, 8))
        {
            foreach (var choice in new[] { false, true })
            {
                var outputs = circuit.Evaluate([choice, .. Bits(x, 8), .. Bits(y, 8)]);
                Assert.Equal(choice ? x : y, Number(outputs[..8]));
                Assert.Equal(choice ? x : 0, Number(outputs[8..16]));
                Assert.Equal(((x | y) & 1) != 0, outputs[16]);
            }
        }
    }

    [Fact]
    public void Inputs_come_before_gates()
    {
        var builder = new CircuitBuilder();
        builder.Not(builder.Input(1)[0]);
        Assert.Throws<InvalidOperationException>(() => builder.Input(1));
    }

    internal static bool[] Bits(ulong value, int width) => [.. Enumerable.Range(0, width).Select(i => (value >> i & 1) != 0)];

    internal static ulong Number(IReadOnlyList<bool> bits) =>
        bits.Select((bit, i) => bit ? 1UL << i : 0).Aggregate(0UL, (sum, bit) => sum | bit);

    private static (CircuitBuilder Builder, Wire[] A, Wire[] B) TwoWords(int widthA, int widthB)
    {
        var builder = new CircuitBuilder();
        return (builder, builder.Input(widthA), builder.Input(widthB));
    }

    private static IEnumerable<(ulong X, ulong Y)> Pairs(int widthA, int widthB)
    {
        var random = RandomSource.Seeded(widthA * 100 + widthB);
        ulong[] numbers = [.. Edges, .. Enumerable.Range(0, 20).Select(_ => random.NextUInt64())];
        return from x in numbers from y in numbers select (Cut(x, widthA), Cut(y, widthB));
    }

    private static ulong Cut(ulong value, int width) => width == 64 ? value : value & ((1UL << width) - 1);

    private static long Signed(ulong value, int width) => unchecked((long)(value << (64 - width))) >> (64 - width);
}
