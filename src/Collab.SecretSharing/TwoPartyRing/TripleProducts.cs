using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Products of shares by triples, whoever made them: specs/two-party-ring.md, step 11.</summary>
internal static class TripleProducts
{
    internal static readonly StepId DifferenceStep = new("two-party-ring.11");

    /// <summary>Shares of x[i] · y[i] from a position on, as many as there are triples; uses the triples up.</summary>
    public static async Task MultiplyAsync<TRing>(
        int index, IChannel peer, NativeBuffer<ulong> x, NativeBuffer<ulong> y, int start, Triples triples, NativeBuffer<ulong> products, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        using var own = Differences<TRing>(x, y, start, triples);
        using var theirs = await WordMessages.ExchangeAsync(own, peer, peer, DifferenceStep, cancellation).ConfigureAwait(false);              // 11 ↔
        Finish<TRing>(index, own, theirs, triples, products, start);
    }

    /// <summary>Products of what each party knows, both ways, by products of shares: first those of the first party's numbers, then those of the second's; of each factor one party's share is 0.</summary>
    public static async Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        int index, NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen,
        Func<NativeBuffer<ulong>, NativeBuffer<ulong>, CancellationToken, Task<NativeBuffer<ulong>>> multiply, CancellationToken cancellation)
    {
        var length = checked(sent.Length + chosen.Length);
        var (sentAt, chosenAt) = index == 0 ? (chosen.Length, 0) : (0, sent.Length);
        using NativeBuffer<ulong> words = NativeBuffer<ulong>.AllocateZeroed(length), numbers = NativeBuffer<ulong>.AllocateZeroed(length);
        sent.Span.CopyTo(words.Span[sentAt..]);
        chosen.Span.CopyTo(numbers.Span[chosenAt..]);
        using var products = await multiply(words, numbers, cancellation).ConfigureAwait(false);
        return (Part(products, sentAt, sent.Length), Part(products, chosenAt, chosen.Length));

        static NativeBuffer<ulong> Part(NativeBuffer<ulong> all, int start, int length)
        {
            var part = NativeBuffer<ulong>.Allocate(length);
            all.Span.Slice(start, length).CopyTo(part.Span);
            return part;
        }
    }

    /// <summary>This party's shares of d = x − a and e = y − b, one after the other.</summary>
    private static unsafe NativeBuffer<ulong> Differences<TRing>(NativeBuffer<ulong> x, NativeBuffer<ulong> y, int start, Triples triples)
        where TRing : struct, IWordRing
    {
        var own = NativeBuffer<ulong>.Allocate(checked(2 * triples.Count));
        WordKernels.Subtract<TRing>(WordKernels.Best, x.Pointer + start, triples.A.Pointer, own.Pointer, triples.Count);
        WordKernels.Subtract<TRing>(WordKernels.Best, y.Pointer + start, triples.B.Pointer, own.Pointer + triples.Count, triples.Count);
        return own;
    }

    /// <summary>z = c + d·b + e·a, and at the first party d·e besides.</summary>
    private static unsafe void Finish<TRing>(
        int index, NativeBuffer<ulong> own, NativeBuffer<ulong> theirs, Triples triples, NativeBuffer<ulong> products, int start)
        where TRing : struct, IWordRing
    {
        var n = triples.Count;
        WordKernels.Add<TRing>(WordKernels.Best, own.Pointer, theirs.Pointer, own.Pointer, 2 * n);
        ulong* d = own.Pointer, e = own.Pointer + n;

        // d·e + d·y₁ + a·e with y₁ = b, or b − e where d·e is not wanted.
        if (index == 1) WordKernels.Subtract<TRing>(WordKernels.Best, triples.B.Pointer, e, triples.B.Pointer, n);
        using var zeros = NativeBuffer<ulong>.AllocateZeroed(n);
        WordKernels.ReplicatedProduct<TRing>(
            WordKernels.Best, d, triples.A.Pointer, e, triples.B.Pointer, triples.C.Pointer, zeros.Pointer, products.Pointer + start, n);
    }
}
