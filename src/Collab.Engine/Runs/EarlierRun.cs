using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>What became of an earlier run of a job, by the ledger: the same at every party.</summary>
internal static class EarlierRun
{
    /// <summary>Waits until it is decided whether a run counts.</summary>
    /// <returns>True once all parties have committed; false once a party has ended it that had not committed, for that party never will.</returns>
    /// <remarks>A party's commit and its abort stand in one log, in the order in which they were written: who sees the abort sees an earlier commit too.</remarks>
    /// <exception cref="CollabException"><see cref="RunErrors.EarlierUndecided"/> after the limit.</exception>
    public static async Task<bool> CountsAsync(EnginePorts ports, Plan plan, Digest run, CancellationToken cancellation)
    {
        using var patient = new CancellationTokenSource(ports.Limits.Party, ports.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patient.Token);
        while (true)
        {
            var seen = ports.Ledger.Position;
            var page = ports.Ledger.Page(plan.Digest);
            if (plan.Parties.All(p => page.CommitOf(p, run) is not null)) return true;
            if (plan.Parties.Any(p => page.CommitOf(p, run) is null && page.Of<LedgerOperation.Abort>().Any(a => a.Run == run && a.Author == p))) return false;
            try
            {
                await ports.Ledger.WaitForChangeAsync(seen, limited.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CollabException(RunErrors.EarlierUndecided, $"Run {run.Short} of this job has not ended at every party.", step: RunSteps.Read);
            }
        }
    }
}
