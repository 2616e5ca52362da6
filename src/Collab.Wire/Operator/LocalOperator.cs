using System.Runtime.CompilerServices;
using System.Text.Json;
using Collab.Primitives;

namespace Collab.Wire.Operator;

/// <summary>The node's calls within its own process. Requests and answers are the same documents as over gRPC, so both ways have one meaning.</summary>
/// <param name="endpoint">The node.</param>
public sealed class LocalOperator(IOperatorEndpoint endpoint) : IOperator
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit ?? DefaultLimit);
        try
        {
            var answer = await endpoint.AnswerAsync(verb, Write(request), limited.Token);
            return JsonSerializer.Deserialize<T>(answer, OperatorJson.Options)!;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CollabException(Faults.Unreachable, "The node did not answer in time.", inner: e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EventView> WatchAsync(JobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var json in endpoint.WatchAsync(Write(request), cancellation))
            yield return JsonSerializer.Deserialize<EventView>(json, OperatorJson.Options)!;
    }

    /// <inheritdoc/>
    public async Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation)
    {
        await foreach (var piece in endpoint.StreamAsync(verb, Write(request), cancellation)) await destination.WriteAsync(piece, cancellation);
    }

    /// <summary>Nothing of its own to let go of.</summary>
    public void Dispose()
    {
    }

    private static byte[] Write(object request) => JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), OperatorJson.Options);
}
