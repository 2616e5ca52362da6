namespace Collab.Wire.Operator;

/// <summary>A job from its proposal to where it stands, as one node knows it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Asked">What is computed, in words.</param>
/// <param name="Protocol">The protocol, with the version of its messages.</param>
/// <param name="Decisions">Whose agreement it needs, and what each of them said.</param>
/// <param name="Waits">Whom it waits for, and for what; empty when nothing is awaited.</param>
/// <param name="Acts">What the parties wrote of it on the ledger, by their clocks.</param>
/// <param name="Events">What happened at this node, the newest last: of each step of a run its last traffic.</param>
public sealed record JobHistoryView(
    JobView Job, TextView Asked, string Protocol, IReadOnlyList<DecisionView> Decisions, IReadOnlyList<WaitView> Waits,
    IReadOnlyList<ActView> Acts, IReadOnlyList<EventView> Events);

/// <summary>What one party that has a say in a job said.</summary>
/// <param name="Party">The party.</param>
/// <param name="Part"><c>owner</c>, <c>endorser</c> or <c>provider</c> of its algorithm.</param>
/// <param name="Decision"><c>granted</c>, <c>refused</c>, <c>revoked</c> or <c>awaited</c>.</param>
/// <param name="Time">When, by its clock.</param>
/// <param name="Code">The reason of a refusal.</param>
/// <param name="Used">Of an owner: how many runs it has spent a use on.</param>
public sealed record DecisionView(string Party, string Part, string Decision, DateTimeOffset? Time, string? Code, int? Used);

/// <summary>What is awaited of a party.</summary>
/// <param name="Party">The party.</param>
/// <param name="For">What it is to do.</param>
/// <param name="LastAnswer">When its node last answered this one; null of this party itself, and where it never did.</param>
/// <param name="Error">Why its node did not answer the last time.</param>
public sealed record WaitView(string Party, TextView For, DateTimeOffset? LastAnswer, ErrorView? Error);

/// <summary>What a party wrote on the ledger.</summary>
/// <param name="Time">Its clock.</param>
/// <param name="Party">The party.</param>
/// <param name="Kind">One word, as in a trail (protocols/specs/audit-trail.md).</param>
/// <param name="Text">The rest of the sentence.</param>
/// <param name="Code">The code of a refusal or an abort.</param>
/// <param name="Run">The run it is of.</param>
public sealed record ActView(DateTimeOffset Time, string Party, string Kind, string Text, string? Code, string? Run);
