using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Products by triples that a dealer deals: specs/two-party-ring.md, steps 8 to 11.</summary>
internal sealed class DealtProducts : IProducts
{
    internal static readonly StepId DifferenceStep = new("two-party-ring.11");

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
    /// <remarks>First the products of the first party's numbers, then those of the second's; of each factor one party's share is 0.</remarks>
    public async Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation)
    {
        var length = checked(sent.Length + chosen.Length);
        var (sentAt, chosenAt) = _index == 0 ? (chosen.Length, 0) : (0, sent.Length);
        using NativeBuffer<ulong> words = NativeBuffer<ulong>.AllocateZeroed(length), numbers = NativeBuffer<ulong>.AllocateZeroed(length);
        sent.Span.CopyTo(words.Span[sentAt..]);
        chosen.Span.CopyTo(numbers.Span[chosenAt..]);
        using var products = await MultiplyAsync(words, numbers, cancellation).ConfigureAwait(false);
        return (Part(products, sentAt, sent.Length), Part(products, chosenAt, chosen.Length));

        static NativeBuffer<ulong> Part(NativeBuffer<ulong> all, int start, int length)
        {
            var part = NativeBuffer<ulong>.Allocate(length);
            all.Span.Slice(start, length).CopyTo(part.Span);
            return part;
        }
    }

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
            using NativeBuffer<ulong> a = Dealer.Draw(_stream, n), b = Dealer.Draw(_stream, n);
            using var c = _index == 0 ? Dealer.Draw(_stream, n) : await WordMessages.ReceiveAsync(n, _dealer, Dealer.FactorStep, cancellation).ConfigureAwait(false); // 10 ←
            using var own = Differences<TRing>(x, y, start, a, b);
            using var theirs = await WordMessages.ExchangeAsync(own, _peer, _peer, DifferenceStep, cancellation).ConfigureAwait(false);        // 11 ↔
            Finish<TRing>(own, theirs, a, b, c, products, start);
        }

        return products;
    }

    /// <summary>This party's shares of d = x − a and e = y − b, one after the other.</summary>
    private static unsafe NativeBuffer<ulong> Differences<TRing>(NativeBuffer<ulong> x, NativeBuffer<ulong> y, int start, NativeBuffer<ulong> a, NativeBuffer<ulong> b)
        where TRing : struct, IWordRing
    {
        var own = NativeBuffer<ulong>.Allocate(checked(2 * a.Length));
        WordKernels.Subtract<TRing>(WordKernels.Best, x.Pointer + start, a.Pointer, own.Pointer, a.Length);
        WordKernels.Subtract<TRing>(WordKernels.Best, y.Pointer + start, b.Pointer, own.Pointer + a.Length, a.Length);
        return own;
    }

    /// <summary>z = c + d·b + e·a, and at the first party d·e besides.</summary>
    private unsafe void Finish<TRing>(
        NativeBuffer<ulong> own, NativeBuffer<ulong> theirs, NativeBuffer<ulong> a, NativeBuffer<ulong> b, NativeBuffer<ulong> c, NativeBuffer<ulong> products, int start)
        where TRing : struct, IWordRing
    {
        var n = a.Length;
        WordKernels.Add<TRing>(WordKernels.Best, own.Pointer, theirs.Pointer, own.Pointer, 2 * n);
        ulong* d = own.Pointer, e = own.Pointer + n;

        // d·e + d·y₁ + a·e with y₁ = b, or b − e where d·e is not wanted.
        if (_index == 1) WordKernels.Subtract<TRing>(WordKernels.Best, b.Pointer, e, b.Pointer, n);
        using var zeros = NativeBuffer<ulong>.AllocateZeroed(n);
        WordKernels.ReplicatedProduct<TRing>(WordKernels.Best, d, a.Pointer, e, b.Pointer, c.Pointer, zeros.Pointer, products.Pointer + start, n);
    }
}
