using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer;
using Collab.ObliviousTransfer.Extension;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Transfers of a pair of parties, semi-honest, by OT extension or by silent OT whose trees go through that extension. A direction is set up once, when it is first used.</summary>
/// <remarks>
/// Each direction has one Δ for its life. Every silent batch has seeds, noise and a context of its own; nothing but Δ and the streams of
/// the extension, which go on, is used twice. Source: specs/boolean-sharing.md, "Parameters and why".
/// </remarks>
public sealed class ExtendedTransfers : ICorrelatedTransfers, IAsyncDisposable
{
    private readonly IChannel _sending, _receiving;
    private readonly Digest _sendingContext, _receivingContext;
    private readonly TransferForm _form;
    private readonly int _parallelism;
    private readonly RandomSource _random;
    private readonly AesPrg _choices;
    private OtExtensionSender? _sender;
    private OtExtensionReceiver? _receiver;
    private ulong _sentBatches, _receivedBatches;

    /// <summary>One party's end. Two forks of the channel are opened, <c>transfers-first</c> and <c>transfers-second</c>, named after who sends.</summary>
    /// <param name="party">Which party this is.</param>
    /// <param name="channel">To the other.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="context">Names this run, the same at both and never used twice.</param>
    /// <param name="form">How transfers are made, the same at both.</param>
    /// <param name="parallelism">Threads for silent transfers; the extension uses one.</param>
    public ExtendedTransfers(
        BooleanParty party, IChannel channel, RandomSource random, Digest context, TransferForm form = TransferForm.Extension, int parallelism = 1)
    {
        IChannel first = channel.Fork("transfers-first"), second = channel.Fork("transfers-second");
        Digest Context(string direction) => Digest.Of("collab.boolean-sharing.transfers-" + direction, context.ToArray());
        (_sending, _receiving) = party == BooleanParty.First ? (first, second) : (second, first);
        (_sendingContext, _receivingContext) = party == BooleanParty.First ? (Context("first"), Context("second")) : (Context("second"), Context("first"));
        (_form, _parallelism, _random) = (form, parallelism, random);
        _choices = AesPrg.Generate(random);
    }

    /// <inheritdoc/>
    public async Task<TransferSenderBatch> SendAsync(int count, CancellationToken cancellation = default)
    {
        _sender ??= await OtExtensionSender.BeginAsync(_sending, Extension(_sendingContext), _random, null, cancellation).ConfigureAwait(false);
        if (_form == TransferForm.Extension) return new(_sender.Delta, await _sender.CorrelatedAsync(count, cancellation).ConfigureAwait(false));
        var batch = Batch(_sendingContext, _sentBatches++);
        var sent = await SilentOt.SendAsync(_sending, _sender, count, _random, batch, cancellation).ConfigureAwait(false);
        return new(sent.Delta, sent.B);
    }

    /// <inheritdoc/>
    public async Task<TransferReceiverBatch> ReceiveAsync(int count, CancellationToken cancellation = default)
    {
        _receiver ??= await OtExtensionReceiver.BeginAsync(_receiving, Extension(_receivingContext), _random, cancellation).ConfigureAwait(false);
        if (_form == TransferForm.Extension)
        {
            var choices = BitVector.Random(count, _choices);
            return new(choices, await _receiver.CorrelatedAsync(choices, cancellation).ConfigureAwait(false));
        }

        var batch = Batch(_receivingContext, _receivedBatches++);
        var received = await SilentOt.ReceiveAsync(_receiving, _receiver, count, _random, batch, cancellation).ConfigureAwait(false);
        using var bits = received.A;
        return new(Pack(bits.Span), received.C);
    }

    /// <summary>What a direction's set-up sends.</summary>
    public static TransferCost SetUpCost => TransferCost.OfBase(SecurityModel.SemiHonest);

    /// <summary>What a call for so many transfers sends.</summary>
    /// <param name="form">How they are made.</param>
    /// <param name="count">Transfers.</param>
    public static TransferCost CostOf(TransferForm form, long count) => form == TransferForm.Silent
        ? TransferCost.OfSilent(count, SecurityModel.SemiHonest)
        : TransferCost.OfCorrelated(count, SecurityModel.SemiHonest);

    /// <summary>Zeroes the keys and ends the forks.</summary>
    public async ValueTask DisposeAsync()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        _choices.Dispose();
        await _sending.DisposeAsync().ConfigureAwait(false);
        await _receiving.DisposeAsync().ConfigureAwait(false);
    }

    private static OtExtensionOptions Extension(Digest context) => new(context) { Security = SecurityModel.SemiHonest };

    private VoleOptions Batch(Digest context, ulong number) =>
        new(Digest.Of("collab.boolean-sharing.silent-batch", new CanonicalWriter().Digest(context).UInt64(number).Written))
        {
            Security = SecurityModel.SemiHonest,
            Parallelism = _parallelism,
        };

    private static BitVector Pack(ReadOnlySpan<byte> bits)
    {
        var packed = new BitVector(bits.Length);
        for (var i = 0; i < bits.Length; i++) packed.Words[i >> 6] |= (ulong)(bits[i] & 1) << (i & 63);
        return packed;
    }
}
