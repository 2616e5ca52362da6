using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.ObliviousTransfer.Base;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Base;

public class BaseOtTests
{
    private static readonly Digest Context = Digest.Of("collab.test.base-ot", []);
    private static readonly StepId Step = new("test");

    /// <summary>Each party sends one message.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 1, received: 1).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    /// <summary>What no honest party sends in place of a point.</summary>
    public static TheoryData<string> BadPoints => new(
        new string('0', 64),
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        new string('f', 64));

    [Theory, InlineData(1), InlineData(2), InlineData(128), InlineData(131)]
    public async Task The_receiver_gets_the_key_of_its_choice_and_the_other_is_another(int count)
    {
        var choices = BitVector.Random(count, RandomSource.Seeded(count));
        var run = await TwoParty.RunAsync(
            channel => BaseOt.SendAsync(channel, count, Context, RandomSource.Seeded(1)),
            channel => BaseOt.ReceiveAsync(channel, choices, Context, RandomSource.Seeded(2)));
        for (var i = 0; i < count; i++)
        {
            var chosen = choices[i] ? 1 : 0;
            Assert.Equal(run.Sender[2 * i + chosen], run.Receiver[i]);
            Assert.NotEqual(run.Sender[2 * i + 1 - chosen], run.Receiver[i]);
        }

        Assert.Equal(2 * count, run.Sender.Distinct().Count());
        Assert.Equal((32L * count, 64L * count), (run.Usage.BytesSent, run.Usage.BytesReceived));
    }

    [Fact]
    public async Task Another_context_gives_other_keys()
    {
        var run = await TwoParty.RunAsync(
            channel => BaseOt.SendAsync(channel, 4, Context, RandomSource.Seeded(1)),
            channel => BaseOt.ReceiveAsync(channel, new BitVector(4), Digest.Of("collab.test.other", []), RandomSource.Seeded(2)));
        Assert.Empty(run.Sender.Intersect(run.Receiver));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => BaseOt.SendAsync(channel, 2, Context, RandomSource.Seeded(1)),
            channel => BaseOt.ReceiveAsync(channel, new BitVector(2), Context, RandomSource.Seeded(2)),
            Faults.At(message, kind, byReceiver)));

    [Theory, MemberData(nameof(BadPoints))]
    public async Task A_point_that_is_none_is_refused_by_either_party(string encoding)
    {
        var bad = Convert.FromHexString(encoding);
        var failures = await TwoParty.FailAsync(
            channel => BaseOt.SendAsync(channel, 1, Context, RandomSource.Seeded(1)),
            async channel =>
            {
                await channel.SendAsync(new PointMessage([.. RistrettoPoint.Generator.ToArray(), .. bad]));
                await channel.ReceiveAsync<PointMessage>(Step);
            });
        Assert.Equal("base-ot.1", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);

        failures = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.ReceiveAsync<PointMessage>(Step);
                await channel.SendAsync(new PointMessage(bad));
            },
            channel => BaseOt.ReceiveAsync(channel, new BitVector(1), Context, RandomSource.Seeded(2)));
        Assert.Equal("base-ot.2", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Theory, InlineData(1, 2), InlineData(2, 1), InlineData(3, 2)]
    public async Task Another_number_of_transfers_is_a_fault(int sender, int receiver)
    {
        var failures = await TwoParty.FailAsync(
            channel => BaseOt.SendAsync(channel, sender, Context, RandomSource.Seeded(1)),
            channel => BaseOt.ReceiveAsync(channel, new BitVector(receiver), Context, RandomSource.Seeded(2)));
        Assert.Equal("base-ot.1", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory, InlineData(0), InlineData(31), InlineData(33)]
    public void A_message_of_another_shape_is_malformed(int size) =>
        Assert.Throws<MalformedException>(() => PointMessage.Decode(new byte[size]));
}
