using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Results within the bounds that the members state, on extremes and random words.</summary>
public class FixedPointTests
{
    [Theory]
    [InlineData(31, 30, 0)]
    [InlineData(20, 20, 20)]
    [InlineData(10, 1, 30)]
    [InlineData(31, 2, 28)]
    [InlineData(5, 40, 16)]
    public async Task Quotients(int numeratorBits, int denominatorBits, int fractionBits)
    {
        var x = Trio.Words(400, denominatorBits, 1);
        long[] a = [.. Trio.Words(400, numeratorBits, 2).Select((v, i) => i % 2 == 0 ? (long)v : -(long)v)];
        foreach (var quotients in await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using SharedVector top = await engine.InputAsync(0, [.. a.Select(v => unchecked((ulong)v))]), bottom = await engine.InputAsync(1, x);
            using var result = await FixedPoint.DivideAsync(engine, top, bottom, numeratorBits, denominatorBits, fractionBits);
            return await engine.OpenAsync(result);
        }))
        {
            for (var i = 0; i < a.Length; i++)
            {
                var exact = x[i] == 0 ? 0 : (double)a[i] / x[i] * Math.Pow(2, fractionBits);
                Assert.InRange(unchecked((long)quotients[i]), exact - (Math.Abs(exact) * Math.Pow(2, -26)) - 2, exact + (Math.Abs(exact) * Math.Pow(2, -26)) + 2);
            }
        }
    }

    [Theory]
    [InlineData(1, 15)]
    [InlineData(20, 15)]
    [InlineData(32, 0)]
    [InlineData(32, 10)]
    public async Task Square_roots(int bits, int fractionBits)
    {
        var x = Trio.Words(400, bits, 1);
        foreach (var roots in await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using var shared = await engine.InputAsync(2, x);
            using var result = await FixedPoint.SquareRootAsync(engine, shared, bits, fractionBits);
            return await engine.OpenAsync(result);
        }))
        {
            for (var i = 0; i < x.Length; i++)
            {
                var exact = Math.Sqrt(x[i]) * Math.Pow(2, fractionBits);
                Assert.InRange(unchecked((long)roots[i]), exact - (exact * Math.Pow(2, -26)) - 2, exact + (exact * Math.Pow(2, -26)) + 2);
            }
        }
    }
}
