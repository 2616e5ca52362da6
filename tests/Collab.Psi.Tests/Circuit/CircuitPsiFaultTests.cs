using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

public class CircuitPsiFaultTests
{
    private static readonly CircuitPsiOptions Options = new(Digest.Of("collab.test.circuit.faults", []), new CircuitPlan { Values = CircuitValues.OfSender, Output = CircuitOutput.Both });

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(17, 17)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => Send(channel, sender, Options, dealer), channel => Receive(channel, receiver, Options, dealer));
        Assert.Equal((17, 17), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => Send(channel, sender, Options, dealer), channel => Receive(channel, receiver, Options, dealer), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    [Fact]
    public async Task Another_plan_context_or_size_is_refused_at_step_1()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        foreach (var other in new[]
        {
            Options with { Context = Digest.Of("other", []) },
            Options with { Plan = Options.Plan with { MinimumGroup = 2 } },
            Options with { Plan = Options.Plan with { Output = CircuitOutput.Receiver } },
            Options with { Plan = Options.Plan with { LargestMagnitude = 7 } },
            Options with { MaximumPeerItems = 29 },
        })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(channel => Send(channel, sender, other, dealer), channel => Receive(channel, receiver, Options, dealer));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-circuit.1" });
        }
    }

    [Fact]
    public async Task A_store_of_another_size_is_refused_at_its_step()
    {
        var (sender, _) = CircuitPsiTests.Sets(40, 30, 20);
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => Send(channel, sender, Options, dealer),
            async channel =>
            {
                await channel.SendAsync(new CircuitAnnouncement(Options.Context, 30, Options.Plan));
                await channel.ReceiveAsync<CircuitAnnouncement>(new StepId("test.1"));
                await channel.SendAsync(new StoreSeed(Gf128.One, null));
                await channel.SendAsync(Part.OfSize(0, 16));
                await channel.ReceiveAsync<StoreSeed>(new StepId("test.2"));
            });
        Assert.Equal("psi-circuit.4", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Fact]
    public async Task Wrong_use_is_refused_before_anything_is_sent()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(4, 4, 2);
        Assert.Null(await ErrorOf(new CircuitPlan { Values = CircuitValues.OfReceiver }, new long[4]));
        Assert.IsAssignableFrom<ArgumentException>(await ErrorOf(new CircuitPlan { Values = CircuitValues.OfReceiver }, new long[3]));
        Assert.IsAssignableFrom<ArgumentException>(await ErrorOf(new CircuitPlan { Values = CircuitValues.OfReceiver, LargestMagnitude = 5 }, [6, 0, 0, 0]));
        Assert.IsAssignableFrom<ArgumentException>(await ErrorOf(new CircuitPlan { Squares = true }, []));
        Assert.IsAssignableFrom<ArgumentException>(await ErrorOf(new CircuitPlan { Count = false }, []));
        Assert.IsAssignableFrom<ArgumentException>(await ErrorOf(new CircuitPlan { MinimumGroup = 0 }, []));
        Assert.IsType<InsecureParametersException>(await ErrorOf(new CircuitPlan { Values = CircuitValues.OfReceiver, LargestMagnitude = long.MaxValue / 2 }, new long[4]));

        async Task<Exception?> ErrorOf(CircuitPlan plan, long[] values)
        {
            var options = Options with { Plan = plan };
            var dealer = new SeededOle();
            var both = await TwoParty.FailAsync(
                channel => CircuitTotals.SendAsync(
                    channel, sender, default, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.First), default),
                channel => CircuitTotals.ReceiveAsync(
                    channel, receiver, values, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.Second), default)).WaitAsync(TimeSpan.FromSeconds(20));
            return both.Receiver is ChannelException ? both.Sender : both.Receiver;
        }
    }

    [Fact]
    public async Task A_repeated_item_is_the_callers_mistake()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        sender[1] = sender[0];
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(channel => Send(channel, sender, Options, dealer), channel => Receive(channel, receiver, Options, dealer));
        Assert.IsType<ArgumentException>(failures.Sender);
        Assert.IsAssignableFrom<ProtocolException>(failures.Receiver);
    }

    private static Task<IntersectionTotals?> Send(IChannel channel, ReadOnlyMemory<byte>[] items, CircuitPsiOptions options, SeededOle dealer) =>
        CircuitTotals.SendAsync(
            channel, items, options.Plan.Values == CircuitValues.OfSender ? new long[items.Length] : default, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.First), default);

    private static Task<IntersectionTotals?> Receive(IChannel channel, ReadOnlyMemory<byte>[] items, CircuitPsiOptions options, SeededOle dealer) =>
        CircuitTotals.ReceiveAsync(channel, items, default, RandomSource.System, options, dealer, new DealtTransfers(BooleanParty.Second), default);
}
