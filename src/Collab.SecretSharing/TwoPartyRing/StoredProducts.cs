using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Products by triples that the two parties made ahead, as long as there are some, then by other means: specs/preprocessing.md, steps 3 and 4.</summary>
/// <param name="index">Which of the two parties this one is.</param>
/// <param name="peer">To the other.</param>
/// <param name="stored">What both have; owned from here on.</param>
/// <param name="rest">For what is beyond; owned from here on.</param>
internal sealed class StoredProducts(int index, IChannel peer, StoredTriples stored, IProducts rest) : IProducts
{
    /// <summary>Triples taken at a time: 24 MiB.</summary>
    private const int MostAtATime = 1 << 20;

    /// <inheritdoc/>
    public BooleanEngine? Mover => rest.Mover;

    /// <inheritdoc/>
    public Task<NativeBuffer<ulong>> MultiplyAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation) =>
        ProductsAsync<Integers64>(TripleKind.Words, x, y, rest.MultiplyAsync, cancellation);

    /// <inheritdoc/>
    public Task<NativeBuffer<ulong>> AndAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation) =>
        ProductsAsync<Bits64>(TripleKind.Bits, x, y, rest.AndAsync, cancellation);

    /// <inheritdoc/>
    /// <remarks>With a triple a product of shares of which each party has one whole factor; its width saves nothing there.</remarks>
    public async Task<NativeBuffer<ulong>> MultiplyKnownAsync(NativeBuffer<ulong> own, int bits, bool chooses, CancellationToken cancellation)
    {
        using var zeros = NativeBuffer<ulong>.AllocateZeroed(own.Length);
        return await ProductsAsync<Integers64>(
            TripleKind.Words, chooses ? zeros : own, chooses ? own : zeros,
            (x, y, token) => rest.MultiplyKnownAsync(chooses ? y : x, bits, chooses, token), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>All of it with triples, or where too few are left, all of it without.</remarks>
    public Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation) => stored.Left(TripleKind.Words) >= checked(sent.Length + chosen.Length)
        ? TripleProducts.MultiplyKnownBothWaysAsync(index, sent, chosen, MultiplyAsync, cancellation)
        : rest.MultiplyKnownBothWaysAsync(sent, chosen, bits, cancellation);

    /// <inheritdoc/>
    public Task EndAsync(CancellationToken cancellation) => rest.EndAsync(cancellation);

    /// <summary>Zeroes what was claimed and not used.</summary>
    public void Dispose()
    {
        stored.Dispose();
        rest.Dispose();
    }

    private async Task<NativeBuffer<ulong>> ProductsAsync<TRing>(
        TripleKind kind, NativeBuffer<ulong> x, NativeBuffer<ulong> y,
        Func<NativeBuffer<ulong>, NativeBuffer<ulong>, CancellationToken, Task<NativeBuffer<ulong>>> beyond, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        if (stored.Left(kind) == 0) return await beyond(x, y, cancellation).ConfigureAwait(false);
        var products = NativeBuffer<ulong>.Allocate(x.Length);
        var start = 0;
        while (start < x.Length && stored.Take(kind, Math.Min(MostAtATime, x.Length - start)) is { } triples)                                 // 3
        {
            using (triples) await TripleProducts.MultiplyAsync<TRing>(index, peer, x, y, start, triples, products, cancellation).ConfigureAwait(false);
            start += triples.Count;
        }

        if (start == x.Length) return products;
        using NativeBuffer<ulong> xs = From(x, start), ys = From(y, start);
        using var last = await beyond(xs, ys, cancellation).ConfigureAwait(false);                                                            // 4
        last.Span.CopyTo(products.Span[start..]);
        return products;
    }

    private static NativeBuffer<ulong> From(NativeBuffer<ulong> words, int start)
    {
        var rest = NativeBuffer<ulong>.Allocate(words.Length - start);
        words.Span[start..].CopyTo(rest.Span);
        return rest;
    }
}
