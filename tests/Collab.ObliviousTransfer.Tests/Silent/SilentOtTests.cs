using Collab.Arithmetic.BinaryField;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Silent;

public class SilentOtTests
{
    private static readonly Digest Context = Digest.Of("collab.test.silent-ot", []);

    [Theory]
    [InlineData(1, SecurityModel.SemiHonest)]
    [InlineData(1000, SecurityModel.Malicious)]
    [InlineData(16_385, SecurityModel.SemiHonest)]
    [InlineData(100_003, SecurityModel.Malicious)]
    public async Task Both_halves_hold_the_correlation_and_the_keys(int count, SecurityModel security)
    {
        var options = new VoleOptions(Context) { Security = security };
        var run = await TwoParty.RunAsync(
            sender => SilentOt.SendAsync(sender, count, RandomSource.Seeded(1), options),
            receiver => SilentOt.ReceiveAsync(receiver, count, RandomSource.Seeded(2), options));
        using var there = run.Sender;
        using var here = run.Receiver;
        using var pairs = there.Keys();
        using var keys = here.Keys();
        Assert.Equal((count, count, count), (there.B.Length, here.A.Length, here.C.Length));
        for (var i = 0; i < count; i++)
        {
            var bit = here.A.Span[i];
            Assert.InRange(bit, 0, 1);
            Assert.Equal(here.C.Span[i], bit == 0 ? there.B.Span[i] : there.B.Span[i] + there.Delta);
            Assert.Equal(keys.Span[i], pairs.Span[(2 * i) + bit]);
            Assert.NotEqual(keys.Span[i], pairs.Span[(2 * i) + 1 - bit]);
        }

        if (count < 1000) return;
        var ones = here.A.Span.ToArray().Sum(bit => bit);
        Assert.InRange(ones, (count / 2.0) - (4 * Math.Sqrt(count)), (count / 2.0) + (4 * Math.Sqrt(count))); // eight deviations
    }
}
