using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Codes;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Correlated oblivious transfers of random bits, as many as wanted, with little communication: C[i] = a[i]·Δ + B[i] with a[i] a bit.</summary>
/// <remarks>
/// As <see cref="SilentVole"/> with noise of value one. Up to <see cref="LargestShortCount"/> transfers are made by the extension alone.
/// Steps and messages: specs/vole-silent.md. Sources: Boyle et al., eprint 2019/1159; Yang et al., Ferret, eprint 2020/924, for the
/// check; Raghuraman, Rindal, Tanguy, eprint 2023/882, for the code.
/// </remarks>
public static class SilentOt
{
    /// <summary>The most transfers of one call.</summary>
    public const int LargestCount = SilentVole.LargestCount;

    /// <summary>Up to so many the extension sends less than the trees would.</summary>
    public const int LargestShortCount = 1 << 14;

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="count">Transfers, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Δ, seeds and masks.</param>
    /// <param name="options">Context, security model, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>Δ and B, shape [count].</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static async Task<SilentOtSender> SendAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        using var extension = await OtExtensionSender.BeginAsync(
            channel, options.Extension("ot"), random, null, cancellation).ConfigureAwait(false);                             // 1   base transfers, Δ
        return await SendAsync(channel, extension, count, random, options, cancellation).ConfigureAwait(false);              // 2 to 7
    }

    /// <summary>The sender's part over an extension that has been begun, whose Δ is the result's: one set-up for any number of calls.</summary>
    /// <param name="channel">To the receiver; may be the extension's.</param>
    /// <param name="extension">This party's end, of the same security model; the receiver makes the same calls on its own.</param>
    /// <param name="count">Transfers, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Seeds, new for each call.</param>
    /// <param name="options">A context of this call alone; security model, threads.</param>
    /// <param name="cancellation">Ends the run; channel and extension are of no use afterwards.</param>
    /// <returns>Δ and B, shape [count].</returns>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static async Task<SilentOtSender> SendAsync(
        IChannel channel, OtExtensionSender extension, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        if (count <= LargestShortCount)
        {
            return new SilentOtSender(
                extension.Delta, await extension.CorrelatedAsync(count, cancellation).ConfigureAwait(false), options.Context); // 2
        }

        var parameters = SilentParameters.For(count, SilentParameters.BitNoiseWeight);
        using var mask = await extension.VectorOleAsync(MaskCount(options), cancellation).ConfigureAwait(false);             // 2   share of the mask
        var shares = new Gf128[parameters.TreeCount];
        Array.Fill(shares, extension.Delta);                                                                                 // β = 1: all of β·Δ is here
        using var leaves = await SilentSteps.SendTreesAsync(
            channel, extension, parameters, shares, random, options, cancellation).ConfigureAwait(false);                    // 3, 4 →
        if (options.Security == SecurityModel.Malicious)
        {
            await SilentSteps.AnswerAsync(
                channel, parameters, leaves, extension.Delta, mask.Span[0], options, cancellation).ConfigureAwait(false);    // 5 ←  6 →
        }

        return new SilentOtSender(extension.Delta, SilentSteps.Encode(parameters, leaves, count, options), options.Context); // 7
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="count">Transfers, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Noise positions, masks, challenge.</param>
    /// <param name="options">Context, security model, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The bits a and C, shape [count].</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static async Task<SilentOtReceiver> ReceiveAsync(
        IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        using var extension = await OtExtensionReceiver.BeginAsync(channel, options.Extension("ot"), random, cancellation).ConfigureAwait(false); // 1
        return await ReceiveAsync(channel, extension, count, random, options, cancellation).ConfigureAwait(false);           // 2 to 7
    }

    /// <summary>The receiver's part over an extension that has been begun: one set-up for any number of calls.</summary>
    /// <param name="channel">To the sender; may be the extension's.</param>
    /// <param name="extension">This party's end, of the same security model; the sender makes the same calls on its own.</param>
    /// <param name="count">Transfers, 1 to <see cref="LargestCount"/>; both parties say the same.</param>
    /// <param name="random">Noise positions, masks, challenge; new for each call.</param>
    /// <param name="options">A context of this call alone; security model, threads.</param>
    /// <param name="cancellation">Ends the run; channel and extension are of no use afterwards.</param>
    /// <returns>The bits a and C, shape [count].</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static async Task<SilentOtReceiver> ReceiveAsync(
        IChannel channel, OtExtensionReceiver extension, int count, RandomSource random, VoleOptions options, CancellationToken cancellation = default)
    {
        options.Check(count, LargestCount);
        if (count <= LargestShortCount) return await ReceiveShortAsync(extension, count, random, options, cancellation).ConfigureAwait(false); // 2
        var parameters = SilentParameters.For(count, SilentParameters.BitNoiseWeight);
        var points = NoisePoints.Draw(parameters, random);
        var masks = new Gf128[MaskCount(options)];
        random.Fill(MemoryMarshal.AsBytes(masks.AsSpan()));
        try
        {
            using var mask = await extension.VectorOleAsync(masks, cancellation).ConfigureAwait(false);                      // 2
            using var leaves = await SilentSteps.ReceiveTreesAsync(
                channel, extension, parameters, points, new Gf128[parameters.TreeCount], options, cancellation).ConfigureAwait(false); // 3, 4 ←
            if (options.Security == SecurityModel.Malicious)
            {
                Gf128[] values = [.. Enumerable.Repeat(Gf128.One, parameters.TreeCount), masks[0]];
                await SilentSteps.ChallengeAsync(
                    channel, parameters, leaves, points, values, mask.Span[0], random, options, cancellation).ConfigureAwait(false); // 5 →  6 ←
            }

            var a = EncodeBits(parameters, points, count);                                                                   // 7   a
            return new SilentOtReceiver(a, SilentSteps.Encode(parameters, leaves, count, options), options.Context);         // 7   C
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(points.AsSpan()));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(masks.AsSpan()));
        }
    }

    private static int MaskCount(VoleOptions options) => options.Security == SecurityModel.Malicious ? 1 : 0;

    private static NativeBuffer<byte> EncodeBits(SilentParameters parameters, int[] points, int count)
    {
        var word = NativeBuffer<byte>.AllocateZeroed(parameters.MessageLength);
        using var parity = NativeBuffer<byte>.AllocateZeroed(parameters.MessageLength);
        var half = parameters.TreeCount / 2;
        for (var tree = 0; tree < points.Length; tree++)
        {
            if (tree < half) word.Span[(tree << parameters.Depth) + points[tree]] = 1;
            else parity.Span[((tree - half) << parameters.Depth) + points[tree]] = 1;
        }

        using var code = new ExpandConvoluteCode(parameters.MessageLength);
        code.DualEncodeBits(word.Span, parity.Span);
        word.Shorten(count);
        return word;
    }

    private static async Task<SilentOtReceiver> ReceiveShortAsync(
        OtExtensionReceiver extension, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
    {
        var bits = BitVector.Random(count, random);
        var c = await extension.CorrelatedAsync(bits, cancellation).ConfigureAwait(false);
        var a = NativeBuffer<byte>.Allocate(count);
        for (var i = 0; i < count; i++) a.Span[i] = (byte)bits.Bit(i);
        bits.Clear();
        return new SilentOtReceiver(a, c, options.Context);
    }
}
