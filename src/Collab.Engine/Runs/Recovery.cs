using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>What a node that starts makes of the runs it had begun.</summary>
internal static class Recovery
{
    /// <summary>
    /// Others may have ended a run that this node had begun while it was away. They are given a little time to say so, so that all
    /// report the same.
    /// </summary>
    public static async Task HearOthersAsync(EnginePorts ports, JobArchive archive, CancellationToken cancellation)
    {
        var begun = archive.BegunRuns;
        if (begun.Count == 0) return;
        using var patient = new CancellationTokenSource(ports.Limits.Recovery, ports.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patient.Token);
        while (!limited.IsCancellationRequested)
        {
            var seen = ports.Ledger.Position;
            if (begun.All(run => IsEnded(ports, run))) break;
            await ports.Ledger.WaitForChangeAsync(seen, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsEnded(EnginePorts ports, Digest run) =>
        ports.Ledger.Jobs.Any(job => ports.Ledger.Page(job).AbortOf(run) is not null);
}
