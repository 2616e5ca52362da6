using Collab.Jobs;

namespace Collab.FederatedLearning.Features;

/// <summary>The rows of training of one owner, which can be read again and again, a few at a time, always in the same order.</summary>
public interface ITrainingRows
{
    /// <summary>Reads some columns.</summary>
    /// <param name="columns">Which, each once; batches have them in this order.</param>
    /// <param name="cancellation">Ends the reading.</param>
    IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<ColumnSchema> columns, CancellationToken cancellation);
}
