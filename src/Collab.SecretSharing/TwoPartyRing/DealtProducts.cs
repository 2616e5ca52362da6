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
    private readonly Stock _words = new(), _bits = new();

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

    /// <summary>Zeroes the stream, and triples that were not used.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _words.Left?.Dispose();
        _bits.Left?.Dispose();
    }

    private async Task<NativeBuffer<ulong>> ProductsAsync<TRing>(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        var products = NativeBuffer<ulong>.Allocate(x.Length);
        var stock = typeof(TRing) == typeof(Bits64) ? _bits : _words;
        for (var start = 0; start < x.Length;)
        {
            if (stock.Left is null) await RefillAsync<TRing>(stock, x.Length - start, cancellation).ConfigureAwait(false);
            using var triples = stock.Take(x.Length - start);
            await TripleProducts.MultiplyAsync<TRing>(_index, _peer, x, y, start, triples, products, cancellation).ConfigureAwait(false);      // 11 ↔
            start += triples.Count;
        }

        return products;
    }

    /// <summary>Steps 9 and 10: as many as are needed now, or a quarter of all that were needed so far, so that the dealer is hardly ever waited for.</summary>
    private async Task RefillAsync<TRing>(Stock stock, int needed, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        var n = (int)Math.Min(DealerRequest.Most, Math.Max(needed, stock.Total / 4));
        stock.Total += n;
        if (_index == 1) await _dealer.SendAsync(new DealerRequest(typeof(TRing) == typeof(Bits64), n), cancellation).ConfigureAwait(false); // 9 →
        NativeBuffer<ulong> a = Dealer.Draw(_stream, n), b = Dealer.Draw(_stream, n);
        stock.Left = new Triples(a, b, _index == 0 ? Dealer.Draw(_stream, n) : await WordMessages.ReceiveAsync(n, _dealer, Dealer.FactorStep, cancellation).ConfigureAwait(false)); // 10 ←
    }

    /// <summary>Triples that were dealt and not used yet; both parties have as many.</summary>
    private sealed class Stock
    {
        private int _used;

        /// <summary>What the dealer sent last; null when all of it is used.</summary>
        public Triples? Left
        {
            get;
            set => (field, _used) = (value, 0);
        }

        /// <summary>How many were dealt.</summary>
        public long Total { get; set; }

        /// <summary>The next ones, at most so many.</summary>
        public Triples Take(int most)
        {
            var left = Left!;
            var count = Math.Min(most, left.Count - _used);
            if (count == left.Count)
            {
                Left = null;
                return left;
            }

            var taken = Triples.Allocate(count);
            left.CopyTo(_used, taken, 0, count);
            _used += count;
            if (_used < left.Count) return taken;
            left.Dispose();
            Left = null;
            return taken;
        }
    }
}
