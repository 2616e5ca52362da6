using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.ObliviousTransfer.Extension;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// Vector OLE over GF(2^128), with all set-up in every run: <c>silent</c>, and <c>extension</c> from oblivious transfers, for short vectors.
/// Afterwards the sender shows Δ and B, and the receiver compares C[i] = A[i]·Δ + B[i] for every i.
/// </summary>
internal static class VoleCase
{
    private const string Silent = "silent";
    private const string Extension = "extension";

    public static BenchOptions Complete(BenchOptions options)
    {
        var protocol = BenchParties.Of(options.Operation ?? Silent, "protocol", Silent, Extension);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 24, nameof(options));
        return options with
        {
            Operation = protocol,
            Security = BenchParties.SecurityOf(options),
            Size = options.Size > 0 ? options.Size : protocol == Silent ? 1 << 20 : 1 << 10,
            Threads = protocol == Silent ? options.Threads : 1, // the extension uses no more
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role) => role == BenchRole.A ? new Sender(options) : new Receiver(options);

    internal static VoleOptions SilentOptions(BenchOptions options, Digest context) =>
        new(context) { Security = BenchParties.ModelOf(options), Parallelism = options.Threads };

    private sealed class Sender(BenchOptions options) : IBenchParty
    {
        private Gf128 _delta;
        private NativeBuffer<Gf128>? _b;
        private VoleSender? _silent;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            var count = (int)options.Size;
            if (options.Operation == Silent)
            {
                _silent = await SilentVole.SendAsync(channel, count, RandomSource.System, SilentOptions(options, context), cancellation);
                (_delta, _b) = (_silent.Delta, _silent.B);
                return;
            }

            using var sender = await OtExtensionSender.BeginAsync(
                channel, OtCase.ExtensionOptions(options, context), RandomSource.System, null, cancellation);
            _b = await sender.VectorOleAsync(count, cancellation);
            _delta = sender.Delta;
        }

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            await ShownBlocks.ShowAsync(channel, [_delta], cancellation);
            await ShownBlocks.ShowAsync(channel, _b!.Span, cancellation);
            Dispose();
            return true;
        }

        public void Dispose()
        {
            _silent?.Dispose();
            _b?.Dispose();
            (_silent, _b) = (null, null);
        }
    }

    private sealed class Receiver(BenchOptions options) : IBenchParty
    {
        private NativeBuffer<Gf128>? _a;
        private NativeBuffer<Gf128>? _c;
        private VoleReceiver? _silent;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            var count = (int)options.Size;
            if (options.Operation == Silent)
            {
                _silent = await SilentVole.ReceiveAsync(channel, count, RandomSource.System, SilentOptions(options, context), cancellation);
                (_a, _c) = (_silent.A, _silent.C);
                return;
            }

            _a = NativeBuffer<Gf128>.Allocate(count);
            var chosen = new Gf128[count];
            RandomSource.System.Fill(MemoryMarshal.AsBytes(chosen.AsSpan()));
            chosen.CopyTo(_a.Span);
            using var receiver = await OtExtensionReceiver.BeginAsync(
                channel, OtCase.ExtensionOptions(options, context), RandomSource.System, cancellation);
            _c = await receiver.VectorOleAsync(chosen, cancellation);
        }

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            var delta = (await ShownBlocks.SeeAsync(channel, 1, cancellation))[0];
            var b = await ShownBlocks.SeeAsync(channel, (int)options.Size, cancellation);
            var right = IsRight(_a!.Span, _c!.Span, delta, b);
            Dispose();
            return right;
        }

        private static bool IsRight(ReadOnlySpan<Gf128> a, ReadOnlySpan<Gf128> c, Gf128 delta, ReadOnlySpan<Gf128> b)
        {
            var right = a.Length == b.Length && c.Length == b.Length && delta != Gf128.Zero;
            for (var i = 0; right && i < b.Length; i++) right = c[i] == (a[i] * delta) + b[i];
            return right;
        }

        public void Dispose()
        {
            _silent?.Dispose();
            _a?.Dispose();
            _c?.Dispose();
            (_silent, _a, _c) = (null, null, null);
        }
    }
}
