using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Codes;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Steps 3 to 7, which vector OLE and silent transfers have in common; numbers as in specs/vole-silent.md.</summary>
internal static class SilentSteps
{
    private static readonly StepId CorrectionStep = new("vole-silent.4");
    private static readonly StepId ChallengeStep = new("vole-silent.5");
    private static readonly StepId CheckStep = new("vole-silent.6");

    /// <summary>Steps 3 and 4 at the sender: grows the trees, sends their level sums by transfers and the corrections.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="extension">The transfers.</param>
    /// <param name="parameters">Sizes.</param>
    /// <param name="shares">What is added to the sum of each tree: the sender's share of the noise. Zeroed here.</param>
    /// <param name="random">Roots.</param>
    /// <param name="options">Context and threads.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<LeafVector> SendTreesAsync(
        IChannel channel, OtExtensionSender extension, SilentParameters parameters, Gf128[] shares, RandomSource random, VoleOptions options,
        CancellationToken cancellation)
    {
        var leaves = LeafVector.Allocate(parameters);
        var sums = new Gf128[2 * parameters.TransferCount];
        var totals = new Gf128[parameters.TreeCount];
        try
        {
            using (var trees = new SeedTrees(parameters, options.Context)) trees.Grow(random, leaves, sums, totals, options.Parallelism);
            Gf128Vector.Add(totals, shares, totals);
            await extension.SendAsync(sums, cancellation).ConfigureAwait(false);                             // 3 →
            await channel.SendAsync(new Corrections(totals), cancellation).ConfigureAwait(false);            // 4 →
            return leaves;
        }
        catch
        {
            leaves.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(sums.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(shares.AsSpan()));
        }
    }

    /// <summary>Steps 3 and 4 at the receiver: all leaves, the noisy ones being the sender's and β·Δ.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="extension">The transfers.</param>
    /// <param name="parameters">Sizes.</param>
    /// <param name="points">The noisy leaves.</param>
    /// <param name="shares">The receiver's share of the noise for each tree. Zeroed here.</param>
    /// <param name="options">Context and threads.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<LeafVector> ReceiveTreesAsync(
        IChannel channel, OtExtensionReceiver extension, SilentParameters parameters, int[] points, Gf128[] shares, VoleOptions options,
        CancellationToken cancellation)
    {
        var siblings = NoisePoints.Siblings(parameters, points);
        var leaves = LeafVector.Allocate(parameters);
        var totals = new Gf128[parameters.TreeCount];
        try
        {
            using var sums = await extension.ReceiveAsync(siblings, cancellation).ConfigureAwait(false);     // 3 ←
            var corrections = await channel.ReceiveAsync<Corrections>(CorrectionStep, cancellation).ConfigureAwait(false); // 4 ←
            PeerFaultException.ThrowUnless(
                corrections.Blocks.Length == parameters.TreeCount, channel.Peer, CorrectionStep, "a block for each tree");
            using (var trees = new SeedTrees(parameters, options.Context)) trees.GrowPunctured(points, sums, leaves, totals, options.Parallelism);
            for (var tree = 0; tree < points.Length; tree++) leaves.Tree(tree)[points[tree]] = totals[tree] + corrections.Blocks[tree] + shares[tree];
            return leaves;
        }
        catch
        {
            leaves.Dispose();
            throw;
        }
        finally
        {
            siblings.Clear();
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(totals.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(shares.AsSpan()));
        }
    }

    /// <summary>Steps 5 and 6 at the sender.</summary>
    public static async Task AnswerAsync(
        IChannel channel, SilentParameters parameters, LeafVector leaves, Gf128 delta, Gf128 maskShare, VoleOptions options,
        CancellationToken cancellation)
    {
        var challenge = await channel.ReceiveAsync<Challenge>(ChallengeStep, cancellation).ConfigureAwait(false);     // 5 ←  χ, masked noise
        var value = TreeCheck.Hash(challenge.Value, parameters, leaves) + maskShare + (delta * challenge.Masked);
        await channel.SendAsync(new CheckDigest(TreeCheck.DigestOf(options.Context, value)), cancellation).ConfigureAwait(false); // 6 →
    }

    /// <summary>Steps 5 and 6 at the receiver.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="parameters">Sizes.</param>
    /// <param name="leaves">All leaves.</param>
    /// <param name="points">The noisy ones.</param>
    /// <param name="values">β of each tree, and the mask.</param>
    /// <param name="maskShare">The receiver's share of the mask times Δ.</param>
    /// <param name="random">The challenge.</param>
    /// <param name="options">Context.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The sender's trees do not fit; which of them is not said.</exception>
    public static async Task ChallengeAsync(
        IChannel channel, SilentParameters parameters, LeafVector leaves, int[] points, Gf128[] values, Gf128 maskShare, RandomSource random,
        VoleOptions options, CancellationToken cancellation)
    {
        var challenge = new Gf128(random.NextUInt64(), random.NextUInt64());
        var masked = TreeCheck.HashNoise(challenge, parameters, points, values) + values[^1];
        await channel.SendAsync(new Challenge(challenge, masked), cancellation).ConfigureAwait(false);                // 5 →
        var value = TreeCheck.Hash(challenge, parameters, leaves) + maskShare;
        var found = await channel.ReceiveAsync<CheckDigest>(CheckStep, cancellation).ConfigureAwait(false);           // 6 ←
        PeerFaultException.ThrowUnless(
            found.Value == TreeCheck.DigestOf(options.Context, value), channel.Peer, CheckStep, "trees that agree with the transfers");
    }

    /// <summary>Step 7.</summary>
    public static NativeBuffer<Gf128> Encode(SilentParameters parameters, LeafVector leaves, int count, VoleOptions options)
    {
        using var code = new ExpandConvoluteCode(parameters.MessageLength);
        return leaves.Encode(code, count, options.Parallelism);
    }

    /// <summary>Step 7 at the receiver of a vector OLE: A and C with the same look-ups.</summary>
    public static VoleReceiver EncodeWithNoise(
        SilentParameters parameters, LeafVector leaves, int[] points, ReadOnlySpan<Gf128> values, int count, VoleOptions options)
    {
        using var code = new ExpandConvoluteCode(parameters.MessageLength);
        var (a, c) = leaves.EncodeWithNoise(points, values, code, count, options.Parallelism);
        return new VoleReceiver(a, c);
    }
}
