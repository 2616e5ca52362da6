namespace Collab.Psi;

/// <summary>The loops of one party that send and receive at the same time.</summary>
internal static class Concurrently
{
    /// <summary>Runs all to their end. The first failure stops the others and is the one that is thrown.</summary>
    public static async Task RunAsync(CancellationToken cancellation, params Func<CancellationToken, Task>[] loops)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? first = null;
        async Task WatchAsync(Func<CancellationToken, Task> loop)
        {
            try
            {
                await loop(stop.Token).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, failure, null);
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        var running = Task.WhenAll(loops.Select(loop => Task.Run(() => WatchAsync(loop), CancellationToken.None)));
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }
}
