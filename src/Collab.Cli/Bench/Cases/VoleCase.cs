using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// Vector OLE over GF(2^128), with all set-up in every run: <c>extension</c> from oblivious transfers, for short vectors. Afterwards the
/// sender shows Δ and B, and the receiver compares C[i] = A[i]·Δ + B[i] for every i.
/// </summary>
internal static class VoleCase
{
    public static BenchOptions Complete(BenchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 24, nameof(options));
        return options with
        {
            Operation = BenchParties.Of(options.Operation ?? "extension", "protocol", "extension"),
            Security = BenchParties.SecurityOf(options),
            Size = options.Size > 0 ? options.Size : 1 << 10,
            Threads = 1,
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role) => role == BenchRole.A ? new Sender(options) : new Receiver(options);

    private sealed class Sender(BenchOptions options) : IBenchParty
    {
        private Gf128 _delta;
        private Gf128[] _b = [];

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            using var sender = await OtExtensionSender.BeginAsync(
                channel, OtCase.ExtensionOptions(options, context), RandomSource.System, null, cancellation);
            using var b = await sender.VectorOleAsync((int)options.Size, cancellation);
            (_delta, _b) = (sender.Delta, b.Span.ToArray());
        }

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            await ShownBlocks.ShowAsync(channel, [_delta], cancellation);
            await ShownBlocks.ShowAsync(channel, _b, cancellation);
            return true;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Receiver : IBenchParty
    {
        private readonly BenchOptions _options;
        private readonly Gf128[] _a;
        private Gf128[] _c = [];

        public Receiver(BenchOptions options)
        {
            _options = options;
            _a = new Gf128[options.Size];
            RandomSource.System.Fill(MemoryMarshal.AsBytes(_a.AsSpan()));
        }

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
        {
            using var receiver = await OtExtensionReceiver.BeginAsync(
                channel, OtCase.ExtensionOptions(_options, context), RandomSource.System, cancellation);
            using var c = await receiver.VectorOleAsync(_a, cancellation);
            _c = c.Span.ToArray();
        }

        public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            var delta = (await ShownBlocks.SeeAsync(channel, 1, cancellation))[0];
            var b = await ShownBlocks.SeeAsync(channel, _a.Length, cancellation);
            var right = _c.Length == _a.Length && delta != Gf128.Zero;
            for (var i = 0; i < _a.Length; i++) right &= _c[i] == (_a[i] * delta) + b[i];
            return right;
        }

        public void Dispose()
        {
        }
    }
}
