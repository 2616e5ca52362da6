using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Ecdh;
using Collab.Psi.Vole;

namespace Collab.Cli.Bench.Cases;

/// <summary>Intersections: two sets of one size, half of the items in common, the result compared with the plain one.</summary>
/// <remarks>
/// <c>ecdh</c> by Diffie-Hellman, to intersect or to count; <c>rr22</c> by vector OLE, to intersect, to open the sum of the sender's values
/// over the matches, or to leave the matches shared. Keys, base transfers and vectors are new in every run.
/// </remarks>
internal static class PsiCase
{
    private const string Ecdh = "ecdh";
    private const string Rr22 = "rr22";
    private const string Intersect = "intersect";
    private const string Cardinality = "cardinality";
    private const string Sum = "sum";
    private const string Circuit = "circuit";
    private const string SemiHonest = "semi-honest";

    private delegate Task Part(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, Digest context, CancellationToken cancellation);

    private delegate Task<T> Part<T>(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, Digest context, CancellationToken cancellation);

    public static BenchOptions Complete(BenchOptions options)
    {
        var shared = options.Mode is Sum or Circuit;
        var protocol = BenchParties.Of(options.Operation ?? (shared ? Rr22 : Ecdh), "protocol", Ecdh, Rr22);
        if (options.Streamed && (protocol != Rr22 || shared)) throw new ArgumentException("Only rr22 that intersects is streamed.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, options.Streamed ? 200_000_000 : shared ? CircuitPsiOptions.LargestItemCount : VolePsiOptions.LargestItemCount, nameof(options));
        return options with
        {
            Operation = protocol,
            Mode = protocol == Ecdh
                ? BenchParties.Of(options.Mode ?? Intersect, "mode of ecdh", Intersect, Cardinality)
                : BenchParties.Of(options.Mode ?? Intersect, "mode of rr22", Intersect, Sum, Circuit),
            Security = protocol == Ecdh || shared
                ? BenchParties.Of(options.Security ?? SemiHonest, $"security of {(shared ? options.Mode : Ecdh)}", SemiHonest)
                : BenchParties.SecurityOf(options),
            Size = options.Size > 0 ? options.Size : 1 << 16,
        };
    }

    public static IBenchParty Create(BenchOptions options, BenchRole role)
    {
        if (options.Streamed) return new StreamedPsi(options, role);
        var size = (int)options.Size;
        var shared = size - (size / 2); // the items in common are the receiver's first
        var items = new GeneratedItems(role == BenchRole.A ? 0 : size / 2, size);
        return (options.Operation, options.Mode, role) switch
        {
            (_, Circuit, _) => new SharedPsi(options, role, items),
            (_, Sum, BenchRole.A) => SumSender(options, items),
            (_, Sum, _) => new Receiver<IntersectionTotals?>(
                items,
                (channel, own, context, stop) => CircuitTotals.ReceiveAsync(channel, own, default, RandomSource.System, SharedPsi.OptionsOf(options, context), stop),
                totals => totals is { Count: { } count, Sum: { } sum } && count == shared && sum == SumOfShared()),
            (Rr22, _, BenchRole.A) => new Sender(items, (channel, own, context, stop) => VolePsi.SendAsync(channel, own, RandomSource.System, VoleOptions(context), stop)),
            (Rr22, _, _) => new Receiver<int[]>(
                items, (channel, own, context, stop) => VolePsi.ReceiveAsync(channel, own, RandomSource.System, VoleOptions(context), stop), IsRight),
            (_, Cardinality, BenchRole.A) => new Sender(
                items, (channel, own, context, stop) => EcdhCardinality.SendAsync(channel, own, RandomSource.System, EcdhOptions(context), stop)),
            (_, Cardinality, _) => new Receiver<int>(
                items, (channel, own, context, stop) => EcdhCardinality.ReceiveAsync(channel, own, RandomSource.System, EcdhOptions(context), stop), n => n == shared),
            (_, _, BenchRole.A) => new Sender(items, (channel, own, context, stop) => EcdhPsi.SendAsync(channel, own, RandomSource.System, EcdhOptions(context), stop)),
            _ => new Receiver<int[]>(
                items, (channel, own, context, stop) => EcdhPsi.ReceiveAsync(channel, own, RandomSource.System, EcdhOptions(context), stop), IsRight),
        };

        EcdhPsiOptions EcdhOptions(Digest context) => new(context) { Parallelism = options.Threads };

        VolePsiOptions VoleOptions(Digest context) => new(context) { Parallelism = options.Threads, Security = BenchParties.ModelOf(options) };

        // Values are the sender's positions, and the items in common its last.
        long SumOfShared() => Enumerable.Range(size - shared, shared).Sum(i => (long)i);

        bool IsRight(int[] indices)
        {
            var right = indices.Length == shared;
            for (var i = 0; i < indices.Length; i++) right &= indices[i] == i;
            return right;
        }
    }

    private static Sender SumSender(BenchOptions options, GeneratedItems items)
    {
        var values = SharedPsi.ValuesOf(items.Count);
        return new Sender(
            items, (channel, own, context, stop) => CircuitTotals.SendAsync(channel, own, values, RandomSource.System, SharedPsi.OptionsOf(options, context), stop));
    }

    private sealed class Sender(GeneratedItems items, Part send) : IBenchParty
    {
        public Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) => send(channel, items, context, cancellation);

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation) => Task.FromResult(true); // it has no output

        public void Dispose()
        {
        }
    }

    private sealed class Receiver<T>(GeneratedItems items, Part<T> receive, Func<T, bool> isRight) : IBenchParty
    {
        private T? _found;

        public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation) => _found = await receive(channel, items, context, cancellation);

        public Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
        {
            var right = _found is not null && isRight(_found);
            _found = default;
            return Task.FromResult(right);
        }

        public void Dispose()
        {
        }
    }
}
