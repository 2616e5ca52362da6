using System.Globalization;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Transfers by silent OT, semi-honest: almost nothing on the wire, more to compute. Every call makes its own base transfers.</summary>
/// <param name="channel">To the other party; each call opens a fork.</param>
/// <param name="random">All randomness of this party.</param>
/// <param name="context">Names this run, the same at both and never used twice.</param>
/// <param name="parallelism">Threads.</param>
public sealed class SilentTransfers(IChannel channel, RandomSource random, Digest context, int parallelism = 1) : ICorrelatedTransfers
{
    private int _calls;

    /// <inheritdoc/>
    public async Task<TransferSenderBatch> SendAsync(int count, CancellationToken cancellation = default)
    {
        var (label, options) = Next();
        var fork = channel.Fork(label);
        await using (fork.ConfigureAwait(false))
        {
            var sent = await SilentOt.SendAsync(fork, count, random, options, cancellation).ConfigureAwait(false);
            return new(sent.Delta, sent.B);
        }
    }

    /// <inheritdoc/>
    public async Task<TransferReceiverBatch> ReceiveAsync(int count, CancellationToken cancellation = default)
    {
        var (label, options) = Next();
        var fork = channel.Fork(label);
        await using (fork.ConfigureAwait(false))
        {
            var received = await SilentOt.ReceiveAsync(fork, count, random, options, cancellation).ConfigureAwait(false);
            using var choices = received.A;
            return new(Pack(choices.Span), received.C);
        }
    }

    private (string Label, VoleOptions Options) Next()
    {
        var number = (_calls++).ToString(CultureInfo.InvariantCulture);
        return ("transfers-" + number, new VoleOptions(Digest.Of("collab.boolean-sharing.silent-" + number, context.ToArray()))
        {
            Security = SecurityModel.SemiHonest,
            Parallelism = parallelism,
        });
    }

    private static BitVector Pack(ReadOnlySpan<byte> bits)
    {
        var packed = new BitVector(bits.Length);
        for (var i = 0; i < bits.Length; i++) packed.Words[i >> 6] |= (ulong)(bits[i] & 1) << (i & 63);
        return packed;
    }
}
