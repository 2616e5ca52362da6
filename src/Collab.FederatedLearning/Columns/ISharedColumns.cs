using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>The columns of all parties as one matrix X of n rows, wherever they are held, and its products with shared vectors.</summary>
internal interface ISharedColumns : IDisposable
{
    /// <summary>Xᵀ · v for so many vectors: for each of them a word for each column.</summary>
    /// <param name="vectors">The vectors of n words, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> TransposedProductsAsync(SharedVector vectors, int count, CancellationToken cancellation);

    /// <summary>X · w for so many vectors: for each of them a word for each row.</summary>
    /// <param name="vectors">The vectors of a word for each column, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> ProductsAsync(SharedVector vectors, int count, CancellationToken cancellation);

    /// <summary>Shares or keeps the columns, as the engine has it cheaper.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="counts">How many columns each party has; public.</param>
    /// <param name="own">This party's, column after column; cleared.</param>
    /// <param name="rows">n; public.</param>
    /// <param name="bits">Width of the words, signed; 1 for words 0 and 1. Public.</param>
    /// <param name="cancellation">Ends the run.</param>
    static async Task<ISharedColumns> ShareAsync(IVectorEngine engine, int[] counts, ulong[] own, int rows, int bits, CancellationToken cancellation)
    {
        try
        {
            return engine is SecretSharing.TwoPartyRing.TwoPartyEngine pair
                ? new OwnedColumns(pair, counts, own, rows, bits)
                : await SharedColumns.ShareAsync(engine, counts, own, rows, cancellation).ConfigureAwait(false);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(own.AsSpan()));
        }
    }
}
