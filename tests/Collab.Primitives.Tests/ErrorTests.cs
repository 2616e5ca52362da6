namespace Collab.Primitives.Tests;

public class ErrorTests
{
    private static readonly PartyId Peer = PartyId.Parse("clinic");

    [Fact]
    public void A_peer_fault_names_party_step_and_rule()
    {
        var fault = new PeerFaultException(Peer, new StepId("psi.2"), "a point per item").ToFault();
        Assert.Equal(("peer.protocol", ErrorKind.Peer, Peer, new StepId("psi.2")), (fault.Code, fault.Kind, fault.Party, fault.Step));
        Assert.Equal("clinic broke step psi.2: expected a point per item.", fault.Message);
    }

    [Fact]
    public void A_rule_that_holds_throws_nothing()
    {
        PeerFaultException.ThrowUnless(true, Peer, new StepId("psi.2"), "anything");
        Assert.Throws<PeerFaultException>(() => PeerFaultException.ThrowUnless(false, Peer, new StepId("psi.2"), "anything"));
    }

    [Fact]
    public void A_malformed_message_tells_the_rule_alone() => Assert.Equal("a digest", new MalformedException("a digest").Rule);
}
