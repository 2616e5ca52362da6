using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>The sides of all rows at all splits, wherever they are held: what trees on shares need of columns.</summary>
internal interface ICandidateColumns : IDisposable
{
    /// <summary>For each of so many vectors of a word for each row, for each split, the sum over the rows that it sends to the left.</summary>
    /// <param name="vectors">The vectors, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> SumsAsync(SharedVector vectors, int count, CancellationToken cancellation);

    /// <summary>For each of so many nodes, for each row, the sum over splits of a word times the row's side: with one word 1 and the others 0, the side at that split.</summary>
    /// <param name="words">For each node, a word for each split.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> SidesAsync(SharedVector words, int nodes, CancellationToken cancellation);
}
