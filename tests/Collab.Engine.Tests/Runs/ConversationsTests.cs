using System.Buffers;
using Collab.Channels;
using Collab.Engine.Descriptions;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Runs;

public sealed class ConversationsTests
{
    private static readonly Fault Reason = new(
        "run.data-changed", ErrorKind.Refused, Plans.Bo, RunSteps.Read, "Bo's dataset holds other values.", "Register it again.");

    private readonly MeetingPoint _meeting = new();
    private readonly Digest _run = Plans.DigestOf("run");

    [Fact]
    public async Task A_party_that_waits_for_one_peer_learns_that_another_gave_up_and_both_say_the_same()
    {
        var (al, bo, cy) = await OpenAllAsync();
        var alWaitsForCy = al.Channels[Plans.Cy].ReceiveAsync<Nothing>(new StepId("test.1")).AsTask();
        var cyWaitsForAl = cy.Channels[Plans.Al].ReceiveAsync<Nothing>(new StepId("test.1")).AsTask();

        await bo.AbortAsync(Reason);

        foreach (var waiting in new[] { alWaitsForCy, cyWaitsForAl })
        {
            var failure = await Assert.ThrowsAnyAsync<ProtocolException>(() => waiting);
            Assert.Equal(Reason, failure.ToFault());
        }

        foreach (var conversation in new[] { al, bo, cy }) await conversation.DisposeAsync();
    }

    [Fact]
    public async Task A_line_that_breaks_is_reported_alike_by_those_at_its_end_and_those_who_waited_elsewhere()
    {
        var (al, bo, cy) = await OpenAllAsync();
        var alWaitsForCy = al.Channels[Plans.Cy].ReceiveAsync<Nothing>(new StepId("test.1")).AsTask();
        var cyWaitsForAl = cy.Channels[Plans.Al].ReceiveAsync<Nothing>(new StepId("test.2")).AsTask();

        await bo.DisposeAsync(); // its node stopped: nothing but closed lines

        foreach (var waiting in new[] { alWaitsForCy, cyWaitsForAl })
        {
            var failure = await Assert.ThrowsAnyAsync<ProtocolException>(() => waiting);
            var fault = Conversations.FaultOf(failure, RunSteps.Protocol);
            Assert.Equal((ChannelException.Closed.Name, Plans.Bo, RunSteps.Protocol), (fault.Code, fault.Party, fault.Step));
        }

        foreach (var conversation in new[] { al, cy }) await conversation.DisposeAsync();
    }

    [Fact]
    public async Task When_one_party_does_not_come_those_that_did_are_told_which()
    {
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy);
        var al = Conversations.OpenAsync(PortsOf(Plans.Al, unreachable: Plans.Cy), plan, _run, CancellationToken.None);
        await using var boToAl = await _meeting.ConnectAsync(Plans.Bo, Plans.Al, _run, RunContext.Of(plan.Digest, _run), CancellationToken.None);

        await Assert.ThrowsAsync<ChannelException>(() => al);
        var told = Assert.IsType<AbortedByPeerException>(await boToAl.Failed);
        Assert.Equal((ChannelException.Silent.Name, Plans.Cy, RunSteps.Connect), (told.Reported.Code, told.Reported.Party, told.Reported.Step));
    }

    private async Task<(Conversations Al, Conversations Bo, Conversations Cy)> OpenAllAsync()
    {
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy);
        var opened = await Task.WhenAll(new[] { Plans.Al, Plans.Bo, Plans.Cy }.Select(
            party => Conversations.OpenAsync(PortsOf(party), plan, _run, CancellationToken.None)));
        return (opened[0], opened[1], opened[2]);
    }

    private EnginePorts PortsOf(PartyId self, PartyId? unreachable = null) => new(
        self, "study", null!, new MeetingPeers(self, _meeting, unreachable), null!, null!, null!, ApprovalPolicy.AskAlways, null!, null!,
        TimeProvider.System, RandomSource.Seeded(1), "test");
}

internal sealed record Nothing : IMessage<Nothing>
{
    public static Nothing Decode(ReadOnlySpan<byte> payload) => new();

    public void Encode(IBufferWriter<byte> destination)
    {
    }
}
