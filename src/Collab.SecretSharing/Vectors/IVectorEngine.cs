using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>One party's end of a computation on shared vectors over Z modulo 2^64 and over bits, whatever protocol is behind it.</summary>
/// <remarks>
/// All parties call the same operations in the same order, with the same lengths. One operation at a time; what can go in one round is
/// given in one call. Here is only what depends on the protocol; what is local is in <see cref="SharedVectors"/>, and comparisons,
/// fixed-point numbers and sorting are built on these operations and run on every engine. An engine zeroes what it holds when disposed.
/// Every operation throws <see cref="PeerFaultException"/> when another party broke the protocol and
/// <see cref="ArgumentException"/> when lengths do not fit; the inputs stay the caller's.
/// </remarks>
public interface IVectorEngine : IDisposable
{
    /// <summary>The parties in the order in which the engine numbers them; the same at each.</summary>
    IReadOnlyList<PartyId> Parties { get; }

    /// <summary>This party's number.</summary>
    int Index { get; }

    /// <summary>How strong one of the parties may be.</summary>
    SecurityModel Security { get; }

    /// <summary>Components of every sharing that this party holds.</summary>
    int ComponentCount { get; }

    /// <summary>Which of this party's components takes a public constant; −1 when none does.</summary>
    int ConstantComponent { get; }

    /// <summary>Whether it shuffles.</summary>
    bool CanShuffle => true;

    /// <summary>Whether it sorts by shuffles. One that does not still sorts, by comparisons: log₂² of the rows instead of their bits.</summary>
    bool SortsByShuffle => CanShuffle;

    /// <summary>Shares the words of one party.</summary>
    /// <param name="owner">Who gives them.</param>
    /// <param name="words">The words at the owner; ignored elsewhere.</param>
    /// <param name="length">How many; public.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> InputAsync(PartyId owner, ReadOnlyMemory<ulong> words, int length, CancellationToken cancellation = default);

    /// <summary>Shares the lowest bits of the words of one party.</summary>
    /// <param name="owner">Who gives them.</param>
    /// <param name="words">The words at the owner; ignored elsewhere.</param>
    /// <param name="length">How many; public.</param>
    /// <param name="bits">Bits of each, 1 to 64.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedBitVector> InputBitsAsync(PartyId owner, ReadOnlyMemory<ulong> words, int length, int bits, CancellationToken cancellation = default);

    /// <summary>Checks all that came before, on an engine with checks. Every opening does it too; alone it bounds what is kept, and can be measured.</summary>
    Task CheckAsync(CancellationToken cancellation = default);

    /// <summary>Opens a vector to the named parties alone; null at the others. A checking engine first checks all that came before.</summary>
    Task<ulong[]?> OpenAsync(SharedVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default);

    /// <summary>As <see cref="OpenAsync"/> for elements of at most 64 bits, as words.</summary>
    Task<ulong[]?> OpenBitsAsync(SharedBitVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default);

    /// <summary>x[i] · y[i] of every pair of vectors, in one round.</summary>
    Task<SharedVector[]> MultiplyAsync(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default);

    /// <summary>Σ over the pairs of x[i] · y[i], one vector, in one round and for the price of one product.</summary>
    Task<SharedVector> SumOfProductsAsync(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default);

    /// <summary>Σ x[i] · y[i] of every pair, one word each, in one round.</summary>
    Task<SharedVector> InnerProductsAsync(IReadOnlyList<(SharedVector X, SharedVector Y)> pairs, CancellationToken cancellation = default);

    /// <summary>x · y for matrices [rows, inner] and [inner, columns], row-major, in one round.</summary>
    Task<SharedVector> MatrixProductAsync(
        SharedVector x, SharedVector y, int rows, int inner, int columns, CancellationToken cancellation = default);

    /// <summary>x and y, bit by bit, of every pair, in one round.</summary>
    Task<SharedBitVector[]> AndAsync(IReadOnlyList<(SharedBitVector X, SharedBitVector Y)> pairs, CancellationToken cancellation = default);

    /// <summary>Shared bits of two integers whose sum is x modulo 2^<paramref name="bits"/>; at most one round.</summary>
    Task<(SharedBitVector A, SharedBitVector B)> SplitAsync(SharedVector x, int bits, CancellationToken cancellation = default);

    /// <summary>The bits as words 0 and 1: plane after plane, Planes · Length words.</summary>
    Task<SharedVector> ToWordsAsync(SharedBitVector bits, CancellationToken cancellation = default);

    /// <summary>⌊x / 2^<paramref name="bits"/>⌋, exact, for x in [−2^62, 2^62) as two's complement.</summary>
    Task<SharedVector> ShiftRightAsync(SharedVector x, int bits, CancellationToken cancellation = default);

    /// <summary>x / 2^<paramref name="bits"/> as one of the two integers next to it, for x in [−2^62, 2^62): on most engines at random, so that the mean is exact, and at a fraction of the price of a shift.</summary>
    Task<SharedVector> RoundAsync(SharedVector x, int bits, CancellationToken cancellation = default);

    /// <summary>min(max(m, 0), <paramref name="limit"/>) for the same m as <see cref="RoundAsync"/> gives and the same x.</summary>
    /// <param name="x">n words in [−2^62, 2^62).</param>
    /// <param name="bits">1 to 60.</param>
    /// <param name="limit">1 to 2^(62 − bits).</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<SharedVector> ClampAsync(SharedVector x, int bits, ulong limit, CancellationToken cancellation = default);

    /// <summary>Σ c_k · sin(2π·k·x[i] / 2^<paramref name="periodBits"/>) over k = 1, 2, …, with 52 fraction bits: wrong by less than 2^-22 · Σ |c_k| + 2^-30 · m for m coefficients.</summary>
    /// <param name="x">n words.</param>
    /// <param name="periodBits">The period, 1 to 64 bits.</param>
    /// <param name="coefficients">c₁ to c_m; public.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="NotSupportedException">The engine checks its parties.</exception>
    Task<SharedVector> SineSeriesAsync(SharedVector x, int periodBits, ReadOnlyMemory<double> coefficients, CancellationToken cancellation = default);

    /// <summary>All vectors, of words and of elements of at most 64 bits, in one new order that no party knows.</summary>
    /// <exception cref="NotSupportedException">Not <see cref="CanShuffle"/>.</exception>
    Task<(SharedVector[] Vectors, SharedBitVector[] Bits)> ShuffleAsync(
        IReadOnlyList<SharedVector> vectors, IReadOnlyList<SharedBitVector> bits, CancellationToken cancellation = default);
}
