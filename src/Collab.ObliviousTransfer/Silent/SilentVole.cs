using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Vector OLE over GF(2^128) of any length with little communication: C = A·Δ + B, the sender holding Δ and B, the receiver A and C.</summary>
/// <remarks>
/// A pseudorandom correlation generator: a short OLE on the values of a sparse vector, seed trees that hide its positions, and the dual
/// encoder of an Expand-Convolute code. Semi-honest, or malicious with a check of the extension and of the trees; a cheating sender may
/// guess at noise positions and is caught for every guess that is wrong. Up to <see cref="LargestShortCount"/> elements are made by the
/// short OLE alone. Steps and messages: specs/vole-silent.md. Sources: Boyle et al., eprint 2019/1159; Weng et al., eprint 2020/925, for
/// the check; Raghuraman, Rindal, Tanguy, eprint 2023/882, for the code.
/// </remarks>
public static class SilentVole
{
    /// <summary>The most correlations of one call.</summary>
    public const int LargestCount = 1 << 27;

    /// <summary>Up to so many the short OLE sends less than the trees would.</summary>
    public const int LargestShortCount = 1024;

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="count">Correlations, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Δ, seeds and masks.</param>
    /// <param name="options">Context, security model, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>Δ and B, shape [count].</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Memory beside the result: as much again while it is made.</remarks>
    public static async Task<VoleSender> SendAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        using var extension = await OtExtensionSender.BeginAsync(
            channel, options.Extension("vole"), random, null, cancellation).ConfigureAwait(false);                           // 1   base transfers, Δ
        if (count <= LargestShortCount)
        {
            return new VoleSender(extension.Delta, await extension.VectorOleAsync(count, cancellation).ConfigureAwait(false)); // 2
        }

        var parameters = SilentParameters.For(count, SilentParameters.FieldNoiseWeight);
        using var noise = await extension.VectorOleAsync(parameters.TreeCount + 1, cancellation).ConfigureAwait(false);      // 2   shares of β·Δ, and of the mask
        using var leaves = await SilentSteps.SendTreesAsync(
            channel, extension, parameters, noise.Span[..^1].ToArray(), random, options, cancellation).ConfigureAwait(false); // 3, 4 →
        if (options.Security == SecurityModel.Malicious)
        {
            await SilentSteps.AnswerAsync(
                channel, parameters, leaves, extension.Delta, noise.Span[^1], options, cancellation).ConfigureAwait(false);  // 5 ←  6 →
        }

        return new VoleSender(extension.Delta, SilentSteps.Encode(parameters, leaves, count, options));                      // 7
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
    /// <remarks>Memory beside the result: as much again while it is made.</remarks>
    public static async Task<VoleReceiver> ReceiveAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        using var extension = await OtExtensionReceiver.BeginAsync(channel, options.Extension("vole"), random, cancellation).ConfigureAwait(false); // 1
        if (count <= LargestShortCount) return await ReceiveShortAsync(extension, count, random, cancellation).ConfigureAwait(false); // 2
        var parameters = SilentParameters.For(count, SilentParameters.FieldNoiseWeight);
        var points = NoisePoints.Draw(parameters, random);
        var values = new Gf128[parameters.TreeCount + 1];                                                                    // β, and the mask of the check
        random.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
        try
        {
            using var noise = await extension.VectorOleAsync(values, cancellation).ConfigureAwait(false);                    // 2
            using var leaves = await SilentSteps.ReceiveTreesAsync(
                channel, extension, parameters, points, noise.Span[..^1].ToArray(), options, cancellation).ConfigureAwait(false); // 3, 4 ←
            if (options.Security == SecurityModel.Malicious)
            {
                await SilentSteps.ChallengeAsync(
                    channel, parameters, leaves, points, values, noise.Span[^1], random, options, cancellation).ConfigureAwait(false); // 5 →  6 ←
            }

            return SilentSteps.EncodeWithNoise(parameters, leaves, points, values, count, options);                          // 7   A, C
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(points.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    private static async Task<VoleReceiver> ReceiveShortAsync(
        OtExtensionReceiver extension, int count, RandomSource random, CancellationToken cancellation)
    {
        var values = new Gf128[count];
        random.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
        var c = await extension.VectorOleAsync(values, cancellation).ConfigureAwait(false);
        var a = NativeBuffer<Gf128>.Allocate(count);
        values.CopyTo(a.Span);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values.AsSpan()));
        return new VoleReceiver(a, c);
    }
}
