using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>One thing that happened, as its author's log says.</summary>
/// <param name="Time">The author's clock.</param>
/// <param name="Party">Who did it.</param>
/// <param name="Kind">One word for scripts: <c>proposed</c>, <c>granted</c>, <c>refused</c>, <c>revoked</c>, <c>opened</c>, <c>spent</c>, <c>committed</c>,
/// <c>aborted</c>, <c>expired</c>, <c>consents</c>, <c>attested</c>, <c>record-revoked</c>, <c>record-checked</c>,
/// <c>endorsed</c>, <c>declined</c>, <c>algorithm-registered</c>, <c>algorithm-withdrawn</c>, <c>algorithm-approved</c>, <c>motion-opened</c>,
/// <c>voted</c>; <c>unknown</c> for what this program does
/// not understand; else the name of the operation.</param>
/// <param name="Text">The rest of the sentence.</param>
/// <param name="Code">The code of a refusal or an abort, or null.</param>
/// <param name="Run">The run it is of, or null.</param>
/// <param name="Index">Where it stands in its author's log; null for what follows from time alone.</param>
public sealed record TrailEvent(DateTimeOffset Time, PartyId Party, string Kind, string Text, string? Code, Digest? Run, long? Index)
{
    /// <summary>An operation in the words of a trail, for who has it from the ledger and not from a file.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="plan">The plan of its job; null where it is not known.</param>
    /// <param name="receipt">Of a commit: the receipt that it commits to; null where it is not held.</param>
    public static TrailEvent Of(LedgerOperation operation, Plan? plan, Receipt? receipt) => TrailWords.Of(operation, plan, receipt);
}

/// <summary>How a run went.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome"><c>committed</c>, <c>aborted: CODE</c> or <c>not ended</c>.</param>
public sealed record TrailRun(Digest Run, string Outcome);

/// <summary>A dataset that a job reads.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Name">The owner's name of it; null where the plan is not known.</param>
/// <param name="Id">Its random id.</param>
/// <param name="Columns">The columns that are read; none where the plan is not known.</param>
public sealed record TrailDataset(PartyId Owner, string? Name, Digest Id, IReadOnlyList<string> Columns);

/// <summary>One job from its proposal to what came out.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="PlanKnown">Whether the files hold its plan; without it names, purpose and receivers are not known.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Purpose">The purpose; null where the plan is not known.</param>
/// <param name="Protocol">The protocol; null where the plan is not known.</param>
/// <param name="Datasets">What it reads.</param>
/// <param name="Receivers">Who gets the result; none where the plan is not known.</param>
/// <param name="State">Where it stands: <c>proposed</c>, <c>authorized</c>, <c>started</c>, <c>committed</c>, <c>aborted</c>, or <c>closed</c> with a code.</param>
/// <param name="Events">What happened, in an order in which nothing comes before what it had seen.</param>
/// <param name="Runs">Its runs, in the order in which they were opened.</param>
/// <param name="Missing">Links that the files do not hold, each in words.</param>
public sealed record TrailJob(
    Digest Job, bool PlanKnown, PartyId Requester, string? Purpose, string? Protocol, IReadOnlyList<TrailDataset> Datasets,
    IReadOnlyList<PartyId> Receivers, string State, IReadOnlyList<TrailEvent> Events, IReadOnlyList<TrailRun> Runs, IReadOnlyList<string> Missing);
