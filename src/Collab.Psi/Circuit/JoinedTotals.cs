using System.Numerics;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Totals of products of columns of two parties over the rows whose keys match, which neither party learns; opened to the receiver, from the plan's smallest group on.</summary>
/// <remarks>
/// Semi-honest. Both learn one bit: whether the rows that match, and those of every cell, reach the smallest group. The receiver learns the totals, exactly;
/// nothing else. Steps: specs/analysis-joined.md. Source of the products: Gilboa, CRYPTO 1999, with correlated transfers.
/// </remarks>
public static class JoinedTotals
{
    private const string EngineFork = "joined-shares";
    private const int WordBits = 128;
    private const int CountBits = 32;

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; forks are opened under it.</param>
    /// <param name="items">The keys of its rows: canonical, distinct; any length.</param>
    /// <param name="columns">A value of each row, for each of the plan's columns of the sender, shape [p][n].</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, limits, threads; its plan is not used.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two keys are equal, a value is outside its column's range, or the plan is none.</exception>
    /// <exception cref="InsecureParametersException">A total could wrap.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: too few rows match; nothing was opened.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    public static async Task SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, RandomSource random,
        CircuitPsiOptions options, CancellationToken cancellation = default)
    {
        var transfers = new ExtendedTransfers(BooleanParty.First, channel, random, plan.Bind(options.Context), options.Transfers, options.Parallelism);
        await using (transfers.ConfigureAwait(false))
            await SendAsync(channel, items, columns, plan, random, options, SilentVectorOle.Instance, transfers, cancellation).ConfigureAwait(false);
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; forks are opened under it.</param>
    /// <param name="items">The keys of its rows: canonical, distinct; any length.</param>
    /// <param name="columns">A value of each row, for each of the plan's columns of the receiver, shape [q][m].</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, limits, threads; its plan is not used.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The total of each term of the plan, in its order.</returns>
    /// <exception cref="ArgumentException">Two keys are equal, a value is outside its column's range, or the plan is none.</exception>
    /// <exception cref="InsecureParametersException">A total could wrap.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: too few rows match; nothing was opened.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    public static async Task<IReadOnlyList<BigInteger>> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, RandomSource random,
        CircuitPsiOptions options, CancellationToken cancellation = default)
    {
        var transfers = new ExtendedTransfers(BooleanParty.Second, channel, random, plan.Bind(options.Context), options.Transfers, options.Parallelism);
        await using (transfers.ConfigureAwait(false))
            return await ReceiveAsync(channel, items, columns, plan, random, options, SilentVectorOle.Instance, transfers, cancellation).ConfigureAwait(false);
    }

    internal static async Task SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, ICorrelatedTransfers transfers, CancellationToken cancellation)
    {
        plan.Check();
        CheckColumns(plan.OfSender, columns, items.Count);
        var inner = Inner(plan, options);
        var fork = channel.Fork(EngineFork);
        await using (fork.ConfigureAwait(false))
        {
            using var engine = new BooleanEngine(BooleanParty.First, fork, transfers, inner.Context);
            using var shared = await CircuitPsi.SendAsync(channel, engine, items, default, columns, random, inner, ole, cancellation).ConfigureAwait(false);            // 1
            await OpenAsync(engine, shared, [], plan, cancellation).ConfigureAwait(false);                                                                           // 2 – 5
        }
    }

    internal static async Task<IReadOnlyList<BigInteger>> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, ICorrelatedTransfers transfers, CancellationToken cancellation)
    {
        plan.Check();
        CheckColumns(plan.OfReceiver, columns, items.Count);
        var inner = Inner(plan, options);
        var fork = channel.Fork(EngineFork);
        await using (fork.ConfigureAwait(false))
        {
            using var engine = new BooleanEngine(BooleanParty.Second, fork, transfers, inner.Context);
            using var shared = await CircuitPsi.ReceiveAsync(channel, engine, items, plan.OfSender.Count, random, inner, ole, cancellation).ConfigureAwait(false);      // 1
            return (await OpenAsync(engine, shared, columns, plan, cancellation).ConfigureAwait(false))!;                                                            // 2 – 5
        }
    }

    private static CircuitPsiOptions Inner(JoinedPlan plan, CircuitPsiOptions options) =>
        options with { Context = plan.Bind(options.Context), Plan = new CircuitPlan { MinimumGroup = plan.MinimumGroup } };

    private static void CheckColumns(IReadOnlyList<JoinedColumn> declared, IReadOnlyList<ReadOnlyMemory<Int128>> columns, int count)
    {
        if (columns.Count != declared.Count) throw new ArgumentException("As many columns as the plan has of this party.", nameof(columns));
        for (var k = 0; k < columns.Count; k++)
        {
            if (columns[k].Length != count) throw new ArgumentException("A value for each row.", nameof(columns));
            foreach (var value in columns[k].Span)
            {
                if (value < declared[k].Least || value > declared[k].Largest) throw new ArgumentException("Values within the range of their column.", nameof(columns));
            }
        }
    }

    private static async Task<IReadOnlyList<BigInteger>?> OpenAsync(
        BooleanEngine engine, SharedIntersection shared, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, CancellationToken cancellation)
    {
        using var terms = new JoinedTerms(engine, shared, columns, plan);
        using var count = await terms.TotalAsync(new(null, null), cancellation).ConfigureAwait(false);                                                               // 2 ↔
        var enough = await IsEnoughAsync(engine, count, plan, cancellation).ConfigureAwait(false);                                                                   // 3 ↔
        var totals = new SharedWords?[plan.Terms.Count];
        try
        {
            for (var t = 0; t < totals.Length; t++)
            {
                if (!plan.Terms[t].IsCell) continue;
                totals[t] = await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                                                               // 2 ↔
                using var cell = await IsEnoughAsync(engine, totals[t]!, plan, cancellation).ConfigureAwait(false);                                                  // 3 ↔
                using var before = enough;
                enough = await BooleanGates.AndAsync(engine, before, cell, cancellation).ConfigureAwait(false);                                                      // 3 ↔
            }

            var opened = await BooleanGates.OpenAsync(engine, enough, cancellation).ConfigureAwait(false);                                                           // 3 ↔
            if (!opened[0])
                throw new CollabException(CircuitTotals.GroupTooSmall, "Fewer rows match, or are in a cell, than the plan's least group; nothing was opened.");

            for (var t = 0; t < totals.Length; t++)
                totals[t] ??= await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                                                             // 4 ↔
            using var all = new SharedWords([.. totals.Select(total => total!.Share[0])], WordBits);
            var words = await WordOpening.OpenAsync(engine, all, BooleanParty.Second, cancellation).ConfigureAwait(false);                                           // 5 →
            return words is null ? null : [.. words.Select(word => (BigInteger)unchecked((Int128)word))];
        }
        finally
        {
            enough.Dispose();
            foreach (var total in totals) total?.Dispose();
        }
    }

    /// <summary>A number of rows is below 2^24, so its shares modulo 2^128 are shares modulo 2^32.</summary>
    private static async Task<SharedBits> IsEnoughAsync(BooleanEngine engine, SharedWords rows, JoinedPlan plan, CancellationToken cancellation)
    {
        using var count = new SharedWords([rows.Share[0] & uint.MaxValue], CountBits);
        return await ThresholdTest.AtLeastAsync(engine, count, plan.MinimumGroup, cancellation).ConfigureAwait(false);
    }
}
