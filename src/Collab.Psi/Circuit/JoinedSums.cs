using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Sums of products of columns of two parties over aligned rows, opened to the receiver without a gate of their own: for rounds over rows that a gate passed before.</summary>
/// <remarks>
/// Semi-honest. The receiver learns the sums, the sender nothing. A number of the receiver multiplies all columns of the sender that it meets for the same transfers, and is
/// told apart by ways only after that. Steps: specs/analysis-joined.md, "Sums for rounds".
/// </remarks>
public static class JoinedSums
{
    private const int WordBits = 128;

    private static readonly StepId Agreement = new("analysis-joined.9");

    /// <summary>One party's part of one round.</summary>
    /// <param name="rows">The rows of both, aligned.</param>
    /// <param name="columns">A value of each row of this party, for each of the plan's columns of it, shape [p][n]; those of rows outside its subset are not looked at.</param>
    /// <param name="ways">At their owner, for each way an indicator of each row, shape [ways][n]; nothing at the other.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>At the receiver the sums, way by way in the order of the products; null at the sender.</returns>
    /// <exception cref="ArgumentException">A value is outside its column's range, or the plan is none; nothing was sent.</exception>
    /// <exception cref="InsecureParametersException">A sum could wrap; nothing was sent.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<IReadOnlyList<BigInteger>?> OpenAsync(
        SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, IReadOnlyList<ReadOnlyMemory<Int128>> ways, JoinedSumPlan plan, CancellationToken cancellation = default)
    {
        plan.Check();
        var hasWays = plan.WayCount > 0 && rows.IsSender == (plan.WaysOf == BooleanParty.First);
        if (ways.Count != (hasWays ? plan.WayCount : 0)) throw new ArgumentException("The ways at their owner.", nameof(ways));
        var subset = rows.IsSender ? plan.SubsetOfSender : plan.SubsetOfReceiver;
        JoinedTotals.CheckColumns(rows, columns, rows.IsSender ? plan.OfSender : plan.OfReceiver, subset);
        JoinedTotals.CheckColumns(rows, ways, [.. ways.Select(_ => JoinedColumn.Indicator)], subset);
        await JoinedTotals.AgreeAsync(rows.Channel, Agreement, plan.Digest(), cancellation).ConfigureAwait(false);                          // 9 ↔
        var waysOfSender = plan.WaysOf == BooleanParty.First ? plan.WayCount : 0;
        var stored = await rows.ColumnsAsync(
            plan.OfSender.Count + waysOfSender, !rows.IsSender ? [] : waysOfSender > 0 ? [.. columns, .. ways] : columns, cancellation).ConfigureAwait(false); // 10 →
        var members = await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false);             // 11 ↔
        var selected = new List<SharedWords>();
        var products = new SharedWords[plan.Products.Count];
        try
        {
            for (var s = 0; s < plan.OfSender.Count; s++)
                selected.Add(await ObliviousSelection.MultiplyAsync(rows.Engine, members, stored[s], cancellation).ConfigureAwait(false)); // 11 ↔
            foreach (var (column, places) in plan.ByReceiver())
            {
                var factors = places.Select(place => selected[plan.Products[place].OfSender]).ToList();
                var made = await ProductsAsync(rows, factors, rows.IsSender ? default : columns[column], plan.OfReceiver[column], plan.SubsetOfReceiver, cancellation).ConfigureAwait(false); // 12 ↔
                foreach (var (place, product) in places.Zip(made)) products[place] = product;
            }

            var sums = new List<UInt128>();
            if (plan.WayCount == 0) sums.AddRange(products.Select(Total));
            for (var way = 0; way < plan.WayCount; way++)
            {
                sums.AddRange(waysOfSender > 0
                    ? await WithinSharedAsync(rows.Engine, products, stored[plan.OfSender.Count + way], cancellation).ConfigureAwait(false)
                    : await WithinKnownAsync(rows, products, hasWays ? ways[way] : default, cancellation).ConfigureAwait(false));            // 13 ↔
            }

            using var all = new SharedWords([.. sums], WordBits);
            var words = await WordOpening.OpenAsync(rows.Engine, all, BooleanParty.Second, cancellation).ConfigureAwait(false);             // 14 →
            return words is null ? null : [.. words.Select(word => (BigInteger)unchecked((Int128)word))];
        }
        finally
        {
            foreach (var words in stored.Concat(selected).Concat(products)) words?.Dispose();
        }
    }

    /// <summary>Shares of s·y in each bin for shared s and a column y of the receiver: y = least + offset, and of the offset times the sender's share they get shares by its bits.</summary>
    private static async Task<SharedWords[]> ProductsAsync(
        SharedRows rows, List<SharedWords> factors, ReadOnlyMemory<Int128> column, JoinedColumn range, int? subset, CancellationToken cancellation)
    {
        var least = unchecked((UInt128)range.Least);
        var offsets = rows.Items is null ? [] : InBins(rows, row => unchecked((UInt128)column.Span[row] - least), subset);
        SharedWords[]? crossed = null;
        if (range.Bits > 0)
        {
            crossed = rows.IsSender
                ? await ObliviousProducts.SendAsync(rows.Engine, [.. factors.Select(factor => (ReadOnlyMemory<UInt128>)factor.Share.ToArray())], range.Bits, cancellation).ConfigureAwait(false)
                : await ObliviousProducts.ReceiveAsync(rows.Engine, offsets, range.Bits, factors.Count, cancellation).ConfigureAwait(false);
        }

        var products = factors.Select((factor, j) =>
        {
            var share = new UInt128[factor.Length];
            for (var b = 0; b < share.Length; b++)
                share[b] = unchecked((factor.Share[b] * (least + (rows.IsSender ? 0 : offsets[b]))) + (crossed is null ? 0 : crossed[j].Share[b]));
            return new SharedWords(share, WordBits);
        }).ToArray();
        foreach (var words in crossed ?? []) words.Dispose();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(offsets.AsSpan()));
        return products;
    }

    /// <summary>Shares of Σ bit·v for a bit of each row that the receiver knows.</summary>
    private static async Task<IEnumerable<UInt128>> WithinKnownAsync(SharedRows rows, SharedWords[] products, ReadOnlyMemory<Int128> way, CancellationToken cancellation)
    {
        if (rows.IsSender) return await WithinOwnAsync(rows.Engine, products, null, cancellation).ConfigureAwait(false);
        var bits = InBins(rows, row => (UInt128)way.Span[row], null);
        var crossed = await ObliviousProducts.ReceiveAsync(rows.Engine, bits, 1, products.Length, cancellation).ConfigureAwait(false);
        return [.. products.Zip(crossed, (product, words) => unchecked(Total(words) + Inner(product, bits)))];
    }

    /// <summary>The sender's side of that: its shares times a bit of the other; at a party that knows a bit too, v·(x xor y) = v·x + y·v·(1 − 2x).</summary>
    private static async Task<UInt128[]> WithinOwnAsync(BooleanEngine engine, SharedWords[] products, UInt128[]? bits, CancellationToken cancellation)
    {
        var words = products.Select(product =>
        {
            var signed = product.Share.ToArray();
            for (var b = 0; bits is not null && b < signed.Length; b++) signed[b] = unchecked(signed[b] * (1 - (2 * bits[b])));
            return (ReadOnlyMemory<UInt128>)signed;
        }).ToList();
        var crossed = await ObliviousProducts.SendAsync(engine, words, 1, cancellation).ConfigureAwait(false);
        return [.. products.Zip(crossed, (product, own) => unchecked(Total(own) + (bits is null ? 0 : Inner(product, bits))))];
    }

    /// <summary>Shares of Σ bit·v for a column of bits of the sender: the lowest bits of the shares of a bit are its shares by exclusive or.</summary>
    private static async Task<IEnumerable<UInt128>> WithinSharedAsync(BooleanEngine engine, SharedWords[] products, SharedWords way, CancellationToken cancellation)
    {
        var bits = new UInt128[way.Length];
        for (var b = 0; b < bits.Length; b++) bits[b] = way.Share[b] & 1;
        var sums = new UInt128[products.Length];
        foreach (var sender in new[] { BooleanParty.First, BooleanParty.Second })
        {
            var part = engine.Party == sender
                ? await WithinOwnAsync(engine, products, bits, cancellation).ConfigureAwait(false)
                : [.. (await ObliviousProducts.ReceiveAsync(engine, bits, 1, products.Length, cancellation).ConfigureAwait(false)).Select(Total)];
            for (var j = 0; j < sums.Length; j++) sums[j] = unchecked(sums[j] + part[j]);
        }

        return sums;
    }

    /// <summary>At the receiver, a word of the row in each bin, 0 in empty ones and for rows outside its subset.</summary>
    private static UInt128[] InBins(SharedRows rows, Func<int, UInt128> value, int? subset)
    {
        var words = new UInt128[rows.BinCount];
        for (var b = 0; b < words.Length; b++)
            if (rows.Items![b] >= 0 && rows.IsIn(rows.Items[b], subset)) words[b] = value(rows.Items[b]);
        return words;
    }

    private static UInt128 Total(SharedWords words)
    {
        var sum = UInt128.Zero;
        foreach (var word in words.Share) sum = unchecked(sum + word);
        return sum;
    }

    private static UInt128 Inner(SharedWords words, UInt128[] bits)
    {
        var sum = UInt128.Zero;
        for (var b = 0; b < bits.Length; b++) sum = unchecked(sum + (words.Share[b] * bits[b]));
        return sum;
    }
}
