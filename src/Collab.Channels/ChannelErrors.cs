using Collab.Primitives;

namespace Collab.Channels;

/// <summary>The ways a connection is refused or given up, beside <see cref="ChannelException.Closed"/> and <see cref="ChannelException.Silent"/>.</summary>
public static class ChannelErrors
{
    /// <summary>The peer speaks another major version of the channel protocol.</summary>
    public static readonly ErrorCode OtherVersion = new(
        "channel.other-version", ErrorKind.Peer, "Bring both parties to versions that speak the same channel protocol ('collab version').");

    /// <summary>The peer opened the connection for another run.</summary>
    public static readonly ErrorCode OtherRun = new(
        "channel.other-run", ErrorKind.Peer, "Submit the job again; if it repeats, compare the plan digests of both parties.");

    /// <summary>The peer names itself, or us, as another party.</summary>
    public static readonly ErrorCode OtherParty = new(
        "channel.other-party", ErrorKind.Peer, "Compare the party names and addresses in both configurations.");

    /// <summary>More lies unread than the connection may hold.</summary>
    public static readonly ErrorCode TooMuchUnread = new(
        "channel.too-much-unread", ErrorKind.Peer, "Let fewer parts of the job run at once, or raise the limit of unread bytes.");
}

/// <summary>The peer gave the run up and said why; both sides report the same fault.</summary>
public sealed class AbortedByPeerException(PartyId peer, Fault fault)
    : ProtocolException(new ErrorCode(fault.Code, fault.Kind, fault.Next), $"{peer.Name} aborted: {fault.Message}", fault.Party, fault.Step)
{
    /// <summary>Who aborted.</summary>
    public PartyId Peer { get; } = peer;

    /// <summary>The failure as the peer reported it: checked in form, not in truth.</summary>
    public Fault Reported { get; } = fault;

    /// <inheritdoc/>
    public override Fault ToFault() => Reported;
}

/// <summary>We gave the run up while something still waited for the peer; it carries the fault that we told the peer.</summary>
public sealed class AbortedHereException(Fault fault)
    : ProtocolException(new ErrorCode(fault.Code, fault.Kind, fault.Next), $"Aborted: {fault.Message}", fault.Party, fault.Step)
{
    /// <inheritdoc/>
    public override Fault ToFault() => fault;
}
