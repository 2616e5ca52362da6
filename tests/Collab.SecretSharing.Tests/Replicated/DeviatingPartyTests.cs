using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated;
using Collab.SecretSharing.Replicated.Verification;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Replicated;

/// <summary>With checks, a party that alters any of its messages is caught before anything wrong is opened.</summary>
public class DeviatingPartyTests
{
    private static readonly ulong[] X = Trio.Words(70, 64, 1), Y = Trio.Words(70, 64, 2);

    [Theory]
    [InlineData(DeviationKind.FlipFirst)]
    [InlineData(DeviationKind.FlipMiddle)]
    [InlineData(DeviationKind.FlipLast)]
    [InlineData(DeviationKind.Zeros)]
    [InlineData(DeviationKind.Truncate)]
    [InlineData(DeviationKind.Extend)]
    [InlineData(DeviationKind.Empty)]
    [InlineData(DeviationKind.Earlier)]
    public async Task Every_message_of_a_party_altered(DeviationKind kind)
    {
        var messages = new List<MessageName>();
        var plain = await RunAsync(null, messages);
        ulong[] expected = unchecked([.. X.Zip(Y, (a, b) => a * b), .. X.Zip(Y, (a, b) => (a & 0xff) < (b & 0xff) ? 1UL : 0)]);
        Assert.All(plain, result => Assert.Equal(expected, result));
        Assert.True(messages.Count > 12);
        foreach (var message in messages)
        {
            // Of an acceptance only its coming says something; without a word it has the wrong length.
            var onlyAccepts = message.Size == sizeof(ulong)
                && kind is (DeviationKind.FlipFirst or DeviationKind.FlipMiddle or DeviationKind.FlipLast or DeviationKind.Zeros);
            var run = RunAsync(new Deviation(message, kind), []);
            if (onlyAccepts)
            {
                Assert.All(await run, result => Assert.Equal(expected, result));
                continue;
            }

            try
            {
                Assert.All(await run, result => Assert.Equal(expected, result));
                Assert.True(kind is DeviationKind.Zeros or DeviationKind.Earlier, $"{message} altered and not noticed");
            }
            catch (ProtocolException)
            {
            }
        }
    }

    [Fact]
    public unsafe void Sums_over_bits_are_the_same_at_both_widths()
    {
        var random = RandomSource.Seeded(3);
        ulong[] elements = [.. Enumerable.Range(0, 128).Select(_ => random.NextUInt64())], weight = [random.NextUInt64(), random.NextUInt64()];
        foreach (var word in new ulong[] { 0UL, 1, ulong.MaxValue, 1UL << 63, random.NextUInt64() })
        {
            ulong[] wide = [5, 6], narrow = [5, 6], spread = [.. elements], spreadNarrow = [.. elements];
            fixed (ulong* e = elements, w = weight, a = wide, b = narrow, c = spread, d = spreadNarrow)
            {
                BinaryProofRing.Accumulate512(a, e, word);
                BinaryProofRing.AccumulateScalar(b, e, word);
                BinaryProofRing.Spread512(c, w, word);
                BinaryProofRing.SpreadScalar(d, w, word);
            }

            Assert.Equal(narrow, wide);
            Assert.Equal(spreadNarrow, spread);
        }
    }

    [Fact]
    public void The_polynomial_of_the_extension_is_irreducible()
    {
        // x^(2^55) = x, and no common divisor with x^(2^11) − x and x^(2^5) − x, for 55 = 5 · 11 (Rabin).
        UInt128 f = (UInt128.One << GaloisProofRing.Degree) | (UInt128.One << GaloisProofRing.MiddleTerm) | 1, power = 2;
        for (var i = 1; i <= GaloisProofRing.Degree; i++)
        {
            power = Square(power, f);
            if (i is 5 or 11) Assert.Equal(UInt128.One, Divisor(f, power ^ 2));
        }

        Assert.Equal((UInt128)2, power);
    }

    private static UInt128 Square(UInt128 x, UInt128 f)
    {
        var square = UInt128.Zero;
        for (var i = 0; i < GaloisProofRing.Degree; i++)
        {
            if (((x >> i) & 1) != 0) square ^= UInt128.One << (2 * i);
        }

        return Rest(square, f);
    }

    private static UInt128 Rest(UInt128 x, UInt128 f)
    {
        while (x != 0 && UInt128.Log2(x) >= UInt128.Log2(f)) x ^= f << (int)(UInt128.Log2(x) - UInt128.Log2(f));
        return x;
    }

    private static UInt128 Divisor(UInt128 a, UInt128 b) => b == 0 ? a : Divisor(b, Rest(a, b));

    private static async Task<ulong[][]> RunAsync(Deviation? deviation, List<MessageName> messages)
    {
        var runs = await ThreeParty.RunAsync(async (self, channels) =>
        {
            if (self == Trio.Parties[2])
            {
                channels = channels.ToDictionary(
                    c => c.Key, IChannel (c) => new DeviatingChannel(c.Value, c.Key.Name, deviation, messages));
            }

            using var engine = await Trio.OpenAsync(SecurityModel.Malicious, self, channels);
            using SharedVector x = await engine.InputAsync(0, X), y = await engine.InputAsync(1, Y);
            using SharedVector lowX = await engine.InputAsync(0, [.. X.Select(v => v & 0xff)]), lowY = await engine.InputAsync(1, [.. Y.Select(v => v & 0xff)]);
            var product = await engine.MultiplyAsync([(x, y)]);
            using var less = await VectorComparisons.LessThanAsync(engine, lowX, lowY, 8);
            using (product[0]) return (ulong[])[.. await engine.OpenAsync(product[0]), .. await engine.OpenAsync(less)];
        });
        return [.. Trio.Parties.Select(party => runs[party].Result)];
    }
}
