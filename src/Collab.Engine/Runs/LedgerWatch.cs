using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>Follows the ledger while a run computes: a computation that another party has ended, or whose grant was taken back, is stopped at once.</summary>
internal sealed class LedgerWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _watching;
    private volatile CollabException? _reason;

    /// <summary>Begins to follow.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="reasonToStop">Reads the ledger; null while nothing is in the way.</param>
    /// <param name="cancellation">Stops the computation too, with no reason of the ledger's.</param>
    public LedgerWatch(ILedger ledger, Func<CollabException?> reasonToStop, CancellationToken cancellation)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _watching = Task.Run(() => WatchAsync(ledger, reasonToStop), CancellationToken.None);
    }

    /// <summary>What the computation runs under.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Why the ledger stopped the computation; null while it has not.</summary>
    public CollabException? Reason => _reason;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _watching;
        _stopping.Dispose();
        _done.Dispose();
    }

    private async Task WatchAsync(ILedger ledger, Func<CollabException?> reasonToStop)
    {
        while (!_done.IsCancellationRequested)
        {
            var seen = ledger.Position;
            if ((_reason = reasonToStop()) is not null)
            {
                await _stopping.CancelAsync();
                return;
            }

            await ledger.WaitForChangeAsync(seen, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
