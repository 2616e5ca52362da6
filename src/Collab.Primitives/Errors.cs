namespace Collab.Primitives;

/// <summary>Whose matter an error is; it decides the exit code of the command line (protocols/specs/errors.md).</summary>
public enum ErrorKind
{
    /// <summary>The job or check failed. Exit 1.</summary>
    Failed = 1,

    /// <summary>Wrong usage or an invalid input file. Exit 2.</summary>
    InvalidInput = 2,

    /// <summary>Refused: no grant, policy, disclosure control. Exit 3.</summary>
    Refused = 3,

    /// <summary>A peer or the network failed. Exit 4.</summary>
    Peer = 4,

    /// <summary>Evidence does not verify. Exit 5.</summary>
    Evidence = 5,

    /// <summary>A fault of ours. Exit 70.</summary>
    Internal = 70,
}

/// <summary>A stable, public name of one way to fail, with the next thing to do. Codes never change their meaning.</summary>
/// <param name="Name">For example <c>data.column-missing</c>; the part before the dot is the family.</param>
/// <param name="Kind">Whose matter it is.</param>
/// <param name="Next">One sentence in the imperative: what the reader does next.</param>
public sealed record ErrorCode(string Name, ErrorKind Kind, string Next)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What every party reports of one failure: the same code, party and step on all sides, and never the data.</summary>
/// <param name="Code">The stable code, as <see cref="ErrorCode.Name"/>.</param>
/// <param name="Kind">Whose matter it is.</param>
/// <param name="Party">The party at fault, when one is.</param>
/// <param name="Step">The step at which it happened, when one had begun.</param>
/// <param name="Message">One sentence; it names the rule that was broken, never the value that broke it.</param>
/// <param name="Next">What to do next.</param>
public sealed record Fault(string Code, ErrorKind Kind, PartyId? Party, StepId? Step, string Message, string Next);

/// <summary>A failure with a code. Every failure that leaves a public member of Collab is one, or a caller's <see cref="ArgumentException"/>.</summary>
public class CollabException(ErrorCode code, string message, PartyId? party = null, StepId? step = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The stable code.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>The party at fault, when one is.</summary>
    public PartyId? Party { get; } = party;

    /// <summary>The step at which it happened, when one had begun.</summary>
    public StepId? Step { get; } = step;

    /// <summary>The failure as it is reported, recorded and sent to the other parties.</summary>
    public virtual Fault ToFault() => new(Code.Name, Code.Kind, Party, Step, Message, Code.Next);
}

/// <summary>A run of a protocol cannot go on; both parties abort.</summary>
public abstract class ProtocolException(ErrorCode code, string message, PartyId? party, StepId? step, Exception? inner = null)
    : CollabException(code, message, party, step, inner);

/// <summary>The other party broke the protocol. Carries who and where, never what was received.</summary>
public sealed class PeerFaultException(PartyId peer, StepId step, string rule)
    : ProtocolException(BrokeTheProtocol, $"{peer.Name} broke step {step.Name}: expected {rule}.", peer, step)
{
    /// <summary>The one code of this failure; the rule that was broken is in the message.</summary>
    public static readonly ErrorCode BrokeTheProtocol = new(
        "peer.protocol", ErrorKind.Peer, "Ask that party which version and build it runs; keep the evidence of this run.");

    /// <summary>Throws unless the rule holds.</summary>
    /// <param name="holds">Whether what was received keeps the rule.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="step">The step that was being received.</param>
    /// <param name="rule">What was expected, without the value that came.</param>
    public static void ThrowUnless(bool holds, PartyId peer, StepId step, string rule)
    {
        if (!holds) throw new PeerFaultException(peer, step, rule);
    }
}

/// <summary>The way to the other party failed: it closed, stopped answering or could not be reached.</summary>
public sealed class ChannelException(ErrorCode code, PartyId peer, string message, StepId? step = null, Exception? inner = null)
    : ProtocolException(code, message, peer, step, inner)
{
    /// <summary>The connection ended before the protocol did.</summary>
    public static readonly ErrorCode Closed = new(
        "channel.closed", ErrorKind.Peer, "Check that the party's node runs ('collab node status'); then submit the job again.");

    /// <summary>Nothing came within the limit of the step.</summary>
    public static readonly ErrorCode Silent = new(
        "channel.silent", ErrorKind.Peer, "Check the party's node and the line to it; then submit the job again.");
}

/// <summary>Parameters below the security the product promises; raised when they are made, before any use.</summary>
public sealed class InsecureParametersException(string message) : CollabException(Insecure, message)
{
    /// <summary>The one code of this failure.</summary>
    public static readonly ErrorCode Insecure = new(
        "parameters.insecure", ErrorKind.InvalidInput, "Choose one of the named parameter sets of the spec.");
}

/// <summary>Bytes that are not the canonical encoding of what they should be.</summary>
public sealed class MalformedException(string rule) : CollabException(Malformed, $"Malformed: expected {rule}.")
{
    /// <summary>The one code of this failure.</summary>
    public static readonly ErrorCode Malformed = new(
        "encoding.malformed", ErrorKind.Failed, "Ask the sender for the bytes again; compare versions if they stay so.");

    /// <summary>What was expected.</summary>
    public string Rule { get; } = rule;
}
