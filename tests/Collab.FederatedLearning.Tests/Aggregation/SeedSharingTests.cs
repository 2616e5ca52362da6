using Collab.Arithmetic.BinaryField;
using Collab.FederatedLearning.Aggregation;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Aggregation;

/// <summary>Any t shares give the seed, and fewer fit every seed.</summary>
public sealed class SeedSharingTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 7)]
    [InlineData(501, 1000)]
    public void As_many_shares_as_the_threshold_give_the_seed_whichever_they_are(int threshold, int count)
    {
        var random = RandomSource.Seeded(threshold);
        var seed = new Gf128(random.NextUInt64(), random.NextUInt64());
        var shares = SeedSharing.Share(seed, threshold, count, random);
        foreach (var first in new[] { 0, (count - threshold) / 2, count - threshold })
        {
            List<(int, Gf128)> some = [.. Enumerable.Range(first, threshold).Reverse().Select(number => (number, shares[number]))];
            Assert.Equal(seed, SeedSharing.Join(some));
            some[0] = (some[0].Item1, some[0].Item2 + Gf128.One);
            Assert.NotEqual(seed, SeedSharing.Join(some));
        }
    }

    [Fact]
    public void With_one_share_less_every_seed_is_as_likely()
    {
        // Two shares of three and any value at 0 lie on one polynomial of degree 2: the missing share decides the seed one to one.
        var random = RandomSource.Seeded(9);
        var shares = SeedSharing.Share(new Gf128(1, 2), 3, 5, random);
        var seeds = Enumerable.Range(0, 100).Select(i => SeedSharing.Join([(0, shares[0]), (3, shares[3]), (4, shares[4] + new Gf128((ulong)i, 0))])).ToList();
        Assert.Equal(100, seeds.Distinct().Count());
        Assert.Equal(new Gf128(1, 2), seeds[0]);
    }
}
