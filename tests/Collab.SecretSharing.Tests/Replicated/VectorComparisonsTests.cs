using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>Comparisons and choices against plain ones, at the widths that have other trees.</summary>
public class VectorComparisonsTests
{
    public static TheoryData<SecurityModel, int> Widths
    {
        get
        {
            var data = new TheoryData<SecurityModel, int>();
            foreach (var bits in new[] { 1, 2, 3, 5, 8, 31, 32, 33, 63 }) data.Add(SecurityModel.SemiHonest, bits);
            foreach (var bits in new[] { 1, 2, 32, 63 }) data.Add(SecurityModel.Malicious, bits);
            return data;
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public async Task Less_than_of_unsigned_words(SecurityModel security, int bits)
    {
        var (x, y) = (Trio.Words(1100, bits, 1), Trio.Words(1100, bits, 3));
        x.AsSpan(1000).CopyTo(y.AsSpan(1000));
        await Trio.EqualsPlainAsync(security, [.. x.Zip(y, (a, b) => a < b ? 1UL : 0)], async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var less = await VectorComparisons.LessThanAsync(engine, a, b, bits);
            return await engine.OpenAsync(less);
        });
    }

    [Theory, MemberData(nameof(Widths))]
    public async Task Equality_and_bits_of_words(SecurityModel security, int bits)
    {
        var (x, y) = (Trio.Words(700, bits, 1), Trio.Words(700, bits, 3));
        x.AsSpan(500).CopyTo(y.AsSpan(500));
        await Trio.EqualsPlainAsync(security, [.. x.Zip(y, (a, b) => a == b ? 1UL : 0)], async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, x), b = await engine.InputAsync(1, y);
            using var equal = await VectorComparisons.EqualAsync(engine, a, b, bits);
            return await engine.OpenAsync(equal);
        });
        await Trio.EqualsPlainAsync(security, x, async engine =>
        {
            using var a = await engine.InputAsync(2, x);
            using var all = await VectorComparisons.ToBitsAsync(engine, a, bits);
            return await engine.OpenAsync(all);
        });
    }

    [Theory, InlineData(SecurityModel.SemiHonest), InlineData(SecurityModel.Malicious)]
    public async Task Smaller_and_larger_of_signed_words(SecurityModel security)
    {
        var (x, y) = (Trio.Words(600, 32, 1).Select(v => (long)unchecked((int)(uint)v)).ToArray(), Trio.Words(600, 32, 2).Select(v => (long)unchecked((int)(uint)v)).ToArray());
        ulong[] plain = unchecked([.. x.Zip(y, (a, b) => (ulong)Math.Min(a, b)), .. x.Zip(y, (a, b) => (ulong)Math.Max(a, b))]);
        await Trio.EqualsPlainAsync(security, plain, async engine =>
        {
            using SharedVector a = await engine.InputAsync(0, [.. x.Select(v => unchecked((ulong)v))]), b = await engine.InputAsync(1, [.. y.Select(v => unchecked((ulong)v))]);
            var (minimum, maximum) = await VectorComparisons.MinMaxAsync(engine, a, b, 32);
            using (minimum)
            using (maximum)
                return [.. await engine.OpenAsync(minimum), .. await engine.OpenAsync(maximum)];
        });
    }
}
