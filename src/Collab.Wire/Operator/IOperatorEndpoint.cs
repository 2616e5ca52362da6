namespace Collab.Wire.Operator;

/// <summary>What a node answers its own operator. Requests and answers are the JSON documents of the command line.</summary>
public interface IOperatorEndpoint
{
    /// <summary>Answers one verb.</summary>
    Task<byte[]> AnswerAsync(string verb, ReadOnlyMemory<byte> request, CancellationToken cancellation);

    /// <summary>Events from now on; ends when the operator goes or the job it asked for has ended.</summary>
    IAsyncEnumerable<byte[]> WatchAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation);

    /// <summary>A result or a bundle, in pieces of at most 1 MiB.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(string verb, ReadOnlyMemory<byte> request, CancellationToken cancellation);
}
