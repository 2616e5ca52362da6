using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Extension;

public class OtExtensionTests
{
    private static readonly Digest Context = Digest.Of("collab.test.ot-extension", []);

    /// <summary>Counts around a block, a batch and the window of open checks, in both models.</summary>
    public static TheoryData<int, SecurityModel> Counts()
    {
        var data = new TheoryData<int, SecurityModel>();
        foreach (var model in Enum.GetValues<SecurityModel>())
        {
            foreach (var count in new[] { 0, 1, 127, 128, 129, 1000, 65535, 65536, 65537, 400_000 }) data.Add(count, model);
        }

        return data;
    }

    [Theory, MemberData(nameof(Counts))]
    public async Task Correlated_transfers_differ_by_delta_where_the_choice_is_one(int count, SecurityModel security)
    {
        var choices = BitVector.Random(count, RandomSource.Seeded(count));
        var run = await RunAsync(security, sender => sender.CorrelatedAsync(count), receiver => receiver.CorrelatedAsync(choices));
        var delta = run.Sender.Delta;
        for (var i = 0; i < count; i++)
        {
            if (run.Receiver[i] != run.Sender.Result[i] + (choices[i] ? delta : Gf128.Zero)) Assert.Fail($"transfer {i}");
        }

        Assert.Equal(count, run.Sender.Result.Distinct().Count());
    }

    [Theory, InlineData(1, SecurityModel.Malicious), InlineData(70_000, SecurityModel.Malicious), InlineData(70_000, SecurityModel.SemiHonest)]
    public async Task Random_transfers_give_the_key_of_the_choice_and_never_the_other(int count, SecurityModel security)
    {
        var choices = BitVector.Random(count, RandomSource.Seeded(count));
        var run = await RunAsync(security, sender => sender.RandomAsync(count), receiver => receiver.RandomAsync(choices));
        for (var i = 0; i < count; i++)
        {
            var chosen = choices[i] ? 1 : 0;
            if (run.Sender.Result[2 * i + chosen] != run.Receiver[i] || run.Sender.Result[2 * i + 1 - chosen] == run.Receiver[i]) Assert.Fail($"transfer {i}");
        }

        Assert.Equal(2 * count, run.Sender.Result.Distinct().Count());
    }

    [Theory, InlineData(0), InlineData(1), InlineData(33_000)]
    public async Task Chosen_messages_arrive(int count)
    {
        var random = RandomSource.Seeded(8);
        var choices = BitVector.Random(count, random);
        Gf128[] pairs = [.. Enumerable.Range(0, 2 * count).Select(i => new Gf128((ulong)i, 7))];
        var run = await RunAsync(
            SecurityModel.Malicious,
            async sender =>
            {
                await sender.SendAsync(pairs);
                return NativeBuffer<Gf128>.Allocate(0);
            },
            receiver => receiver.ReceiveAsync(choices));
        for (var i = 0; i < count; i++) Assert.Equal(pairs[2 * i + (choices[i] ? 1 : 0)], run.Receiver[i]);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(65), InlineData(5000)]
    public async Task Chosen_bits_arrive(int count)
    {
        var random = RandomSource.Seeded(9);
        BitVector choices = BitVector.Random(count, random), zero = BitVector.Random(count, random), one = BitVector.Random(count, random);
        BitVector? got = null;
        await RunAsync(
            SecurityModel.Malicious,
            async sender =>
            {
                await sender.SendBitsAsync(zero, one);
                return NativeBuffer<Gf128>.Allocate(0);
            },
            async receiver =>
            {
                got = await receiver.ReceiveBitsAsync(choices);
                return NativeBuffer<Gf128>.Allocate(0);
            });
        for (var i = 0; i < count; i++) Assert.Equal(choices[i] ? one[i] : zero[i], got![i]);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(100), InlineData(513)]
    public async Task Vector_ole_holds_its_equation(int count)
    {
        var random = RandomSource.Seeded(10);
        Gf128[] a = [.. Enumerable.Range(0, count).Select(_ => new Gf128(random.NextUInt64(), random.NextUInt64()))];
        var run = await RunAsync(SecurityModel.Malicious, sender => sender.VectorOleAsync(count), receiver => receiver.VectorOleAsync(a));
        for (var i = 0; i < count; i++) Assert.Equal(a[i] * run.Sender.Delta + run.Sender.Result[i], run.Receiver[i]);
    }

