using Collab.Engine.Planning;
using Collab.Evidence.Trails;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>Tells a job from its proposal to where it stands: nothing that waits does so without saying for whom.</summary>
internal sealed class HistoryDesk(NodeParts parts)
{
    public JobHistoryView Of(Plan plan, Func<Plan, JobView> view)
    {
        var page = parts.Ledger.PageWithPendingOf(plan);
        var explanation = parts.Engine.Explain(plan);
        return new(
            view(plan), Views.Of(explanation.Question), plan.Protocol, [.. Decisions(plan, page)],
            [.. Waits(plan, page).Select(wait => Seen(wait.Party, wait.For))],
            [.. page.Operations.OrderBy(o => o.Time).Select(o => ActOf(plan, o))],
            parts.Events.Of(plan.Digest));
    }

    private static IEnumerable<DecisionView> Decisions(Plan plan, JobPage page)
    {
        foreach (var owner in plan.Owners) yield return Decision<LedgerOperation.Approve>(page, owner, "owner") with { Used = page.UsesSpentBy(owner) };
        foreach (var endorser in plan.Endorsers?.Of ?? []) yield return Decision<LedgerOperation.Endorse>(page, endorser, "endorser");
        if (plan.Algorithm is { Provider: var provider }) yield return Decision<LedgerOperation.ApproveAlgorithm>(page, provider, "provider");
    }

    // What was refused or taken back stays so, whatever else the party wrote.
    private static DecisionView Decision<TYes>(JobPage page, PartyId party, string part)
        where TYes : LedgerOperation
    {
        if (page.By<LedgerOperation.Refuse>(party) is { } no) return new(party.Name, part, "refused", no.Time, no.Reason, null);
        if (page.By<LedgerOperation.Revoke>(party) is { } back) return new(party.Name, part, "revoked", back.Time, null, null);
        return page.By<TYes>(party) is { } yes ? new(party.Name, part, "granted", yes.Time, null, null) : new(party.Name, part, "awaited", null, null, null);
    }

    private IEnumerable<(PartyId Party, Bilingual For)> Waits(Plan plan, JobPage page)
    {
        switch (JobState.Of(plan, page, parts.Clock.GetUtcNow()))
        {
            case JobState.Proposed { Missing: var missing }:
                foreach (var party in missing)
                {
                    yield return (party, plan.Owners.Contains(party) ? new("its grant as an owner of the data", "其作为数据方的授权")
                        : plan.Endorsers?.Of.Contains(party) == true ? new("its endorsement", "其认可")
                        : new("its leave to use the algorithm", "其对使用算法的许可"));
                }

                break;
            case JobState.Authorized:
                yield return (plan.Requester, new("the opening of a run", "启动运行"));
                break;
            case JobState.Started { Run: var run }:
                var spending = plan.Owners.Where(o => page.SpendOf(o, run) is null).ToList();
                foreach (var owner in spending) yield return (owner, new("the spending of a use of its grant", "扣减其授权的一次使用"));
                if (spending.Count > 0) break; // nothing else is awaited before
                foreach (var party in plan.Parties.Where(p => page.CommitOf(p, run) is null))
                    yield return (party, new("its part of the run and its commit", "其运行部分与提交"));
                break;
        }
    }

    private WaitView Seen(PartyId party, Bilingual what)
    {
        var seen = party == parts.Self ? null : parts.Ledger.Witnesses.GetValueOrDefault(party);
        return new(party.Name, Views.Of(what), seen?.LastAnswer, seen?.Fault is { } fault ? Views.Of(fault) : null);
    }

    private ActView ActOf(Plan plan, LedgerOperation operation)
    {
        var receipt = operation is LedgerOperation.Commit commit ? parts.Engine.Archive.FindReceipt(commit.Run, commit.Author) : null;
        var act = TrailEvent.Of(operation, plan, receipt);
        return new(act.Time, act.Party.Name, act.Kind, act.Text, act.Code, act.Run?.ToString());
    }
}
