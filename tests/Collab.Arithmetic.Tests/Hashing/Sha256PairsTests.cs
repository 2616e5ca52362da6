using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;

namespace Collab.Arithmetic.Tests.Hashing;

public class Sha256PairsTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(8), InlineData(9), InlineData(65), InlineData(15), InlineData(16), InlineData(17), InlineData(129), InlineData(1000)]
    public void Every_path_gives_the_digests_of_the_class_library(int count)
    {
        var random = new Random(count);
        var prefix = new byte[Sha256Pairs.PrefixSize];
        random.NextBytes(prefix);
        Gf128[] x = new Gf128[count], y = new Gf128[count], first = new Gf128[count], second = new Gf128[count];
        random.NextBytes(MemoryMarshal.AsBytes(x.AsSpan()));
        random.NextBytes(MemoryMarshal.AsBytes(y.AsSpan()));
        Gf128[] expectedFirst = new Gf128[count], expectedSecond = new Gf128[count];
        Sha256Pairs.HashScalar(prefix, x, y, expectedFirst, expectedSecond);

        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            var done = Sha256Pairs.HashLanes256(prefix, x, y, first, second);
            Assert.Equal(count / 8 * 8, done);
            Assert.Equal(expectedFirst[..done], first[..done]);
            Assert.Equal(expectedSecond[..done], second[..done]);
        }

        Sha256Pairs.Hash(prefix, x, y, first, second);
        Assert.Equal(expectedFirst, first);
        Assert.Equal(expectedSecond, second);
        Sha256Pairs.Hash(prefix, x, y, x, []);                                          // in place, first half alone
        Assert.Equal(expectedFirst, x);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sha256Pairs.Hash(new byte[15], [], [], [], []));
        Assert.Throws<ArgumentException>(() => Sha256Pairs.Hash(new byte[16], new Gf128[1], [], [], []));
        Assert.Throws<ArgumentException>(() => Sha256Pairs.Hash(new byte[16], new Gf128[2], new Gf128[2], new Gf128[2], new Gf128[1]));
    }
}
