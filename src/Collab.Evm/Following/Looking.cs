using Collab.Primitives;

namespace Collab.Evm.Following;

/// <summary>Looks at a chain again and again.</summary>
internal static class Looking
{
    /// <summary>Looks until cancelled; a look that fails is tried again at its time.</summary>
    /// <param name="look">One look.</param>
    /// <param name="trouble">Told after each look: why it failed, or null.</param>
    /// <param name="every">The pause between two looks.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> look, Action<Fault?> trouble, TimeSpan every, TimeProvider clock, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await look(cancellation);
                trouble(null);
            }
            catch (CollabException fault)
            {
                trouble(fault.ToFault());
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(every, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
