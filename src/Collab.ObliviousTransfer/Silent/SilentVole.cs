using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Vector OLE over GF(2^128) of any length with little communication: C = A·Δ + B, the sender holding Δ and B, the receiver A and C.</summary>
/// <remarks>
/// A pseudorandom correlation generator: a short OLE on the values of a sparse vector, seed trees that hide its positions, and the dual
/// encoder of an Expand-Convolute code. Semi-honest, or malicious with a check of the extension and of the trees; a cheating sender may
/// guess at noise positions and is caught for every guess that is wrong. Steps and messages: specs/vole-silent.md. Sources: Boyle et al.,
/// eprint 2019/1159; Weng et al., eprint 2020/925, for the check; Raghuraman, Rindal, Tanguy, eprint 2023/882, for the code.
/// </remarks>
public static class SilentVole
{
    /// <summary>The most correlations of one call.</summary>
    public const int LargestCount = 1 << 28;

    private static readonly StepId CorrectionStep = new("vole-silent.4");
    private static readonly StepId ChallengeStep = new("vole-silent.5");
    private static readonly StepId CheckStep = new("vole-silent.6");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="count">Correlations, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Δ, seeds and masks.</param>
    /// <param name="options">Context, security model, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>Δ and B, shape [count].</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static async Task<VoleSender> SendAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        Check(count, options);
        var parameters = SilentParameters.For(count);
        using var extension = await OtExtensionSender.BeginAsync(
            channel, ExtensionOptions(options), random, null, cancellation).ConfigureAwait(false);                  // 1   base transfers, Δ
        using var noise = await extension.VectorOleAsync(SilentParameters.NoiseWeight + 1, cancellation).ConfigureAwait(false); // 2   shares of β·Δ
        var leaves = NativeBuffer<Gf128>.Allocate(parameters.LeafCount);
        try
        {
            var sums = new Gf128[2 * parameters.Depth * SilentParameters.NoiseWeight];
            var corrections = new Gf128[SilentParameters.NoiseWeight];
            Grow(parameters, random, noise.Span, leaves.Span, sums, corrections);
            await extension.SendAsync(sums, cancellation).ConfigureAwait(false);                                    // 3 →  level sums, by OT
            await channel.SendAsync(new Corrections(corrections), cancellation).ConfigureAwait(false);              // 4 →
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(sums.AsSpan()));
            if (options.Security == SecurityModel.Malicious)
            {
                var challenge = await channel.ReceiveAsync<Block>(ChallengeStep, cancellation).ConfigureAwait(false);   // 5 ←  χ, masked Σ χ·β
                var masked = await channel.ReceiveAsync<Block>(ChallengeStep, cancellation).ConfigureAwait(false);
                var value = HashLeaves(challenge.Value, leaves.Span) + noise.Span[^1] + (extension.Delta * masked.Value);
                await channel.SendAsync(new CheckDigest(DigestOf(options.Context, value)), cancellation).ConfigureAwait(false); // 6 →
            }

