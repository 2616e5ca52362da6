using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>The sum of the squares of an epoch's errors: many batches' products in one round.</summary>
/// <param name="engine">This party's end.</param>
internal sealed class SquaredErrors(IVectorEngine engine) : IDisposable
{
    private const int RowsAtATime = 1 << 15; // bounds what is kept, and what goes in one round

    private readonly List<SharedVector> _errors = [], _sums = [];

    /// <summary>Takes a batch's errors, which stay in use until this object is disposed.</summary>
    public async Task AddAsync(SharedVector errors, CancellationToken cancellation)
    {
        if (_errors.Sum(batch => batch.Length) >= RowsAtATime) await FlushAsync(cancellation).ConfigureAwait(false);
        _errors.Add(errors);
    }

    /// <summary>The sum over all batches, one word.</summary>
    public async Task<SharedVector> TotalAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        using var all = SharedVectors.Concatenate(_sums);
        return SharedVectors.Total(all);
    }

    /// <summary>Zeroes what it keeps.</summary>
    public void Dispose()
    {
        foreach (var vector in _errors.Concat(_sums)) vector.Dispose();
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (_errors.Count == 0) return;
        using (var all = SharedVectors.Concatenate(_errors))
            _sums.Add(await engine.InnerProductsAsync([(all, all)], cancellation).ConfigureAwait(false));
        foreach (var batch in _errors) batch.Dispose();
        _errors.Clear();
    }
}
