using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Products of a matrix whose columns the two parties have in clear, some the one and some the other, with a shared vector.</content>
public sealed partial class TwoPartyEngine
{
    /// <summary>X · y for X = [X₀ | X₁], whose columns X_i party i has in clear, and a shared y: one word for each row.</summary>
    /// <param name="own">This party's columns, row-major, shape [rows, columns of this party]; signed words.</param>
    /// <param name="rows">Rows; public.</param>
    /// <param name="columns">How many columns the first party has, and the second; public.</param>
    /// <param name="y">As many words as there are columns: the first party's columns' first.</param>
    /// <param name="bits">Width of the entries, 1 to 64: in [−2^(bits−1), 2^(bits−1)). Public.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or an entry is over the declared width.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    /// <remarks>Each party multiplies its columns with its own share of y alone; with the other's share goes one product of columns for each entry, both directions at once.</remarks>
    public Task<SharedVector> OwnedMatrixProductAsync(
        ReadOnlyMemory<ulong> own, int rows, (int First, int Second) columns, SharedVector y, int bits, CancellationToken cancellation = default) =>
        OwnedAsync(own, rows, columns, y, bits, transposed: false, cancellation);

    /// <summary>Xᵀ · y for the same X and a y of one word for each row: one word for each column, the first party's first.</summary>
    /// <param name="own">As in <see cref="OwnedMatrixProductAsync"/>.</param>
    /// <param name="rows">Rows; public.</param>
    /// <param name="columns">How many columns the first party has, and the second; public.</param>
    /// <param name="y">A word for each row.</param>
    /// <param name="bits">Width of the entries.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or an entry is over the declared width.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public Task<SharedVector> OwnedTransposedProductAsync(
        ReadOnlyMemory<ulong> own, int rows, (int First, int Second) columns, SharedVector y, int bits, CancellationToken cancellation = default) =>
        OwnedAsync(own, rows, columns, y, bits, transposed: true, cancellation);

    /// <summary>diag(y) · X for the same X and a y of one word for each row: a word for each entry, the first party's columns first, each party's row-major.</summary>
    /// <param name="own">As in <see cref="OwnedMatrixProductAsync"/>.</param>
    /// <param name="rows">Rows; public.</param>
    /// <param name="columns">How many columns the first party has, and the second; public.</param>
    /// <param name="y">A word for each row.</param>
    /// <param name="bits">Width of the entries.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or an entry is over the declared width.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public async Task<SharedVector> OwnedScaledRowsAsync(
        ReadOnlyMemory<ulong> own, int rows, (int First, int Second) columns, SharedVector y, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        var (mine, theirs) = Index == 0 ? columns : (columns.Second, columns.First);
        RequireSame(own.Length, checked(rows * mine));
        RequireSame(y.Length, rows);
        var half = 1UL << (bits - 1);
        var result = SharedVector.Allocate(checked(rows * (mine + theirs)), 1);
        using NativeBuffer<ulong> chosen = NativeBuffer<ulong>.Allocate(own.Length), sent = NativeBuffer<ulong>.Allocate(checked(rows * theirs));
        for (var i = 0; i < own.Length; i++) chosen.Span[i] = Lifted(own.Span[i], half);
        Spread(y, rows, theirs, 0, transposed: true, sent.Span);
        var (ofSent, ofChosen) = await _products.MultiplyKnownBothWaysAsync(sent, chosen, bits, cancellation).ConfigureAwait(false);
        using (ofSent)
        using (ofChosen)
        {
            var (ownAt, otherAt) = Index == 0 ? (0, own.Length) : (sent.Length, 0);
            Span<ulong> to = result.Component(0), share = y.Component(0);
            for (var i = 0; i < own.Length; i++) to[ownAt + i] = unchecked(ofChosen.Span[i] + (own.Span[i] * share[i / mine]));
            for (var i = 0; i < sent.Length; i++) to[otherAt + i] = unchecked(ofSent.Span[i] - (half * sent.Span[i]));
        }

        return result;
    }

    private async Task<SharedVector> OwnedAsync(
        ReadOnlyMemory<ulong> own, int rows, (int First, int Second) columns, SharedVector y, int bits, bool transposed, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        var (mine, theirs) = Index == 0 ? columns : (columns.Second, columns.First);
        RequireSame(own.Length, checked(rows * mine));
        RequireSame(y.Length, transposed ? rows : checked(columns.First + columns.Second));
        var half = 1UL << (bits - 1);
        var (ownFirst, otherFirst) = Index == 0 ? (0, mine) : (theirs, 0);
        var result = SharedVector.Allocate(transposed ? checked(mine + theirs) : rows, 1, zeroed: true);

        // Own entries with the own share; the other's entries ask for this share, entry by entry.
        using NativeBuffer<ulong> chosen = NativeBuffer<ulong>.Allocate(own.Length), sent = NativeBuffer<ulong>.Allocate(checked(rows * theirs));
        Local(own.Span, chosen.Span, half, y, rows, mine, ownFirst, transposed, result);
        Spread(y, rows, theirs, otherFirst, transposed, sent.Span);
        var (ofSent, ofChosen) = await _products.MultiplyKnownBothWaysAsync(sent, chosen, bits, cancellation).ConfigureAwait(false);
        using (ofSent)
        using (ofChosen)
        {
            // x·y = (x + 2^(bits−1))·y − 2^(bits−1)·y: what is taken bit by bit is not negative.
            for (var i = 0; i < sent.Length; i++) ofSent.Span[i] = unchecked(ofSent.Span[i] - (half * sent.Span[i]));
            AddUp(ofChosen.Span, rows, mine, ownFirst, transposed, result);
            AddUp(ofSent.Span, rows, theirs, otherFirst, transposed, result);
        }

        return result;
    }

    private static void Local(
        ReadOnlySpan<ulong> own, Span<ulong> lifted, ulong half, SharedVector y, int rows, int columns, int first, bool transposed, SharedVector result)
    {
        Span<ulong> share = y.Component(0), to = result.Component(0);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var entry = own[(i * columns) + j];
                lifted[(i * columns) + j] = Lifted(entry, half);
                if (transposed) to[first + j] = unchecked(to[first + j] + (entry * share[i]));
                else to[i] = unchecked(to[i] + (entry * share[first + j]));
            }
        }
    }

    private static void Spread(SharedVector y, int rows, int columns, int first, bool transposed, Span<ulong> words)
    {
        var share = y.Component(0);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) words[(i * columns) + j] = share[transposed ? i : first + j];
        }
    }

    private static void AddUp(ReadOnlySpan<ulong> products, int rows, int columns, int first, bool transposed, SharedVector result)
    {
        var to = result.Component(0);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                ref var sum = ref to[transposed ? first + j : i];
                sum = unchecked(sum + products[(i * columns) + j]);
            }
        }
    }
}
