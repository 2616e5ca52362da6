using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What the ledger says of an algorithm: its newest version, by the operations of its provider alone.</summary>
/// <remarks>
/// Versions follow each other without a gap, from 1, withdrawals too; what does not follow counts for nothing, as a contract would refuse it.
/// </remarks>
/// <param name="Version">The newest version; 0 when there is none.</param>
/// <param name="Digest">Its salted digest; all zeros when the provider withdrew the algorithm.</param>
public readonly record struct AlgorithmHistory(int Version, Digest Digest)
{
    /// <summary>Whether the newest version can be used.</summary>
    public bool IsCurrent => Version > 0 && Digest != default;

    /// <summary>Folds what is on the page of an algorithm.</summary>
    /// <param name="page">The page whose job is the algorithm's id.</param>
    /// <param name="provider">Whose operations count.</param>
    public static AlgorithmHistory Of(JobPage page, PartyId provider)
    {
        var history = default(AlgorithmHistory);
        foreach (var next in page.Of<LedgerOperation.RegisterAlgorithm>().Where(o => o.Author == provider))
        {
            if (next.Version == history.Version + 1 && (next.Digest != default || history.IsCurrent)) history = new(next.Version, next.Digest);
        }

        return history;
    }
}
