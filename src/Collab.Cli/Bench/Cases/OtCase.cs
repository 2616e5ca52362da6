using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.ObliviousTransfer.Base;
using Collab.ObliviousTransfer.Extension;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// Oblivious transfers, random ones: <c>base</c> from public-key operations, <c>extension</c> and <c>silent</c> with their base transfers in
/// every run. Afterwards the sender shows all its keys, and each that the receiver has is compared, the one it did not choose too.
/// </summary>
internal static class OtCase
{
    private const string Base = "base";
    private const string Extension = "extension";
    private const string Silent = "silent";

    public static BenchOptions Complete(BenchOptions options)
    {
        var operation = BenchParties.Of(options.Operation ?? Silent, "protocol", Silent, Extension, Base);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, operation == Base ? BaseOt.LargestCount : 1 << 26, nameof(options));
        return options with
        {
            Operation = operation,
            Security = operation == Base
                ? BenchParties.Of(options.Security ?? "malicious", "security of base transfers", "malicious")
                : BenchParties.SecurityOf(options),
            Size = options.Size > 0 ? options.Size : operation == Base ? 128 : 1 << 20,
            Threads = operation == Silent ? options.Threads : 1, // the others use no more
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role)
    {
        var count = (int)options.Size;
        return (options.Operation, role) switch
        {
            (Base, BenchRole.A) => new Sender(async (channel, context, stop) =>
                Native(await BaseOt.SendAsync(channel, count, context, RandomSource.System, stop))),
            (Base, _) => new Receiver(async (channel, context, stop) =>
            {
                var choices = BitVector.Random(count, RandomSource.System);
                return (choices, Native(await BaseOt.ReceiveAsync(channel, choices, context, RandomSource.System, stop)));
            }),
            (Extension, BenchRole.A) => new Sender(async (channel, context, stop) =>
            {
                using var sender = await OtExtensionSender.BeginAsync(channel, ExtensionOptions(options, context), RandomSource.System, null, stop);
                return await sender.RandomAsync(count, stop);
            }),
            (Extension, _) => new Receiver(async (channel, context, stop) =>
            {
                var choices = BitVector.Random(count, RandomSource.System);
                using var receiver = await OtExtensionReceiver.BeginAsync(channel, ExtensionOptions(options, context), RandomSource.System, stop);
                return (choices, await receiver.RandomAsync(choices, stop));
            }),
            (_, BenchRole.A) => new Sender(async (channel, context, stop) =>
            {
                using var sender = await SilentOt.SendAsync(channel, count, RandomSource.System, VoleCase.SilentOptions(options, context), stop);
                return sender.Keys();
            }),
            _ => new Receiver(async (channel, context, stop) =>
            {
                using var receiver = await SilentOt.ReceiveAsync(channel, count, RandomSource.System, VoleCase.SilentOptions(options, context), stop);
                return (Bits(receiver.A.Span), receiver.Keys());
            }),
        };
    }

    internal static OtExtensionOptions ExtensionOptions(BenchOptions options, Digest context) => new(context) { Security = BenchParties.ModelOf(options) };

    private static NativeBuffer<Gf128> Native(ReadOnlySpan<Gf128> keys)
    {
        var buffer = NativeBuffer<Gf128>.Allocate(keys.Length);
        keys.CopyTo(buffer.Span);
        return buffer;
    }

    private static BitVector Bits(ReadOnlySpan<byte> bytes)
    {
        var bits = new BitVector(bytes.Length);
        for (var i = 0; i < bytes.Length; i++) bits.Words[i >> 6] |= (ulong)bytes[i] << (i & 63);
        return bits;
    }

    private sealed class Sender(Func<IChannel, Digest, CancellationToken, Task<NativeBuffer<Gf128>>> send) : IBenchParty
    {
        private NativeBuffer<Gf128>? _pairs;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) => _pairs = await send(channel, context, cancellation);

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            await ShownBlocks.ShowAsync(channel, _pairs!.Span, cancellation);
            Dispose();
            return true;
        }

        public void Dispose() => _pairs?.Dispose();
    }

    private sealed class Receiver(Func<IChannel, Digest, CancellationToken, Task<(BitVector Choices, NativeBuffer<Gf128> Keys)>> receive) : IBenchParty
    {
        private BitVector _choices = new(0);
        private NativeBuffer<Gf128>? _keys;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) =>
            (_choices, _keys) = await receive(channel, context, cancellation);

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            var pairs = await ShownBlocks.SeeAsync(channel, 2 * _choices.Length, cancellation);
            var right = IsRight(_choices, _keys!.Span, pairs);
            Dispose();
            return right;
        }

        private static bool IsRight(BitVector choices, ReadOnlySpan<Gf128> keys, ReadOnlySpan<Gf128> pairs)
        {
            var right = keys.Length == choices.Length;
            for (var i = 0; right && i < keys.Length; i++)
            {
                var chosen = (int)choices.Bit(i);
                right = keys[i] == pairs[(2 * i) + chosen] && keys[i] != pairs[(2 * i) + 1 - chosen];
            }

            return right;
        }

        public void Dispose() => _keys?.Dispose();
    }
}
