using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>A third party that deals the two parties of a <see cref="TwoPartyEngine"/> their multiplication triples, and sees nothing of what they compute but how much.</summary>
/// <remarks>
/// Semi-honest, and **trusted**: a dealer that colludes with one of the parties tells it all the other's values; one that deals wrong triples makes results wrong, unnoticed.
/// Source: D. Beaver, CRYPTO 1991 (triples) and STOC 1997 (who sells them); specs/two-party-ring.md, "With a dealer".
/// </remarks>
public static class Dealer
{
    internal static readonly StepId SeedStep = new("two-party-ring.8");
    internal static readonly StepId RequestStep = new("two-party-ring.9");
    internal static readonly StepId FactorStep = new("two-party-ring.10");

    /// <summary>The dealer's part, to the end of the parties' run.</summary>
    /// <param name="first">A channel to the first party, used for nothing else. Not disposed here.</param>
    /// <param name="second">To the second.</param>
    /// <param name="random">All of the dealer's randomness.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PeerFaultException">The second party broke a step.</exception>
    /// <remarks>Eight bytes to the second party for each product, 1/8 byte for each conjunction. Memory: six factors of a request, 48 MiB.</remarks>
    public static async Task ServeAsync(IChannel first, IChannel second, RandomSource random, CancellationToken cancellation = default)
    {
        using AesPrg one = await SendSeedAsync(first, random, cancellation).ConfigureAwait(false), other = await SendSeedAsync(second, random, cancellation).ConfigureAwait(false);
        while (true)
        {
            var request = await second.ReceiveAsync<DealerRequest>(RequestStep, cancellation).ConfigureAwait(false);                      // 9 ←
            if (request.Count == 0) return;
            using var factor = request.OfBits ? LastFactor<Bits64>(one, other, request.Count) : LastFactor<Integers64>(one, other, request.Count);
            await WordMessages.SendAsync(factor, second, cancellation).ConfigureAwait(false);                 // 10 →
        }
    }

    private static async Task<AesPrg> SendSeedAsync(IChannel to, RandomSource random, CancellationToken cancellation)
    {
        using var seed = NativeBuffer<ulong>.Allocate(2);
        random.Fill(MemoryMarshal.AsBytes(seed.Span));
        await WordMessages.SendAsync(seed, to, cancellation).ConfigureAwait(false);                             // 8 →
        return new AesPrg(new Gf128(seed.Span[0], seed.Span[1]));
    }

    /// <summary>c₁ = (a₀ + a₁)·(b₀ + b₁) − c₀, from the parties' streams.</summary>
    private static unsafe NativeBuffer<ulong> LastFactor<TRing>(AesPrg one, AesPrg other, int n)
        where TRing : struct, IWordRing
    {
        using NativeBuffer<ulong> a0 = Draw(one, n), b0 = Draw(one, n), c0 = Draw(one, n), a1 = Draw(other, n), b1 = Draw(other, n);
        WordKernels.Add<TRing>(WordKernels.Best, a0.Pointer, a1.Pointer, a0.Pointer, n);
        WordKernels.Add<TRing>(WordKernels.Best, b0.Pointer, b1.Pointer, b0.Pointer, n);
        var c1 = NativeBuffer<ulong>.Allocate(n);
        WordKernels.Multiply<TRing>(WordKernels.Best, a0.Pointer, b0.Pointer, c1.Pointer, n);
        WordKernels.Subtract<TRing>(WordKernels.Best, c1.Pointer, c0.Pointer, c1.Pointer, n);
        return c1;
    }

    /// <summary>The next words of a stream; a factor begins at a whole block, at the dealer as at the party.</summary>
    internal static NativeBuffer<ulong> Draw(AesPrg stream, int n)
    {
        var words = NativeBuffer<ulong>.Allocate(n);
        stream.Fill(MemoryMarshal.AsBytes(words.Span));
        return words;
    }
}
