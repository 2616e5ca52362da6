using Collab.Primitives;
using Collab.SecretSharing.Tests.Replicated;
using Collab.SecretSharing.Tests.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Tests.Vectors;

/// <summary>Sums of sines on every engine against those of the library; the sine itself.</summary>
public class SineSeriesTests
{
    private static readonly double[] Coefficients = [0.6, -0.003, 0.126, 0, 0.5];

    [Fact]
    public void A_sine_and_a_cosine_are_those_of_the_library()
    {
        ulong[] turns = [.. Enumerable.Range(0, 8).SelectMany(eighth => new[] { -1, 0, 1 }.Select(by => unchecked(((ulong)eighth << 61) + (ulong)by))), .. Trio.Words(1000, 64, 1)];
        foreach (var turn in turns)
        {
            var angle = Math.ScaleB(unchecked((long)turn), -63) * Math.PI;
            var (sine, cosine) = SineSeries.Of(turn);
            Assert.Equal(Math.Sin(angle), sine, 1e-13);
            Assert.Equal(Math.Cos(angle), cosine, 1e-13);
        }
    }

    [Theory, InlineData(0, 54), InlineData(1, 1), InlineData(700, 54), InlineData(513, 64)]
    public async Task Every_engine_sums_the_series(int n, int periodBits)
    {
        var words = Trio.Words(n, 64, 1);
        double[] plain = [.. words.Select(x => Coefficients.Select((c, k) => c * Math.Sin(2 * Math.PI * (k + 1) * Math.ScaleB(unchecked((long)(x << (64 - periodBits))), -64))).Sum())];
        async Task<ulong[]> Program(IVectorEngine engine)
        {
            using SharedVector given = await engine.InputAsync(0, words), masked = await engine.InputAsync(1, Trio.Words(n, 64, 2)), sum = SharedVectors.Add(given, masked), x = SharedVectors.Subtract(sum, masked);
            using var series = await engine.SineSeriesAsync(x, periodBits, Coefficients);
            return await engine.OpenAsync(series);
        }

        var pair = await Pair.RunAsync(Program);
        foreach (var result in new[] { pair.Sender, pair.Receiver }.Concat(await Pair.DealtAsync(Program)).Concat(await Trio.RunAsync(SecurityModel.SemiHonest, Program)))
            Assert.All(plain.Zip(result), value => Assert.Equal(value.First, Math.ScaleB(unchecked((long)value.Second), -SineSeries.Fraction), (Math.Pow(2, -22) * Coefficients.Sum(Math.Abs)) + (Math.Pow(2, -30) * Coefficients.Length)));
    }

    [Fact]
    public async Task An_engine_that_checks_its_parties_has_none() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => Trio.RunAsync(SecurityModel.Malicious, async engine =>
        {
            using var x = await engine.InputAsync(0, [1]);
            return await engine.SineSeriesAsync(x, 54, Coefficients);
        }));
}
