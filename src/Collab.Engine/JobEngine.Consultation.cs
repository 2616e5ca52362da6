using Collab.Engine.Algorithms;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine;

/// <summary>What this node does for a job in which its party owns nothing, and is asked all the same: as endorser, or as provider of the algorithm.</summary>
public sealed partial class JobEngine
{
    private readonly RefusalRecord _refusals = new(ports);

    /// <summary>Notes that a party asked for what it has no part in.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellation">Ends the wait for the log.</param>
    public Task RecordStrangerAsync(Plan plan, PartyId by, CancellationToken cancellation) =>
        _refusals.WriteAsync(plan.Digest, null, RefusalRecord.WrongParty, by, cancellation);

    /// <summary>The algorithms that this party provides.</summary>
    public AlgorithmCatalogue Algorithms { get; } = new(ports);

    // The provider's version, word for word what was planned; or nothing is planned.
    private async Task<Plan> WithAlgorithmAsync(Plan plan, RequestedAlgorithm asked, CancellationToken cancellation)
    {
        if (!ports.Peers.Members.Contains(asked.Provider))
            throw new CollabException(Planner.PartyUnknown, $"'{asked.Provider}' is not a party of the consortium{NearestName.Hint(asked.Provider.Name, ports.Peers.Members.Select(m => m.Name))}", asked.Provider);
        if (plan.Endorsers?.Of.Contains(asked.Provider) == true)
            throw new CollabException(Planner.PartiesUnsuited, $"'{asked.Provider}' provides the algorithm, and endorses no use of its own.", asked.Provider);
        var algorithm = asked.Provider == ports.Self
            ? Algorithms.Find(asked.Name, asked.Version)
            : StoredAlgorithm.Decode(await ports.Peers.GetAlgorithmAsync(asked.Provider, asked.Name, asked.Version, cancellation));
        var reference = algorithm.Reference;
        if ((reference.Provider, reference.Name, reference.Version) != (asked.Provider, asked.Name, asked.Version) || !algorithm.Is(plan.Question))
            throw new CollabException(Authorization.AlgorithmOtherContent, $"What the job asks for is not version {asked.Version} of '{asked.Name}' of {asked.Provider}.", asked.Provider);
        return plan with { Algorithm = reference };
    }

    private bool IsEndorser(Plan plan) => plan.Endorsers?.Of.Contains(ports.Self) == true;

    private bool IsProvider(Plan plan) => plan.Algorithm?.Provider == ports.Self;

    // A person's yes, for everything this party is asked for.
    private async Task AgreeAsync(Plan plan, CancellationToken cancellation)
    {
        RequireSay(plan);
        if (Authorization.CheckWithdrawal(plan, ports.Ledger.PageWithPending(plan.Digest)) is { } withdrawn) throw withdrawn.ToException();
        if (plan.Expires <= ports.Clock.GetUtcNow()) throw new CollabException(Authorization.JobExpired, "The plan has expired.", plan.Requester);
        RequireContent(plan);
        if (plan.InputOf(ports.Self) is not null) await ApproveAsync(plan, cancellation);
        if (IsEndorser(plan)) await EndorseAsync(plan, cancellation);
        if (IsProvider(plan)) await ApproveAlgorithmAsync(plan, cancellation);
    }

    private async Task EndorseAsync(Plan plan, CancellationToken cancellation)
    {
        var operation = await ports.Ledger.AppendAsync(
            s => new LedgerOperation.Endorse(s.Author, s.Id, s.Time, s.Heads, plan.Digest, plan.Expires), cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        Observe(plan, JobEventKind.Approved, ports.Self);
    }

    private async Task ApproveAlgorithmAsync(Plan plan, CancellationToken cancellation)
    {
        var algorithm = plan.Algorithm!;
        var operation = await ports.Ledger.AppendAsync(
            s => new LedgerOperation.ApproveAlgorithm(s.Author, s.Id, s.Time, s.Heads, plan.Digest, algorithm.Id, algorithm.Version), cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        Observe(plan, JobEventKind.Approved, ports.Self);
    }

    // As endorser and as provider; what an owner decides beside that is its own matter.
    private async Task ConsultAsync(Plan plan, CancellationToken cancellation)
    {
        var own = ports.Ledger.PageWithPending(plan.Digest);
        var waits = (IsEndorser(plan) && own.By<LedgerOperation.Endorse>(ports.Self) is null)
            || (IsProvider(plan) && own.By<LedgerOperation.ApproveAlgorithm>(ports.Self) is null);
        if (!waits || own.By<LedgerOperation.Refuse>(ports.Self) is not null) return;
        if (plan.Expires <= ports.Clock.GetUtcNow())
        {
            await RefuseAsync(plan.Digest, Authorization.JobExpired.Name, cancellation);
            return;
        }

        if (IsProvider(plan))
        {
            if (ContentRefusal(plan) is { } refusal && refusal.Code != Authorization.AlgorithmUnknown)
            {
                await RefuseAsync(plan.Digest, refusal.Code.Name, cancellation);
                return;
            }

            if (!Algorithms.Asks(plan.Algorithm!.Id))
            {
                RequireContent(plan); // registered, and perhaps not final yet: looked for again
                await ApproveAlgorithmAsync(plan, cancellation);
                return;
            }
        }

        Observe(plan, JobEventKind.AwaitsApproval, ports.Self);
    }

    private Refusal? ContentRefusal(Plan plan) => Authorization.CheckContent(plan, ports.Ledger.PageOf(plan).Algorithm);

    private void RequireContent(Plan plan)
    {
        if (ContentRefusal(plan) is { } refusal) throw refusal.ToException();
    }

    private void RequireSay(Plan plan)
    {
        if (plan.InputOf(ports.Self) is null && ProposalTerms.Of(plan)?.Asks(ports.Self) != true)
            throw new CollabException(Authorization.GrantMissing, $"{ports.Self} has no say in this job.", ports.Self);
    }

    // A person tried, and it may not be: that stands on the log, and the person is told.
    private async Task<T> RecordingAsync<T>(Digest job, Func<Task<T>> act, CancellationToken cancellation)
    {
        try
        {
            return await act();
        }
        catch (CollabException e) when (e.Code.Kind == ErrorKind.Refused)
        {
            await _refusals.WriteAsync(job, null, e.Code, ports.Self, cancellation);
            throw;
        }
    }
}
