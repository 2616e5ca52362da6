using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Products by triples that a dealer deals: specs/two-party-ring.md, steps 8 to 11.</summary>
internal sealed class DealtProducts : IProducts
{
    private readonly int _index;
    private readonly IChannel _peer, _dealer;
    private readonly AesPrg _stream;

    private DealtProducts(int index, IChannel peer, IChannel dealer, AesPrg stream) => (_index, _peer, _dealer, _stream) = (index, peer, dealer, stream);

    /// <summary>Receives this party's seed.</summary>
    public static async Task<DealtProducts> OpenAsync(int index, IChannel peer, IChannel dealer, CancellationToken cancellation)
    {
        using var seed = await WordMessages.ReceiveAsync(2, dealer, Dealer.SeedStep, cancellation).ConfigureAwait(false);               // 8 ←
        return new(index, peer, dealer, new AesPrg(new Gf128(seed.Span[0], seed.Span[1])));
    }

    /// <inheritdoc/>
    public BooleanEngine? Mover => null;

    /// <inheritdoc/>
    public Task<NativeBuffer<ulong>> MultiplyAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation) =>
        ProductsAsync<Integers64>(x, y, cancellation);

    /// <inheritdoc/>
    public Task<NativeBuffer<ulong>> AndAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation) =>
        ProductsAsync<Bits64>(x, y, cancellation);

    /// <inheritdoc/>
    /// <remarks>A product of shares of which each party has one whole factor; its width saves nothing here.</remarks>
    public async Task<NativeBuffer<ulong>> MultiplyKnownAsync(NativeBuffer<ulong> own, int bits, bool chooses, CancellationToken cancellation)
    {
        using var zeros = NativeBuffer<ulong>.AllocateZeroed(own.Length);
        return await (chooses ? MultiplyAsync(zeros, own, cancellation) : MultiplyAsync(own, zeros, cancellation)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation) =>
        TripleProducts.MultiplyKnownBothWaysAsync(_index, sent, chosen, MultiplyAsync, cancellation);

    /// <inheritdoc/>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if (_index == 1) await _dealer.SendAsync(new DealerRequest(false, 0), cancellation).ConfigureAwait(false);                        // 9 →
    }

    /// <summary>Zeroes the stream.</summary>
    public void Dispose() => _stream.Dispose();

    private async Task<NativeBuffer<ulong>> ProductsAsync<TRing>(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        var products = NativeBuffer<ulong>.Allocate(x.Length);
        for (var start = 0; start < x.Length; start += DealerRequest.Most)
        {
            var n = Math.Min(DealerRequest.Most, x.Length - start);
            if (_index == 1) await _dealer.SendAsync(new DealerRequest(typeof(TRing) == typeof(Bits64), n), cancellation).ConfigureAwait(false); // 9 →
            NativeBuffer<ulong> a = Dealer.Draw(_stream, n), b = Dealer.Draw(_stream, n);
            using var triples = new Triples(a, b, _index == 0 ? Dealer.Draw(_stream, n) : await WordMessages.ReceiveAsync(n, _dealer, Dealer.FactorStep, cancellation).ConfigureAwait(false)); // 10 ←
            await TripleProducts.MultiplyAsync<TRing>(_index, _peer, x, y, start, triples, products, cancellation).ConfigureAwait(false);      // 11 ↔
        }

        return products;
    }
}
