using System.Numerics;
using System.Text;
using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;
using Collab.Testing;

namespace Collab.Psi.Tests.Ecdh;

public class EcdhPsiFaultTests
{
    private static readonly EcdhPsiOptions Options = new(Digest.Of("collab.test.psi", [])) { MaximumPeerItems = 1000 };
    private static readonly ReadOnlyMemory<byte>[] Own = [.. Enumerable.Range(0, 3).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {i}"))];
    private static readonly StepId Step = new("test");
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;

    /// <summary>The sender sends its count, one reply and one batch; the receiver its count and one batch.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 3, received: 2).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    /// <summary>x-coordinates that no honest party sends, little-endian.</summary>
    public static TheoryData<string, string> BadPoints => new()
    {
        { "zero, of order 2", "0" },
        { "of order 4", "1" },
        { "of order 8", "325606250916557431795983626356110631294008115727848805560023387167927233504" },
        { "of order 8", "39382357235489614581723060781553021112529911719440698176882885853963445705823" },
        { "of order 4 on the twist", (P - 1).ToString() },
        { "on the twist", "2" },
        { "p, a second spelling of 0", P.ToString() },
        { "a second spelling of 9", (P + 9).ToString() },
        { "9 with bit 255", (BigInteger.Pow(2, 255) + 9).ToString() },
        { "all ones", (BigInteger.Pow(2, 256) - 1).ToString() },
    };

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            channel => EcdhPsi.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options),
            Faults.At(message, kind, byReceiver)));

    [Theory, MemberData(nameof(BadPoints))]
    public async Task The_sender_refuses_a_point_that_is_none_of_the_group(string what, string x)
    {
        Assert.NotEmpty(what);
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 3);
            await channel.SendAsync(new BlindedItems(0, Points("9", x, "9")));
            await channel.ReceiveAsync<SenderReply>(Step);
        });
        Assert.Equal("psi-ecdh.2", fault.Step!.Name);
        Assert.Equal(TwoParty.Receiver, fault.Party);
    }

    [Theory, MemberData(nameof(BadPoints))]
    public async Task The_receiver_refuses_a_point_that_is_none_of_the_group(string what, string x)
    {
        Assert.NotEmpty(what);
        var fault = await ReceiverFault(async (channel, fork) =>
        {
            await AnnounceAsync(channel, 2);
            await fork.SendAsync(new BlindedItems(0, Points("9", x)));
            await fork.ReceiveAsync<Announcement>(Step);
        });
        Assert.Equal("psi-ecdh.4", fault.Step!.Name);
        Assert.Equal(TwoParty.Sender, fault.Party);
    }

    [Fact]
    public async Task Another_context_is_a_fault_of_step_1()
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhPsi.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            channel => EcdhPsi.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options with { Context = Digest.Of("collab.test.psi.other", []) }));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-ecdh.1" });
    }

    [Theory, InlineData(1001UL), InlineData(1UL << 40), InlineData(ulong.MaxValue)]
    public async Task More_items_than_allowed_are_refused_before_memory_is_taken(ulong count)
    {
        var fault = await SenderFault(channel => AnnounceAsync(channel, count));
        Assert.Equal("psi-ecdh.1", fault.Step!.Name);
        fault = await ReceiverFault((channel, _) => AnnounceAsync(channel, count));
        Assert.Equal("psi-ecdh.1", fault.Step!.Name);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public async Task Another_number_of_points_than_announced_is_refused(int count)
    {
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 3);
            await channel.SendAsync(new BlindedItems(0, Points([.. Enumerable.Repeat("9", count)])));
            await channel.ReceiveAsync<SenderReply>(Step);
        });
        Assert.Equal("psi-ecdh.2", fault.Step!.Name);
    }

    [Fact]
    public async Task A_batch_out_of_order_is_refused()
    {
        var fault = await SenderFault(async channel =>
        {
            await AnnounceAsync(channel, 1);
            await channel.SendAsync(new BlindedItems(1, Points("9")));
            await channel.ReceiveAsync<SenderReply>(Step);
        });
        Assert.Equal("psi-ecdh.2", fault.Step!.Name);
    }

    [Fact]
    public async Task A_batch_sent_twice_is_refused()
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhPsi.SendAsync(channel, Own, RandomSource.Seeded(1), Options),
            async channel =>
            {
                await AnnounceAsync(channel, 1);
                await channel.SendAsync(new BlindedItems(0, Points("9")));
                await channel.SendAsync(new BlindedItems(0, Points("9")));
                await channel.ReceiveAsync<SenderReply>(Step);
                await channel.Fork("sender-items").ReceiveAsync<BlindedItems>(Step);
            });
        Assert.IsType<PeerFaultException>(failures.Sender);
    }

    [Fact]
    public async Task Two_equal_points_of_the_sender_are_refused()
    {
        var fault = await ReceiverFault(async (channel, fork) =>
        {
            await AnnounceAsync(channel, 2);
            await fork.SendAsync(new BlindedItems(0, Points("9", "9")));
            await channel.ReceiveAsync<BlindedItems>(Step);
            await channel.SendAsync(new SenderReply(0, new byte[3 * Masks128.Width(2, 3)]));
        });
        Assert.Equal("psi-ecdh.4", fault.Step!.Name);
    }

    [Theory, InlineData(0, 1), InlineData(0, -1), InlineData(1, 0)]
    public async Task A_reply_with_another_number_or_size_is_refused(int number, int more)
    {
        var fault = await ReceiverFault(async (channel, _) =>
        {
            await AnnounceAsync(channel, 0);
            await channel.ReceiveAsync<BlindedItems>(Step);
            await channel.SendAsync(new SenderReply((uint)number, new byte[3 * Masks128.Width(0, 3) + more]));
            await channel.ReceiveAsync<BlindedItems>(Step);
        });
        Assert.Equal("psi-ecdh.3", fault.Step!.Name);
    }

    [Theory, InlineData(0), InlineData(3), InlineData(4), InlineData(35), InlineData(37), InlineData(4 + 32 * 2049)]
    public void A_batch_of_another_shape_is_malformed(int size) =>
        Assert.Throws<MalformedException>(() => BlindedItems.Decode(new byte[size]));

    [Theory, InlineData(0), InlineData(4), InlineData(4 + 16 * 2048 + 1)]
    public void A_reply_of_another_shape_is_malformed(int size) =>
        Assert.Throws<MalformedException>(() => SenderReply.Decode(new byte[size]));

    [Theory, InlineData(0), InlineData(39), InlineData(41)]
    public void An_announcement_of_another_size_is_malformed(int size) =>
        Assert.Throws<MalformedException>(() => Announcement.Decode(new byte[size]));

    /// <summary>Runs our sender against a receiver that plays its own game, and returns what ours made of it.</summary>
    private static async Task<PeerFaultException> SenderFault(Func<IChannel, Task> receiver)
    {
        var failures = await TwoParty.FailAsync(
            channel => EcdhPsi.SendAsync(channel, Own, RandomSource.Seeded(1), Options), receiver);
        return Assert.IsType<PeerFaultException>(failures.Sender);
    }

    private static async Task<PeerFaultException> ReceiverFault(Func<IChannel, IChannel, Task> sender)
    {
        var failures = await TwoParty.FailAsync(
            channel => sender(channel, channel.Fork("sender-items")),
            channel => EcdhPsi.ReceiveAsync(channel, Own, RandomSource.Seeded(2), Options));
        return Assert.IsType<PeerFaultException>(failures.Receiver);
    }

    private static async Task AnnounceAsync(IChannel channel, ulong count)
    {
        await channel.SendAsync(new Announcement(Options.Context, count));
        await channel.ReceiveAsync<Announcement>(Step);
    }

    private static byte[] Points(params string[] coordinates)
    {
        var points = new byte[coordinates.Length * Curve25519.PointSize];
        for (var i = 0; i < coordinates.Length; i++)
        {
            BigInteger.Parse(coordinates[i]).TryWriteBytes(points.AsSpan(i * Curve25519.PointSize), out _, isUnsigned: true);
        }

        return points;
    }
}