    [Fact]
    public async Task Calls_of_all_kinds_follow_one_another_and_a_given_delta_is_kept()
    {
        var delta = new Gf128(0x0123456789abcdef, 0xfedcba9876543210);
        var random = RandomSource.Seeded(11);
        BitVector first = BitVector.Random(200, random), second = BitVector.Random(300, random);
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, new(Context), RandomSource.Seeded(1), delta);
                Assert.Equal(delta, sender.Delta);
                using var b = await sender.CorrelatedAsync(200);
                using var k = await sender.RandomAsync(300);
                using var v = await sender.VectorOleAsync(2);
                using var k2 = await sender.RandomAsync(300);
                return (B: b.Span.ToArray(), K: k.Span.ToArray(), V: v.Span.ToArray(), K2: k2.Span.ToArray());
            },
            async channel =>
            {
                using var receiver = await OtExtensionReceiver.BeginAsync(channel, new(Context), RandomSource.Seeded(2));
                using var c = await receiver.CorrelatedAsync(first);
                using var k = await receiver.RandomAsync(second);
                using var v = await receiver.VectorOleAsync(new Gf128[] { new(3, 4), new(5, 6) });
                using var k2 = await receiver.RandomAsync(second);
                return (C: c.Span.ToArray(), K: k.Span.ToArray(), V: v.Span.ToArray(), K2: k2.Span.ToArray());
            });
        for (var i = 0; i < 200; i++) Assert.Equal(run.Receiver.C[i], run.Sender.B[i] + (first[i] ? delta : Gf128.Zero));
        for (var i = 0; i < 300; i++) Assert.Equal(run.Receiver.K[i], run.Sender.K[2 * i + (second[i] ? 1 : 0)]);
        for (var i = 0; i < 300; i++) Assert.Equal(run.Receiver.K2[i], run.Sender.K2[2 * i + (second[i] ? 1 : 0)]);
        Assert.Empty(run.Sender.K.Intersect(run.Sender.K2));
        Assert.Equal(run.Receiver.V[1], new Gf128(5, 6) * delta + run.Sender.V[1]);
    }

    public static TheoryData<int, int, SecurityModel> Fields()
    {
        var data = new TheoryData<int, int, SecurityModel>();
        foreach (var model in Enum.GetValues<SecurityModel>())
        {
            foreach (var bits in new[] { 1, 2, 4, 8 })
            {
                foreach (var count in new[] { 3, 16_385, 70_000 }) data.Add(bits, count, model);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Fields))]
    public async Task Groups_of_every_size_give_transfers_and_vector_ole_and_send_what_the_formula_says(int fieldBits, int count, SecurityModel security)
    {
        var random = RandomSource.Seeded(fieldBits + count);
        var choices = BitVector.Random(count, random);
        Gf128[] a = [.. Enumerable.Range(0, 5).Select(_ => new Gf128(random.NextUInt64(), random.NextUInt64()))];
        var options = new OtExtensionOptions(Context) { Security = security, FieldBits = fieldBits };
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, options, RandomSource.Seeded(1));
                using var b = await sender.CorrelatedAsync(count);
                using var ole = await sender.VectorOleAsync(a.Length);
                return (sender.Delta, B: b.Span.ToArray(), Ole: ole.Span.ToArray());
            },
            async channel =>
            {
                using var receiver = await OtExtensionReceiver.BeginAsync(channel, options, RandomSource.Seeded(2));
                using var c = await receiver.CorrelatedAsync(choices);
                using var ole = await receiver.VectorOleAsync(a);
                return (C: c.Span.ToArray(), Ole: ole.Span.ToArray());
            });
        for (var i = 0; i < count; i++)
        {
            if (run.Receiver.C[i] != run.Sender.B[i] + (choices[i] ? run.Sender.Delta : Gf128.Zero)) Assert.Fail($"transfer {i}");
        }

        for (var i = 0; i < a.Length; i++) Assert.Equal(a[i] * run.Sender.Delta + run.Sender.Ole[i], run.Receiver.Ole[i]);
        Assert.Equal(count, run.Sender.B.Distinct().Count());
        var cost = TransferCost.OfBase(security, fieldBits) + TransferCost.OfCorrelated(count, security, fieldBits)
            + TransferCost.OfVectorOle(a.Length, security, fieldBits);
        Assert.Equal(cost, new(run.Usage.MessagesSent + run.Usage.MessagesReceived, run.Usage.BytesSent, run.Usage.BytesReceived));
    }

    [Theory, InlineData(0), InlineData(3), InlineData(16)]
    public async Task Groups_of_another_size_are_refused(int fieldBits) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TwoParty.RunAsync(
            channel => OtExtensionSender.BeginAsync(channel, new OtExtensionOptions(Context) { FieldBits = fieldBits }, RandomSource.System),
            channel => OtExtensionReceiver.BeginAsync(channel, new OtExtensionOptions(Context) { FieldBits = fieldBits }, RandomSource.System)));

    internal static Task<TwoPartyRun<(Gf128 Delta, Gf128[] Result), Gf128[]>> RunAsync(
        SecurityModel security, Func<OtExtensionSender, Task<NativeBuffer<Gf128>>> send, Func<OtExtensionReceiver, Task<NativeBuffer<Gf128>>> receive,
        ChannelFault? fault = null) => TwoParty.RunAsync(
        async channel =>
        {
            using var sender = await OtExtensionSender.BeginAsync(channel, new(Context) { Security = security }, RandomSource.Seeded(1));
            using var result = await send(sender);
            return (sender.Delta, result.Span.ToArray());
        },
        async channel =>
        {
            using var receiver = await OtExtensionReceiver.BeginAsync(channel, new(Context) { Security = security }, RandomSource.Seeded(2));
            using var result = await receive(receiver);
            return result.Span.ToArray();
        },
        fault);
}
