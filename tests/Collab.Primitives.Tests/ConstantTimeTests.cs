using FsCheck;
using FsCheck.Fluent;

namespace Collab.Primitives.Tests;

public class ConstantTimeTests
{
    private static readonly ulong[] Edges = [0, 1, 2, (1UL << 63) - 1, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue];

    [Fact]
    public void Less_than_is_the_plain_comparison()
    {
        Assert.All(from a in Edges from b in Edges select (a, b), pair =>
            Assert.Equal(pair.a < pair.b ? 1UL : 0, ConstantTime.LessThan(pair.a, pair.b)));
        Prop.ForAll<ulong, ulong>((a, b) => ConstantTime.LessThan(a, b) == (a < b ? 1UL : 0)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Select_is_the_plain_choice()
    {
        Assert.All(from a in Edges from b in Edges select (a, b), pair =>
        {
            Assert.Equal(pair.a, ConstantTime.Select(1, pair.a, pair.b));
            Assert.Equal(pair.b, ConstantTime.Select(0, pair.a, pair.b));
        });
        Prop.ForAll<bool, ulong, ulong>((bit, a, b) => ConstantTime.Select(bit ? 1UL : 0, a, b) == (bit ? a : b)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Equal_is_the_plain_equality() => Prop.ForAll<byte[], byte[]>((a, b) =>
        ConstantTime.Equal(a, b) == a.AsSpan().SequenceEqual(b) && ConstantTime.Equal(a, a.ToArray())).QuickCheckThrowOnFailure();
}