            parameters.Code(CodeSeed(options.Context)).Encode(leaves.Span[..(2 * parameters.MessageLength)]);       // 7
            leaves.Shorten(count);
            return new VoleSender(extension.Delta, leaves);
        }
        catch
        {
            leaves.Dispose();
            throw;
        }
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="count">Correlations, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Noise positions and values, masks, challenge.</param>
    /// <param name="options">Context, security model, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>A and C, shape [count].</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static async Task<VoleReceiver> ReceiveAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        Check(count, options);
        var parameters = SilentParameters.For(count);
        var points = Points(parameters, random);
        var values = new Gf128[SilentParameters.NoiseWeight + 1];                                                  // β, and the mask of the check
        random.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
        using var extension = await OtExtensionReceiver.BeginAsync(
            channel, ExtensionOptions(options), random, cancellation).ConfigureAwait(false);                       // 1
        using var noise = await extension.VectorOleAsync(values, cancellation).ConfigureAwait(false);              // 2
        using var sums = await extension.ReceiveAsync(Siblings(parameters, points), cancellation).ConfigureAwait(false); // 3 ←
        var corrections = await channel.ReceiveAsync<Corrections>(CorrectionStep, cancellation).ConfigureAwait(false); // 4 ←
        NativeBuffer<Gf128>? leaves = null, sparse = null;
        try
        {
            leaves = NativeBuffer<Gf128>.Allocate(parameters.LeafCount);
            GrowPunctured(parameters, points, sums.Span, corrections.Blocks, noise.Span, leaves.Span);
            if (options.Security == SecurityModel.Malicious)
            {
                var challenge = Random(random);
                await channel.SendAsync(new Block(challenge), cancellation).ConfigureAwait(false);                 // 5 →
                await channel.SendAsync(new Block(HashNoise(challenge, parameters, points, values)), cancellation).ConfigureAwait(false);
                var value = HashLeaves(challenge, leaves.Span) + noise.Span[^1];
                var found = await channel.ReceiveAsync<CheckDigest>(CheckStep, cancellation).ConfigureAwait(false); // 6 ←
                PeerFaultException.ThrowUnless(
                    found.Value == DigestOf(options.Context, value), channel.Peer, CheckStep, "trees that agree with the transfers");
            }

            sparse = NativeBuffer<Gf128>.AllocateZeroed(2 * parameters.MessageLength);
            for (var i = 0; i < points.Length; i++) sparse.Span[(i * parameters.TreeLength) + points[i]] = values[i];
            parameters.Code(CodeSeed(options.Context)).Encode(leaves.Span[..(2 * parameters.MessageLength)], sparse.Span); // 7
            leaves.Shorten(count);
            sparse.Shorten(count);
            return new VoleReceiver(sparse, leaves);
        }
        catch
        {
            leaves?.Dispose();
            sparse?.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(points.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    /// <summary>All trees, their level sums, and corrections Σ leaves + B.</summary>
    private static void Grow(
        SilentParameters parameters, RandomSource random, ReadOnlySpan<Gf128> noise, Span<Gf128> leaves, Span<Gf128> sums, Span<Gf128> corrections)
    {
        using var trees = new SeedTrees(parameters);
        for (var tree = 0; tree < SilentParameters.NoiseWeight; tree++)
        {
            var own = leaves.Slice(tree * parameters.TreeLength, parameters.TreeLength);
            var levels = sums.Slice(2 * parameters.Depth * tree, 2 * parameters.Depth);
            trees.Grow(Random(random), own, levels);
            corrections[tree] = noise[tree] + Sum(own);
        }
    }

    /// <summary>All trees but the noisy leaves, which become leaf + β·Δ by the corrections.</summary>
    private static void GrowPunctured(
        SilentParameters parameters, ReadOnlySpan<int> points, ReadOnlySpan<Gf128> sums, ReadOnlySpan<Gf128> corrections, ReadOnlySpan<Gf128> noise,
        Span<Gf128> leaves)
    {
        using var trees = new SeedTrees(parameters);
        for (var tree = 0; tree < points.Length; tree++)
        {
            var own = leaves.Slice(tree * parameters.TreeLength, parameters.TreeLength);
            trees.GrowPunctured(points[tree], sums.Slice(tree * parameters.Depth, parameters.Depth), own);
            own[points[tree]] = corrections[tree] + noise[tree] + Sum(own);
        }
    }

    /// <summary>One uniform position in each block of 2n; the last block may be shorter.</summary>
    private static int[] Points(SilentParameters parameters, RandomSource random)
    {
        var points = new int[SilentParameters.NoiseWeight];
        for (var tree = 0; tree < points.Length; tree++)
        {
            var used = Math.Min(parameters.TreeLength, (2 * parameters.MessageLength) - (tree * parameters.TreeLength));
            var lean = unchecked(0UL - (ulong)used) % (ulong)used;                      // 2^64 mod used: draws below it would lean
            ulong draw;
            do draw = random.NextUInt64();
            while (draw < lean);
            points[tree] = (int)(draw % (ulong)used);
        }

        return points;
    }

    /// <summary>For each tree and level the side that the path to the point does not take.</summary>
    private static BitVector Siblings(SilentParameters parameters, ReadOnlySpan<int> points)
    {
        var choices = new BitVector(points.Length * parameters.Depth);
        for (var tree = 0; tree < points.Length; tree++)
        {
            for (var level = 1; level <= parameters.Depth; level++)
            {
                var at = (tree * parameters.Depth) + level - 1;
                choices.Words[at >> 6] |= (ulong)(((points[tree] >> (parameters.Depth - level)) & 1) ^ 1) << (at & 63);
            }
        }

        return choices;
    }

    /// <summary>Σ χ^(i+1)·leaf[i] by Horner's rule over pieces, so that the powers of a piece are made once.</summary>
    private static Gf128 HashLeaves(Gf128 challenge, ReadOnlySpan<Gf128> leaves)
    {
        var powers = Powers(challenge, Math.Min(PieceLength, leaves.Length));
        var sum = Gf128.Zero;
        var end = leaves.Length;
        while (end > 0)
        {
            var start = (end - 1) / PieceLength * PieceLength;                          // from the last piece, which may be shorter
            var piece = leaves[start..end];
            sum = (sum * powers[Math.Min(PieceLength, leaves.Length) - 1]) + Gf128Vector.InnerProduct(powers.AsSpan(0, piece.Length), piece);
            end = start;
        }

        return sum;
    }

    private const int PieceLength = 1 << 12;

    private static Gf128[] Powers(Gf128 challenge, int count)
    {
        var powers = new Gf128[count];
        powers[0] = challenge;
        for (var i = 1; i < count; i++) powers[i] = powers[i - 1] * challenge;
        return powers;
    }

    /// <summary>Σ χ^(position+1)·β and the mask.</summary>
    private static Gf128 HashNoise(Gf128 challenge, SilentParameters parameters, ReadOnlySpan<int> points, ReadOnlySpan<Gf128> values)
    {
        var sum = values[^1];
        for (var tree = 0; tree < points.Length; tree++)
            sum += Power(challenge, (uint)((tree * parameters.TreeLength) + points[tree] + 1)) * values[tree];
        return sum;
    }

    /// <summary>χ^exponent with the same operations for every exponent of 32 bits: the exponent is secret.</summary>
    private static Gf128 Power(Gf128 challenge, uint exponent)
    {
        var result = Gf128.One;
        for (var bit = 31; bit >= 0; bit--)
        {
            result *= result;
            var mask = unchecked(0UL - ((exponent >> bit) & 1));
            var factor = new Gf128((challenge.Low & mask) | (~mask & 1), challenge.High & mask);
            result *= factor;
        }

        return result;
    }

    private static Gf128 Sum(ReadOnlySpan<Gf128> blocks)
    {
        var sum = Gf128.Zero;
        foreach (var block in blocks) sum += block;
        return sum;
    }

    private static Gf128 Random(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        random.Fill(bytes);
        return Gf128.Read(bytes);
    }

    private static OtExtensionOptions ExtensionOptions(VoleOptions options) =>
        new(Digest.Of("collab.vole-silent.extension.v1", options.Context.ToArray())) { Security = options.Security };

    private static Gf128 CodeSeed(Digest context) => Gf128.Read(Digest.Of("collab.vole-silent.code.v1", context.ToArray()).ToArray());

    private static Digest DigestOf(Digest context, Gf128 value)
    {
        Span<byte> input = stackalloc byte[Digest.Size + Gf128.Size];
        context.CopyTo(input);
        value.Write(input[Digest.Size..]);
        return Digest.Of("collab.vole-silent.check.v1", input);
    }

    private static void Check(int count, VoleOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LargestCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1);
    }
}
