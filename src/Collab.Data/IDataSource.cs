using Collab.Jobs;

namespace Collab.Data;

/// <summary>A table that one party owns, read as columnar batches: streaming, cancellable, never the whole table in memory.</summary>
/// <remarks>
/// A reader enforces the declared schema: the schema may be proposed by <see cref="SchemaInference"/>, but it is saved with the
/// dataset, and a value that does not keep it is an error with row and column. Rows come in one order, the same in every reading
/// of the same data.
/// </remarks>
public interface IDataSource
{
    /// <summary>The declared columns. A source may hold more; those are never read.</summary>
    DatasetSchema Schema { get; }

    /// <summary>Yields exactly the columns asked for, in the order asked for, and fails at the first problem.</summary>
    /// <param name="columns">Names of declared columns, each once.</param>
    /// <param name="cancellationToken">Stops the reading between two batches and within a slow read.</param>
    /// <exception cref="SourceException">
    /// A column is not declared or not in the source; the source cannot be opened; a row or value breaks the rules. The
    /// message names row, column and rule, never a value.
    /// </exception>
    IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="ReadAsync"/>, but goes on after a problem that leaves the next row readable: a broken value counts as
    /// missing, a broken row is left out (a new batch begins behind it, so the rows of a batch stay consecutive).
    /// For checks only; a job never computes on what comes out.
    /// </summary>
    /// <param name="columns">Names of declared columns, each once.</param>
    /// <param name="report">Called once for each problem, in the order of rows.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">A problem after which nothing can be read.</exception>
    IAsyncEnumerable<ColumnBatch> ScanAsync(
        IReadOnlyList<string> columns, Action<SourceProblem> report, CancellationToken cancellationToken = default);
}
