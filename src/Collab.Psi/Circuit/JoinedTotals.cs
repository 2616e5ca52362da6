using System.Buffers;
using System.Numerics;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Totals of products of columns of two parties over the rows whose keys match, which neither party learns; opened to the receiver, from the plan's smallest group on.</summary>
/// <remarks>
/// Semi-honest. Both learn one bit for each gate of the plan: whether its counts of rows reach the smallest group. The receiver learns the totals behind those that are opened, exactly;
/// nothing else. Steps: specs/analysis-joined.md. Source of the products: Gilboa, CRYPTO 1999, with correlated transfers.
/// </remarks>
public static class JoinedTotals
{
    private const int CountBits = 32;

    private static readonly int[] Widths = [32, 64, 128];

    private static readonly StepId Agreement = new("analysis-joined.2");

    /// <summary>One party's part; several plans may follow one another over the same rows.</summary>
    /// <param name="rows">The rows of both, aligned.</param>
    /// <param name="columns">A value of each row of this party, for each of the plan's columns of it, shape [p][n]; those of rows outside its subset are not looked at.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="opened">Given which gates pass, behind which of them totals are opened: the same rule at both, and never one that did not pass. Null for all that pass.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>At the receiver the total of each term of the plan, in its order, null where it was not opened; null at the sender.</returns>
    /// <exception cref="ArgumentException">A value is outside its column's range, or the plan is none; nothing was sent.</exception>
    /// <exception cref="InsecureParametersException">A total could wrap; nothing was sent.</exception>
    /// <exception cref="CollabException">With <see cref="CircuitTotals.GroupTooSmall"/>: no total may be opened, and another plan may follow.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<IReadOnlyList<BigInteger?>?> OpenAsync(
        SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan, Func<bool[], bool[]>? opened = null, CancellationToken cancellation = default)
    {
        plan.Check();
        CheckColumns(rows, columns, rows.IsSender ? plan.OfSender : plan.OfReceiver, rows.IsSender ? plan.SubsetOfSender : plan.SubsetOfReceiver);
        await AgreeAsync(rows.Channel, Agreement, plan.Digest(), cancellation).ConfigureAwait(false);                                                                   // 2 ↔
        var ofSender = await rows.ColumnsAsync(plan.OfSender.Count, rows.IsSender ? columns : [], cancellation).ConfigureAwait(false);              // 3 →
        using var terms = new JoinedTerms(
            rows, await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false), ofSender, columns, plan); // 4 ↔
        var totals = new SharedWords?[plan.Terms.Count];
        try
        {
            for (var t = 0; t < totals.Length; t++)
                if (plan.IsCounted(t)) totals[t] = await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                       // 5 ↔
            using var passes = await PassAsync(rows.Engine, plan, totals, cancellation).ConfigureAwait(false);                                      // 6 ↔
            var bits = await BooleanGates.OpenAsync(rows.Engine, passes, cancellation).ConfigureAwait(false);                                       // 6 ↔
            bool[] passed = [.. Enumerable.Range(0, bits.Length).Select(gate => bits[gate])];
            var told = opened?.Invoke(passed) ?? passed;
            if (!told.Contains(true)) throw new CollabException(CircuitTotals.GroupTooSmall, "Fewer rows match, or are in a cell, than the plan's least group; nothing was opened.");
            bool IsTold(int term) => plan.Terms[term].Gate is { } gate && told[gate] && passed[gate];
            for (var t = 0; t < totals.Length; t++)
                if (IsTold(t)) totals[t] ??= await terms.TotalAsync(plan.Terms[t], cancellation).ConfigureAwait(false);                            // 7 ↔
            return await OpenAsync(rows.Engine, [.. totals.Select((total, t) => IsTold(t) ? total : null)], cancellation).ConfigureAwait(false);     // 8 →
        }
        finally
        {
            foreach (var total in totals) total?.Dispose();
        }
    }

    /// <summary>Step 6 without the opening: a shared bit for each gate. A number of rows is below 2^24, so its shares modulo 2^32 are enough, also less what it must reach.</summary>
    private static async Task<SharedBits> PassAsync(BooleanEngine engine, JoinedPlan plan, SharedWords?[] totals, CancellationToken cancellation)
    {
        using var counts = new SharedWords(
            [.. plan.Gates.SelectMany(gate => gate).Select(count => count.Parts.Aggregate(
                engine.Party == BooleanParty.First ? unchecked(0 - (UInt128)(count.Minimum ?? plan.MinimumGroup)) & uint.MaxValue : 0,
                (sum, part) => unchecked(sum + ((UInt128)part.Coefficient * totals[part.Term]!.Share[0])) & uint.MaxValue))],
            CountBits);
        var bits = await ThresholdTest.AtLeastAsync(engine, counts, 0, cancellation).ConfigureAwait(false);
        var next = 0;
        int[][] gates = [.. plan.Gates.Select(gate => gate.Select(_ => next++).ToArray())];     // where each gate's bits are
        while (gates.Any(gate => gate.Length > 1))
        {
            using var before = bits;
            using var firsts = Picked(before, null, gates.SelectMany(gate => Enumerable.Range(0, gate.Length / 2), (gate, pair) => gate[2 * pair]));
            using var seconds = Picked(before, null, gates.SelectMany(gate => Enumerable.Range(0, gate.Length / 2), (gate, pair) => gate[(2 * pair) + 1]));
            using var pairs = await BooleanGates.AndAsync(engine, firsts, seconds, cancellation).ConfigureAwait(false);
            next = before.Length;
            gates = [.. gates.Select(gate => Enumerable.Range(0, gate.Length / 2).Select(_ => next++).Concat(gate.Skip(gate.Length / 2 * 2)).ToArray())];
            bits = Picked(before, pairs, gates.SelectMany(gate => gate));
            next = 0;
            gates = [.. gates.Select(gate => gate.Select(_ => next++).ToArray())];
        }

        return bits;
    }

    /// <summary>Some bits of one vector and of a second one behind it.</summary>
    private static SharedBits Picked(SharedBits bits, SharedBits? behind, IEnumerable<int> places)
    {
        int[] all = [.. places];
        var picked = new BitVector(all.Length);
        for (var i = 0; i < all.Length; i++) picked[i] = all[i] < bits.Length ? bits.Share[all[i]] : behind!.Share[all[i] - bits.Length];
        return new(picked);
    }

    /// <summary>Step 8: the totals, those of fewest bits first.</summary>
    private static async Task<IReadOnlyList<BigInteger?>?> OpenAsync(BooleanEngine engine, SharedWords?[] totals, CancellationToken cancellation)
    {
        var values = new BigInteger?[totals.Length];
        foreach (var width in Widths)
        {
            int[] places = [.. Enumerable.Range(0, totals.Length).Where(t => totals[t]?.WordBits == width)];
            if (places.Length == 0) continue;
            using var words = new SharedWords([.. places.Select(t => totals[t]!.Share[0])], width);
            if (await WordOpening.OpenAsync(engine, words, BooleanParty.Second, cancellation).ConfigureAwait(false) is not { } opened) continue;
            foreach (var (place, word) in places.Zip(opened)) values[place] = unchecked((Int128)(word << (128 - width))) >> (128 - width);
        }

        return engine.Party == BooleanParty.Second ? values : null;
    }

    /// <summary>Refuses columns that are not those of the plan, before anything is sent.</summary>
    internal static void CheckColumns(SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, IReadOnlyList<JoinedColumn> declared, int? subset)
    {
        if (columns.Count != declared.Count) throw new ArgumentException("As many columns as the plan has of this party.", nameof(columns));
        for (var k = 0; k < columns.Count; k++)
        {
            if (columns[k].Length != rows.RowCount) throw new ArgumentException("A value for each row.", nameof(columns));
            for (var row = 0; row < columns[k].Length; row++)
            {
                var value = columns[k].Span[row];
                if ((value < declared[k].Least || value > declared[k].Largest) && rows.IsIn(row, subset))
                    throw new ArgumentException("Values within the range of their column.", nameof(columns));
            }
        }
    }

    /// <summary>Both say what they are going to open; another plan is the peer's fault.</summary>
    internal static async Task AgreeAsync(IChannel channel, StepId step, Digest plan, CancellationToken cancellation)
    {
        var own = new PlanAnnouncement(plan);
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<PlanAnnouncement>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer == own, channel.Peer, step, "the plan of these totals");
    }

    /// <summary>Step 2, both ways: which plan.</summary>
    internal readonly record struct PlanAnnouncement(Digest Plan) : IMessage<PlanAnnouncement>
    {
        public void Encode(IBufferWriter<byte> destination)
        {
            Plan.CopyTo(destination.GetSpan(Digest.Size));
            destination.Advance(Digest.Size);
        }

        public static PlanAnnouncement Decode(ReadOnlySpan<byte> payload) =>
            payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("the digest of a plan, 32 bytes");
    }
}
