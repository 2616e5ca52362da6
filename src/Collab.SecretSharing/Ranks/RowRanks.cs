using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Ranks;

/// <summary>The ranks of rows in ascending order, shared.</summary>
/// <param name="Doubled">Twice the rank of each row, from 1, tied rows with their mean rank.</param>
/// <param name="Before">How many rows of the same key stand before the row.</param>
public sealed record RowRanks(SharedVector Doubled, SharedVector Before) : IDisposable
{
    /// <summary>Zeroes both.</summary>
    public void Dispose()
    {
        Doubled.Dispose();
        Before.Dispose();
    }
}
