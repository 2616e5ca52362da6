using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>The columns of all parties, cut into batches, in products with shared vectors: how they are kept is the engine's matter.</summary>
internal interface IBatchedRows : IDisposable
{
    /// <summary>X · w over a batch.</summary>
    Task<SharedVector> ScoresAsync(int batch, SharedVector weights, CancellationToken cancellation);

    /// <summary>(η / batch · X)ᵀ · e over a batch.</summary>
    Task<SharedVector> StepAsync(int batch, SharedVector errors, CancellationToken cancellation);

    /// <summary>Xᵀ · diag(w) · X over a batch, row-major; w is 1 everywhere if there is none.</summary>
    Task<SharedVector> GramAsync(int batch, SharedVector? weights, CancellationToken cancellation);
}
