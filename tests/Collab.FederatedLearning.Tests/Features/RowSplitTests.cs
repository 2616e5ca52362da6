using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.FederatedLearning.Features;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Features;

public sealed class RowSplitTests
{
    private static readonly Digest Job = Digest.Of("test", [1, 2, 3]);

    [Fact]
    public void Every_party_splits_alike_and_another_job_otherwise()
    {
        var (one, other) = (new RowSplit(Job).Training(10_000, 300_000), new RowSplit(Digest.Of("test", [4])).Training(10_000, 300_000));
        Assert.Equal(one, new RowSplit(Job).Training(10_000, 300_000));
        Assert.NotEqual(one, other);
        Assert.InRange(one.Length, 6_700, 7_300);                                     // 6.5 deviations; and fixed, as the job's digest is
    }

    [Fact]
    public void The_spec_in_other_words()
    {
        // key = SHA-256(u32 18 ‖ domain ‖ u64 32 ‖ digest); u = first 8 bytes of HMAC(key, u64 place); test iff ⌊u·10^6/2^64⌋ < parts.
        var key = SHA256.HashData([18, 0, 0, 0, .. "collab-row-split-1"u8, 32, 0, 0, 0, 0, 0, 0, 0, .. Job.ToArray()]);
        var split = new RowSplit(Job);
        for (var place = 0; place < 200; place++)
        {
            var content = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(content, place);
            UInt128 u = BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(key, content));
            Assert.Equal((u * 1_000_000) >> 64 < 250_000, split.IsTest(place, 250_000));
            Assert.Equal((int)((u * 5) >> 64), split.FoldOf(place, 5));
        }
    }

    [Fact]
    public void Folds_are_of_about_one_size_and_every_row_is_in_one()
    {
        var sizes = Enumerable.Range(0, 10_000).GroupBy(place => new RowSplit(Job).FoldOf(place, 5)).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal([0, 1, 2, 3, 4], sizes.Keys.Order());
        Assert.All(sizes.Values, size => Assert.InRange(size, 1_800, 2_200));
    }

    [Fact]
    public void A_larger_test_part_contains_the_smaller_and_the_ends_are_none_and_all()
    {
        var split = new RowSplit(Job);
        for (var place = 0; place < 1000; place++)
        {
            Assert.False(split.IsTest(place, 0));
            Assert.True(split.IsTest(place, 1_000_000));
            Assert.True(!split.IsTest(place, 200_000) || split.IsTest(place, 300_000));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => split.IsTest(0, 1_000_001));
        Assert.Throws<ArgumentOutOfRangeException>(() => split.IsTest(-1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => split.FoldOf(0, 1));
    }
}
