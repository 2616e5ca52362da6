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

    [Theory]
    [InlineData(16, 16, 13)]
    [InlineData(20, 20, 1)]
    [InlineData(0, 0, 29)]
    [InlineData(29, 27, 2)]
    public async Task Exponentials(int fractionBits, int resultFractionBits, int integerBits)
    {
        var highest = Math.Min((1L << 31) - 1, (long)(integerBits * Math.Log(2) * Math.Pow(2, fractionBits)) - 1);
        var lowest = Math.Max(-(1L << 31) + 1, (long)(-(resultFractionBits + 3) * Math.Log(2) * Math.Pow(2, fractionBits)));
        long[] x = [lowest, highest, 0, 1, -1, -(1L << 31) + 1, .. Trio.Words(300, 40, 3).Select(w => lowest + (long)(w % (ulong)(highest - lowest + 1)))];
        foreach (var powers in await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using var shared = await engine.InputAsync(1, [.. x.Select(v => unchecked((ulong)v))]);
            using var result = await FixedPoint.ExponentialAsync(engine, shared, fractionBits, resultFractionBits, integerBits);
            return await engine.OpenAsync(result);
        }))
        {
            for (var i = 0; i < x.Length; i++)
            {
                var exact = Math.Exp(x[i] * Math.Pow(2, -fractionBits)) * Math.Pow(2, resultFractionBits);
                Assert.InRange(unchecked((long)powers[i]), exact - (exact * Math.Pow(2, -24)) - 2, exact + (exact * Math.Pow(2, -24)) + 2);
            }
        }
    }

    [Theory]
    [InlineData(1, 0, 29)]
    [InlineData(32, 16, 20)]
    [InlineData(61, 30, 29)]
    [InlineData(20, 61, 10)]
    public async Task Logarithms(int bits, int fractionBits, int resultFractionBits)
    {
        var x = Trio.Words(300, bits, 4);
        foreach (var logarithms in await Trio.RunAsync(SecurityModel.SemiHonest, async engine =>
        {
            using var shared = await engine.InputAsync(0, x);
            using var result = await FixedPoint.LogarithmAsync(engine, shared, bits, fractionBits, resultFractionBits);
            return await engine.OpenAsync(result);
        }))
        {
            for (var i = 0; i < x.Length; i++)
            {
                var exact = x[i] == 0 ? 0 : (Math.Log(x[i]) - (fractionBits * Math.Log(2))) * Math.Pow(2, resultFractionBits);
                var bound = Math.Pow(2, resultFractionBits - 24) + 2;
                Assert.InRange(unchecked((long)logarithms[i]), exact - bound, exact + bound);
            }
        }
    }
}
