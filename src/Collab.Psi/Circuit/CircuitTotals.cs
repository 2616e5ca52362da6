using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Count, sum and sum of squares over an intersection that neither party learns, opened to who the plan names, and only from its smallest group on.</summary>
/// <remarks>Semi-honest. Both learn whether the count reaches the plan's smallest group; who is named learns the totals; nothing else. Steps: specs/psi-circuit.md.</remarks>
public static class CircuitTotals
{
    /// <summary>Fewer common items than the plan asks for: nothing was opened.</summary>
    public static readonly ErrorCode GroupTooSmall = new(
        "psi.group-too-small", ErrorKind.Refused, "Ask over larger lists, or agree on a smaller least group in a new plan.");

    private const string EngineFork = "circuit-shares";

    /// <summary>The sender's part, all steps, with transfers as the options say.</summary>
    /// <param name="channel">To the receiver; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="values">A value for each item if the plan has the sender's values, else nothing.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, plan, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The totals if they are opened to the sender, else null.</returns>
    /// <exception cref="CollabException">With <see cref="GroupTooSmall"/>: fewer common items than the plan asks for.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    public static Task<IntersectionTotals?> SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random, CircuitPsiOptions options,
        CancellationToken cancellation = default) =>
        WithTransfersAsync(
            BooleanParty.First, channel, random, options,
            transfers => SendAsync(channel, items, values, random, options, SilentVectorOle.Instance, transfers, cancellation));

    /// <summary>The receiver's part, all steps, with transfers as the options say.</summary>
    /// <param name="channel">To the sender; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="values">A value for each item if the plan has the receiver's values, else nothing.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, plan, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The totals if they are opened to the receiver, else null.</returns>
    /// <exception cref="CollabException">With <see cref="GroupTooSmall"/>: fewer common items than the plan asks for.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    public static Task<IntersectionTotals?> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random, CircuitPsiOptions options,
        CancellationToken cancellation = default) =>
        WithTransfersAsync(
            BooleanParty.Second, channel, random, options,
            transfers => ReceiveAsync(channel, items, values, random, options, SilentVectorOle.Instance, transfers, cancellation));

    internal static async Task<IntersectionTotals?> SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random, CircuitPsiOptions options,
        IVectorOle ole, ICorrelatedTransfers transfers, CancellationToken cancellation)
    {
        var fork = channel.Fork(EngineFork);
        await using (fork.ConfigureAwait(false))
        {
            using var engine = new BooleanEngine(BooleanParty.First, fork, transfers, options.Context);
            using var shared = await CircuitPsi.SendAsync(channel, engine, items, values, random, options, ole, cancellation).ConfigureAwait(false); // 1 – 6
            return await OpenAsync(engine, shared, default, options.Plan, cancellation).ConfigureAwait(false);                                    // 7 – 9
        }
    }

    internal static async Task<IntersectionTotals?> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<long> values, RandomSource random, CircuitPsiOptions options,
        IVectorOle ole, ICorrelatedTransfers transfers, CancellationToken cancellation)
    {
        options.Check(items.Count);
        var ofReceiver = options.Plan.Values == CircuitValues.OfReceiver;
        if (values.Length != (ofReceiver ? items.Count : 0))
            throw new ArgumentException("A value for each item if the plan has this party's values, else none.", nameof(values));
        foreach (var value in values.Span)
        {
            if (value > options.Plan.LargestMagnitude || value < -options.Plan.LargestMagnitude)
                throw new ArgumentException("Values within the plan's bound.", nameof(values));
        }

        var fork = channel.Fork(EngineFork);
        await using (fork.ConfigureAwait(false))
        {
            using var engine = new BooleanEngine(BooleanParty.Second, fork, transfers, options.Context);
            using var shared = await CircuitPsi.ReceiveAsync(channel, engine, items, random, options, ole, cancellation).ConfigureAwait(false);   // 1 – 6
            return await OpenAsync(engine, shared, values, options.Plan, cancellation).ConfigureAwait(false);                                     // 7 – 9
        }
    }

    /// <summary>Steps 7 to 9.</summary>
    private static async Task<IntersectionTotals?> OpenAsync(
        BooleanEngine engine, SharedIntersection shared, ReadOnlyMemory<long> receiverValues, CircuitPlan plan, CancellationToken cancellation)
    {
        using var bits = await ObliviousSelection.ToWordsAsync(engine, shared.Members, 32, cancellation).ConfigureAwait(false);                  // 7 ↔
        using var count = bits.Total();
        using var enough = await ThresholdTest.AtLeastAsync(engine, count, plan.MinimumGroup, cancellation).ConfigureAwait(false);               // 8 ↔
        var opened = await BooleanGates.OpenAsync(engine, enough, cancellation).ConfigureAwait(false);                                            // 8 ↔
        if (!opened[0]) throw new CollabException(GroupTooSmall, "Fewer items are common than the plan's least group; nothing was opened.");

        using var sum = plan.Values == CircuitValues.None ? null : await SumAsync(engine, shared, receiverValues, plan, squares: false, cancellation).ConfigureAwait(false); // 9 ↔
        using var squares = !plan.Squares ? null : await SumAsync(engine, shared, receiverValues, plan, squares: true, cancellation).ConfigureAwait(false);                // 9 ↔
        IntersectionTotals? totals = null;
        foreach (var party in new[] { BooleanParty.First, BooleanParty.Second })
        {
            if (plan.Output == (party == BooleanParty.First ? CircuitOutput.Receiver : CircuitOutput.Sender)) continue;
            var openedCount = plan.Count ? await WordOpening.OpenAsync(engine, count, party, cancellation).ConfigureAwait(false) : null;          // 10 ↔
            var openedSum = sum is null ? null : await WordOpening.OpenAsync(engine, sum, party, cancellation).ConfigureAwait(false);             // 10 ↔
            var openedSquares = squares is null ? null : await WordOpening.OpenAsync(engine, squares, party, cancellation).ConfigureAwait(false); // 10 ↔
            if (engine.Party != party) continue;
            totals = new(
                openedCount is null ? null : (long)openedCount[0],
                openedSum is null ? null : unchecked((long)(ulong)openedSum[0]),
                openedSquares is null ? null : unchecked((Int128)openedSquares[0]));
        }

        return totals;
    }

    /// <summary>Step 9: shares of the total of bit · value.</summary>
    private static async Task<SharedWords> SumAsync(
        BooleanEngine engine, SharedIntersection shared, ReadOnlyMemory<long> receiverValues, CircuitPlan plan, bool squares, CancellationToken cancellation)
    {
        var width = squares ? 128 : 64;
        if (plan.Values == CircuitValues.OfSender)
        {
            using var products = await ObliviousSelection.MultiplyAsync(
                engine, shared.Members, squares ? shared.SenderSquares! : shared.SenderValues!, cancellation).ConfigureAwait(false);
            return products.Total();
        }

        UInt128[]? known = null;
        if (shared.Items is { } items)
        {
            known = new UInt128[shared.BinCount];
            for (var b = 0; b < known.Length; b++)
            {
                Int128 value = items[b] < 0 ? 0 : receiverValues.Span[items[b]];
                known[b] = unchecked((UInt128)(squares ? value * value : value)) & (squares ? UInt128.MaxValue : ulong.MaxValue);
            }
        }

        using var own = await ObliviousSelection.MultiplyAsync(engine, shared.Members, BooleanParty.Second, known, width, cancellation).ConfigureAwait(false);
        return own.Total();
    }

    private static async Task<IntersectionTotals?> WithTransfersAsync(
        BooleanParty party, IChannel channel, RandomSource random, CircuitPsiOptions options, Func<ICorrelatedTransfers, Task<IntersectionTotals?>> run)
    {
        var transfers = new ExtendedTransfers(party, channel, random, options.Context, options.Transfers, options.Parallelism);
        await using (transfers.ConfigureAwait(false)) return await run(transfers).ConfigureAwait(false);
    }
}
