using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>What a node that starts makes of the runs it had begun.</summary>
internal static class Recovery
{
    // Others may have ended a run while this node was away. They are given this long to say so, so that all report the same.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The runs that were begun before the node stopped and are not settled; waits a little for what the others say of them.</summary>
    public static async Task<IReadOnlySet<Digest>> InterruptedRunsAsync(EnginePorts ports, JobArchive archive, CancellationToken cancellation)
    {
        var begun = archive.BegunRuns.ToHashSet();
        if (begun.Count == 0) return begun;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Patience);
        while (!limited.IsCancellationRequested)
        {
            var seen = ports.Ledger.Position;
            if (begun.All(run => IsEnded(ports, run))) break;
            await ports.Ledger.WaitForChangeAsync(seen, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return begun;
    }

    private static bool IsEnded(EnginePorts ports, Digest run) =>
        ports.Ledger.Jobs.Any(job => ports.Ledger.Page(job).AbortOf(run) is not null);
}
