using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Private set intersection whose result stays shared: neither party learns which items are common, nor how many.</summary>
/// <remarks>
/// Semi-honest. The receiver's items lie in bins, one in each at most; the sender programs a function of the receiver's items to a random
/// string for every bin; whether the receiver's string is the sender's is tested on shares. Steps: specs/psi-circuit.md. Source:
/// Pinkas, Schneider, Tkachenko, Yanai, eprint 2019/241; Rindal and Schoppmann, eprint 2021/266; Raghuraman and Rindal, eprint 2022/320.
/// </remarks>
public static partial class CircuitPsi
{
    private const string OleFork = "circuit-ole";

    private static readonly StepId Sizes = new("psi-circuit.1");
    private static readonly StepId Seed = new("psi-circuit.3");
    private static readonly StepId Store = new("psi-circuit.4");
    private static readonly StepId Programming = new("psi-circuit.5");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="engine">This party's end of the engine over shares, as its first party, with a channel of its own.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="values">A value for each item if the plan has the sender's values, else nothing.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, plan, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two items are equal, a value is beyond its bound, or an option is out of range.</exception>
    /// <exception cref="InsecureParametersException">Totals could leave their words.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    public static Task<SharedIntersection> SendAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random,
        CircuitPsiOptions options, CancellationToken cancellation = default) =>
        SendAsync(channel, engine, items, values, random, options, SilentVectorOle.Instance, cancellation);

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="engine">This party's end of the engine over shares, as its second party, with a channel of its own.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, plan, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two items are equal, or an option is out of range.</exception>
    /// <exception cref="InsecureParametersException">Totals could leave their words.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    public static Task<SharedIntersection> ReceiveAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        CircuitPsiOptions options, CancellationToken cancellation = default) =>
        ReceiveAsync(channel, engine, items, random, options, SilentVectorOle.Instance, cancellation);

    internal static Task<SharedIntersection> SendAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, CancellationToken cancellation) =>
        SendAsync(channel, engine, items, values, null, random, options, ole, cancellation);

    /// <summary>The sender's part; with subsets, 64 bits of each item shared beside, and columns may follow through <see cref="SharedIntersection.Columns"/>.</summary>
    internal static async Task<SharedIntersection> SendAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, ReadOnlyMemory<ulong>? subsets,
        RandomSource random, CircuitPsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        if (engine.Party != BooleanParty.First) throw new ArgumentException("The sender is the engine's first party.", nameof(engine));
        options.Check(items.Count);
        CheckValues(values.Span, options.Plan.Values == CircuitValues.OfSender ? items.Count : 0, options.Plan);
        if (subsets is { } bits && bits.Length != items.Count) throw new ArgumentException("A word for each item.", nameof(subsets));
        var (run, layout) = await BeginAsync(channel, items.Count, isSender: true, random, options, ole, cancellation).ConfigureAwait(false); // 1 ↔
        if (run.IsEmpty) return Nothing(options.Plan, items: null);

        var programmed = new ProgrammedItems(run, layout, items, options.Plan.Squares && options.Plan.Values == CircuitValues.OfSender);
        SentColumns? columns = null;
        try
        {
            using var masks = await EvaluateAtSenderAsync(run, channel, programmed.Keys, cancellation).ConfigureAwait(false);               // 2 ↔, 3 ←, 4 ←
            programmed.Program(values.Span, subsets ?? default, masks);
            await SendProgrammedAsync(run, channel, programmed.Keys.Memory, programmed.Points, cancellation).ConfigureAwait(false);         // 5 →
            if (programmed.SquarePoints is { } squares)
                await SendProgrammedAsync(run, channel, programmed.Keys.Memory, squares, cancellation).ConfigureAwait(false);               // 5 →
            var members = await EqualityTest.EqualAsync(engine, programmed.Strings, layout.StringBits, cancellation).ConfigureAwait(false); // 6 ↔
            if (subsets is null) return options.Plan.Values == CircuitValues.OfSender ? new(members, null, programmed.ValueShares(), programmed.SquareShares()) : new(members, null, null, null);
            columns = new SentColumns(run, channel, programmed, masks.TakeSecond());
            return new(members, null, null, null) { Subsets = programmed.Upper(), Columns = columns, ReceiverCount = run.ReceiverCount };
        }
        finally
        {
            if (columns is null) programmed.Dispose();
        }
    }

    internal static Task<SharedIntersection> ReceiveAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, CancellationToken cancellation) =>
        ReceiveAsync(channel, engine, items, false, random, options, ole, cancellation);

    /// <summary>The receiver's part; with subsets of the sender beside, and columns to follow.</summary>
    internal static async Task<SharedIntersection> ReceiveAsync(
        IChannel channel, BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<byte>> items, bool withSubsets, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        if (engine.Party != BooleanParty.Second) throw new ArgumentException("The receiver is the engine's second party.", nameof(engine));
        options.Check(items.Count);
        var (run, layout) = await BeginAsync(channel, items.Count, isSender: false, random, options, ole, cancellation).ConfigureAwait(false); // 1 ↔
        if (run.IsEmpty) return Nothing(options.Plan, items: []);

        var placed = new PlacedItems(run, layout, items);
        var ofSender = options.Plan.Values == CircuitValues.OfSender;
        var second = withSubsets || (ofSender && options.Plan.Squares) ? NativeBuffer<Gf128>.Allocate(items.Count) : null;
        ReceivedColumns? columns = null;
        try
        {
            using var masks = await EvaluateAtReceiverAsync(run, channel, placed.Keys, second, cancellation).ConfigureAwait(false);         // 2 ↔, 3 →, 4 →
            await ReceiveProgrammedAsync(run, channel, placed.Keys, masks, cancellation).ConfigureAwait(false);                             // 5 ←
            if (second is not null && !withSubsets)
                await ReceiveProgrammedAsync(run, channel, placed.Keys, second, cancellation).ConfigureAwait(false);                        // 5 ←
            var strings = placed.Spread(masks.Span, layout.StringBits);
            var members = await EqualityTest.EqualAsync(engine, strings, layout.StringBits, cancellation).ConfigureAwait(false);            // 6 ↔
            if (!withSubsets)
                return ofSender ? new(members, placed.ItemOfBin, placed.Values(masks.Span), second is null ? null : placed.Squares(second.Span)) : new(members, placed.ItemOfBin, null, null);
            columns = new ReceivedColumns(run, channel, placed, second!);
            return new(members, placed.ItemOfBin, null, null) { Subsets = placed.Upper(masks.Span), Columns = columns, ReceiverCount = run.ReceiverCount };
        }
        finally
        {
            if (columns is null)
            {
                placed.Dispose();
                second?.Dispose();
            }
        }
    }

    private static void CheckValues(ReadOnlySpan<long> values, int count, CircuitPlan plan)
    {
        if (values.Length != count) throw new ArgumentException("A value for each item if the plan has this party's values, else none.", nameof(values));
        foreach (var value in values)
        {
            if (value > plan.LargestMagnitude || value < -plan.LargestMagnitude)
                throw new ArgumentException("Values within the plan's bound.", nameof(values));
        }
    }

    /// <summary>Step 1: both say which run this is, how many items they have, and what will be opened.</summary>
    private static async Task<(VoleRun Run, BinLayout Layout)> BeginAsync(
        IChannel channel, int count, bool isSender, RandomSource random, CircuitPsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        var own = new CircuitAnnouncement(options.Context, (ulong)count, options.Plan);
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<CircuitAnnouncement>(Sizes, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Context == options.Context, channel.Peer, Sizes, "the context of this run");
        PeerFaultException.ThrowUnless(peer.Plan == options.Plan, channel.Peer, Sizes, "the plan of this run");
        PeerFaultException.ThrowUnless(
            peer.ItemCount <= (ulong)options.MaximumPeerItems, channel.Peer, Sizes, $"at most {options.MaximumPeerItems} items");
        var (senders, receivers) = isSender ? (count, (int)peer.ItemCount) : ((int)peer.ItemCount, count);
        options.Plan.CheckTotals(Math.Min(senders, receivers));
        var context = Digest.Of("collab.psi-circuit.run", options.Context.ToArray());
        var run = new VoleRun(
            context, senders, receivers, SecurityModel.SemiHonest, false, 0, options.Parallelism, ole, random, static _ => { });
        return (run, run.IsEmpty ? new(0) : BinLayout.Of(receivers));
    }

    private static SharedIntersection Nothing(CircuitPlan plan, int[]? items)
    {
        var values = plan.Values == CircuitValues.OfSender;
        return new(
            new SharedBits(new BitVector(0)), items, values ? new SharedWords([], 64) : null, values && plan.Squares ? new SharedWords([], 128) : null)
        {
            Columns = new NoColumns(),
        };
    }
}
