using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.ObliviousTransfer.Base;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// Oblivious transfers, random ones: <c>base</c> from public-key operations, <c>extension</c> with its 128 base transfers in every run. Afterwards
/// the sender shows all its keys, and each that the receiver has is compared, the one it did not choose too.
/// </summary>
internal static class OtCase
{
    private const string Base = "base";
    private const string Extension = "extension";

    public static BenchOptions Complete(BenchOptions options)
    {
        var operation = BenchParties.Of(options.Operation ?? Extension, "protocol", Extension, Base);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, operation == Base ? BaseOt.LargestCount : 1 << 26, nameof(options));
        return options with
        {
            Operation = operation,
            Security = operation == Base
                ? BenchParties.Of(options.Security ?? "malicious", "security of base transfers", "malicious")
                : BenchParties.SecurityOf(options),
            Size = options.Size > 0 ? options.Size : operation == Base ? 128 : 1 << 20,
            Threads = 1, // neither uses more
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role)
    {
        var count = (int)options.Size;
        return role == BenchRole.A
            ? new Sender(options.Operation == Base ? BaseKeysAsync : ExtensionKeysAsync)
            : new Receiver(BitVector.Random(count, RandomSource.System), options.Operation == Base ? BaseKeyAsync : ExtensionKeyAsync);

        async Task<ReadOnlyMemory<Gf128>> BaseKeysAsync(IChannel channel, Digest context, CancellationToken cancellation) =>
            await BaseOt.SendAsync(channel, count, context, RandomSource.System, cancellation);

        async Task<ReadOnlyMemory<Gf128>> BaseKeyAsync(IChannel channel, BitVector choices, Digest context, CancellationToken cancellation) =>
            await BaseOt.ReceiveAsync(channel, choices, context, RandomSource.System, cancellation);

        async Task<ReadOnlyMemory<Gf128>> ExtensionKeysAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            using var sender = await OtExtensionSender.BeginAsync(
                channel, ExtensionOptions(options, context), RandomSource.System, null, cancellation);
            using var keys = await sender.RandomAsync(count, cancellation);
            return keys.Span.ToArray();
        }

        async Task<ReadOnlyMemory<Gf128>> ExtensionKeyAsync(IChannel channel, BitVector choices, Digest context, CancellationToken cancellation)
        {
            using var receiver = await OtExtensionReceiver.BeginAsync(channel, ExtensionOptions(options, context), RandomSource.System, cancellation);
            using var keys = await receiver.RandomAsync(choices, cancellation);
            return keys.Span.ToArray();
        }
    }

    internal static OtExtensionOptions ExtensionOptions(BenchOptions options, Digest context) => new(context) { Security = BenchParties.ModelOf(options) };

    private sealed class Sender(Func<IChannel, Digest, CancellationToken, Task<ReadOnlyMemory<Gf128>>> send) : IBenchParty
    {
        private ReadOnlyMemory<Gf128> _pairs;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) => _pairs = await send(channel, context, cancellation);

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            await ShownBlocks.ShowAsync(channel, _pairs.Span, cancellation);
            return true;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Receiver(BitVector choices, Func<IChannel, BitVector, Digest, CancellationToken, Task<ReadOnlyMemory<Gf128>>> receive) : IBenchParty
    {
        private ReadOnlyMemory<Gf128> _keys;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) =>
            _keys = await receive(channel, choices, context, cancellation);

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            var pairs = await ShownBlocks.SeeAsync(channel, 2 * choices.Length, cancellation);
            var right = _keys.Length == choices.Length;
            for (var i = 0; i < choices.Length; i++)
            {
                var chosen = (int)choices.Bit(i);
                right &= _keys.Span[i] == pairs[(2 * i) + chosen] && _keys.Span[i] != pairs[(2 * i) + 1 - chosen];
            }

            return right;
        }

        public void Dispose()
        {
        }
    }
}
