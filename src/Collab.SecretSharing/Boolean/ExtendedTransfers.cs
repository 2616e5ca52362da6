using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Transfers by OT extension, semi-honest: 16 bytes on the wire each. A direction's base transfers are made when it is first used.</summary>
public sealed class ExtendedTransfers : ICorrelatedTransfers, IAsyncDisposable
{
    private readonly IChannel _sending, _receiving;
    private readonly OtExtensionOptions _sendingOptions, _receivingOptions;
    private readonly RandomSource _random;
    private readonly AesPrg _choices;
    private OtExtensionSender? _sender;
    private OtExtensionReceiver? _receiver;

    /// <summary>One party's end. Two forks of the channel are opened, <c>transfers-first</c> and <c>transfers-second</c>, named after who sends.</summary>
    /// <param name="party">Which party this is.</param>
    /// <param name="channel">To the other.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="context">Names this run, the same at both and never used twice.</param>
    public ExtendedTransfers(BooleanParty party, IChannel channel, RandomSource random, Digest context)
    {
        IChannel first = channel.Fork("transfers-first"), second = channel.Fork("transfers-second");
        OtExtensionOptions Options(string direction) =>
            new(Digest.Of("collab.boolean-sharing.transfers-" + direction, context.ToArray())) { Security = SecurityModel.SemiHonest };
        (_sending, _receiving) = party == BooleanParty.First ? (first, second) : (second, first);
        (_sendingOptions, _receivingOptions) = party == BooleanParty.First
            ? (Options("first"), Options("second"))
            : (Options("second"), Options("first"));
        _random = random;
        _choices = AesPrg.Generate(random);
    }

    /// <inheritdoc/>
    public async Task<TransferSenderBatch> SendAsync(int count, CancellationToken cancellation = default)
    {
        _sender ??= await OtExtensionSender.BeginAsync(_sending, _sendingOptions, _random, null, cancellation).ConfigureAwait(false);
        return new(_sender.Delta, await _sender.CorrelatedAsync(count, cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<TransferReceiverBatch> ReceiveAsync(int count, CancellationToken cancellation = default)
    {
        _receiver ??= await OtExtensionReceiver.BeginAsync(_receiving, _receivingOptions, _random, cancellation).ConfigureAwait(false);
        var choices = BitVector.Random(count, _choices);
        return new(choices, await _receiver.CorrelatedAsync(choices, cancellation).ConfigureAwait(false));
    }

    /// <summary>Zeroes the keys and ends the forks.</summary>
    public async ValueTask DisposeAsync()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        _choices.Dispose();
        await _sending.DisposeAsync().ConfigureAwait(false);
        await _receiving.DisposeAsync().ConfigureAwait(false);
    }
}
