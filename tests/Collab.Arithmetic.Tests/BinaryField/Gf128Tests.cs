using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Tests.BinaryField;

public class Gf128Tests
{
    [Fact]
    public void X_to_the_128_is_the_reduction_polynomial()
    {
        var x64 = new Gf128(0, 1);
        Assert.Equal(new Gf128(0x87, 0), x64 * x64);
    }

    [Fact]
    public void The_instruction_and_the_specification_agree()
    {
        var random = new Random(1);
        for (var i = 0; i < 1_000; i++)
        {
            var (a, b) = (new Gf128((ulong)random.NextInt64(), (ulong)random.NextInt64()), new Gf128((ulong)random.NextInt64(), (ulong)random.NextInt64()));
            Assert.Equal(MultiplyBitByBit(a, b), a * b);
        }
    }

    private static Gf128 MultiplyBitByBit(Gf128 a, Gf128 b)
    {
        var sum = Gf128.Zero;
        for (var i = 0; i < 128; i++)
        {
            if (((i < 64 ? b.Low >> i : b.High >> (i - 64)) & 1) == 1) sum += a;
            a = new Gf128((a.Low << 1) ^ ((a.High >> 63) * 0x87), (a.High << 1) | (a.Low >> 63));
        }

        return sum;
    }
}
