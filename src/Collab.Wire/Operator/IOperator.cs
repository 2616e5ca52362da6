using Collab.Primitives;

namespace Collab.Wire.Operator;

/// <summary>The operator's way to its own node: over gRPC (<see cref="OperatorClient"/>), or within the node's process.</summary>
public interface IOperator : IDisposable
{
    /// <summary>Calls one verb of <see cref="Verbs"/> that has one answer.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="request">Its request.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="limit">How long the answer may take; ten minutes when null.</param>
    /// <exception cref="CollabException">What the node reports, or that it cannot be reached.</exception>
    Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null);

    /// <summary>Events from now on, of one job or of all.</summary>
    IAsyncEnumerable<EventView> WatchAsync(JobRequest request, CancellationToken cancellation);

    /// <summary>Copies a result, a bundle or another file into a stream.</summary>
    Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation);
}
