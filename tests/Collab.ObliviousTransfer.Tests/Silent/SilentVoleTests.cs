using Collab.Arithmetic.BinaryField;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Silent;

public class SilentVoleTests
{
    private static readonly Digest Context = Digest.Of("collab.test.vole", []);

    [Theory]
    [InlineData(1, SecurityModel.SemiHonest)]
    [InlineData(1000, SecurityModel.Malicious)]
    [InlineData(1024, SecurityModel.SemiHonest)]
    [InlineData(1025, SecurityModel.Malicious)]
    [InlineData(16_384, SecurityModel.Malicious)]
    [InlineData(100_003, SecurityModel.SemiHonest)]
    [InlineData(100_003, SecurityModel.Malicious)]
    public async Task Both_halves_hold_the_correlation_and_the_traffic_is_the_formula(int count, SecurityModel security)
    {
        var options = new VoleOptions(Context) { Security = security, Parallelism = 1 + (count % 3) };
        var run = await TwoParty.RunAsync(
            sender => SilentVole.SendAsync(sender, count, RandomSource.Seeded(1), options),
            receiver => SilentVole.ReceiveAsync(receiver, count, RandomSource.Seeded(2), options));
        using var there = run.Sender;
        using var here = run.Receiver;
        Assert.Equal((count, count, count), (there.B.Length, here.A.Length, here.C.Length));
        for (var i = 0; i < count; i++) Assert.Equal(here.C.Span[i], (here.A.Span[i] * there.Delta) + there.B.Span[i]);
        Assert.True(here.A.Span.ToArray().Distinct().Count() == count);
        var cost = TransferCost.OfVole(count, security);
        Assert.Equal((cost.ToReceiver, cost.ToSender), (run.Usage.BytesSent, run.Usage.BytesReceived));
        Assert.Equal(cost.Messages, run.Usage.MessagesSent + run.Usage.MessagesReceived);
    }
}
