using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Sums of products of columns of two parties over aligned rows, opened to the receiver without a gate of their own: for rounds over rows that a gate passed before.</summary>
/// <remarks>
/// Semi-honest. The receiver learns the sums, the sender nothing. A number of the receiver multiplies all columns of the sender that it meets for the same transfers; products are added
/// up bin by bin, and only then taken times the shared bit of the rows that match, and told apart by ways. Steps: specs/analysis-joined.md, "Sums for rounds".
/// </remarks>
public static class JoinedSums
{
    private const int WordBits = 128;

    private static readonly StepId Agreement = new("analysis-joined.9");

    /// <summary>One party's part of one round whose sums have one part.</summary>
    /// <param name="rows">The rows of both, aligned.</param>
    /// <param name="columns">A value of each row of this party, for each of the plan's columns of it, shape [p][n]; those of rows outside its subset are not looked at.</param>
    /// <param name="ways">At their owner, for each way an indicator of each row, shape [ways][n]; nothing at the other.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>At the receiver the sums, way by way in the order of the products; null at the sender.</returns>
    /// <exception cref="ArgumentException">A value is outside its column's range, or the plan is none; nothing was sent.</exception>
    /// <exception cref="InsecureParametersException">A sum could wrap; nothing was sent.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static Task<IReadOnlyList<BigInteger>?> OpenAsync(
        SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, IReadOnlyList<ReadOnlyMemory<Int128>> ways, JoinedSumPlan plan, CancellationToken cancellation = default) =>
        OpenAsync(rows, [plan], _ => columns, ways, [], cancellation);

    /// <summary>One party's part of one round whose sums have several parts, each with columns of its own: only one part's are in memory at a time.</summary>
    /// <param name="rows">The rows of both, aligned.</param>
    /// <param name="parts">What is opened, part after part; a sum adds up what all of them give it.</param>
    /// <param name="columnsOf">The columns of this party for a part, asked for once, in order.</param>
    /// <param name="ways">At their owner, for each way an indicator of each row, shape [ways][n]; nothing at the other.</param>
    /// <param name="after">At the receiver, a value of each row for each column that multiplies sums at the end; nothing at the sender.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>At the receiver the sums, way by way in their order; null at the sender.</returns>
    /// <exception cref="ArgumentException">A value is outside its column's range, or the plan is none; of the first part, nothing was sent.</exception>
    /// <exception cref="InsecureParametersException">A sum could wrap; nothing was sent.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<IReadOnlyList<BigInteger>?> OpenAsync(
        SharedRows rows, IReadOnlyList<JoinedSumPlan> parts, Func<int, IReadOnlyList<ReadOnlyMemory<Int128>>> columnsOf, IReadOnlyList<ReadOnlyMemory<Int128>> ways,
        IReadOnlyList<ReadOnlyMemory<Int128>> after, CancellationToken cancellation = default)
    {
        JoinedSumPlan.Check(parts);
        var plan = parts[0];
        var hasWays = plan.WayCount > 0 && rows.IsSender == (plan.WaysOf == BooleanParty.First);
        if (ways.Count != (hasWays ? plan.WayCount : 0)) throw new ArgumentException("The ways at their owner.", nameof(ways));
        var subset = rows.IsSender ? plan.SubsetOfSender : plan.SubsetOfReceiver;
        JoinedTotals.CheckColumns(rows, ways, [.. ways.Select(_ => JoinedColumn.Indicator)], subset);
        JoinedTotals.CheckColumns(rows, after, rows.IsSender ? [] : plan.OfReceiverAfter, subset);
        var columns = Checked(0);
        await JoinedTotals.AgreeAsync(rows.Channel, Agreement, JoinedSumPlan.Digest(parts), cancellation).ConfigureAwait(false);            // 9 ↔
        var held = new List<SharedWords>();
        try
        {
            var products = Enumerable.Range(0, plan.SumCount).Select(_ => new UInt128[rows.BinCount]).ToArray();
            held.AddRange(products.Select(product => new SharedWords(product, WordBits)));
            for (var part = 0; part < parts.Count; part++)
            {
                await AddAsync(rows, part == 0 ? columns : Checked(part), parts[part], products, cancellation).ConfigureAwait(false);       // 10 →, 11 ↔
                columns = [];
            }

            var waysOfSender = plan.WaysOf == BooleanParty.First ? plan.WayCount : 0;
            var shared = await rows.ColumnsAsync(waysOfSender, ways, cancellation).ConfigureAwait(false);                                   // 12 →
            held.AddRange(shared);
            var members = await rows.MembersAsync(plan.SubsetOfSender, plan.SubsetOfReceiver, cancellation).ConfigureAwait(false);          // 13 ↔
            var matching = await WithinAsync(rows.Engine, held[..plan.SumCount], Words(members), cancellation).ConfigureAwait(false);       // 13 ↔
            held.AddRange(matching);
            var sums = new List<UInt128>();
            if (plan.After is not null) sums.AddRange(await AfterAsync(rows, matching, after, plan, cancellation).ConfigureAwait(false));        // 15 ↔
            else if (plan.WayCount == 0) sums.AddRange(matching.Select(Total));
            for (var way = 0; way < plan.WayCount; way++)
            {
                if (waysOfSender == 0) sums.AddRange(await WithinKnownAsync(rows, matching, hasWays ? ways[way] : default, cancellation).ConfigureAwait(false)); // 14 ↔
                else
                {
                    var within = await WithinAsync(rows.Engine, matching, LowestBits(shared[way]), cancellation).ConfigureAwait(false);     // 14 ↔
                    held.AddRange(within);
                    sums.AddRange(within.Select(Total));
                }
            }

            using var all = new SharedWords([.. sums], WordBits);
            var words = await WordOpening.OpenAsync(rows.Engine, all, BooleanParty.Second, cancellation).ConfigureAwait(false);             // 16 →
            return words is null ? null : [.. words.Select(word => (BigInteger)unchecked((Int128)word))];
        }
        finally
        {
            foreach (var words in held) words.Dispose();
        }

        IReadOnlyList<ReadOnlyMemory<Int128>> Checked(int part)
        {
            var own = columnsOf(part);
            JoinedTotals.CheckColumns(rows, own, rows.IsSender ? parts[part].OfSender : parts[part].OfReceiver, subset);
            return own;
        }
    }

    /// <summary>Shares of Σ v·y for shared v and a number y of each row of the receiver, as in step 11.</summary>
    private static async Task<UInt128[]> AfterAsync(SharedRows rows, SharedWords[] sums, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedSumPlan plan, CancellationToken cancellation)
    {
        var totals = new UInt128[plan.After!.Count];
        var numbers = plan.ByReceiverAfter().Where(group => group.Column >= 0).Select(group => NumberOf(rows, columns, group.Column, plan.OfReceiverAfter[group.Column], group.Products, plan.SubsetOfReceiver)).ToArray();
        var crossed = await CrossedAsync(rows, numbers, place => sums[plan.After[place].Sum].Share, cancellation).ConfigureAwait(false);
        foreach (var (place, words) in crossed)
        {
            totals[place] = Total(words);
            words.Dispose();
        }

        foreach (var (place, (sum, column)) in plan.After.Index())
            if (column < 0) totals[place] = Total(sums[sum]);
        var own = new UInt128[rows.BinCount];
        foreach (var number in numbers)
        {
            foreach (var place in number.Products)
            {
                AddProducts(own, sums[plan.After[place].Sum].Share, unchecked((UInt128)number.Range.Least), number.Offsets);
                foreach (var word in own) totals[place] = unchecked(totals[place] + word);
                Array.Clear(own);
            }

            number.Clear();
        }

        return totals;
    }

    /// <summary>Adds shares of the products of a part in each bin, which mean nothing where rows do not match: y = least + offset, and of the offset times the sender's share they get shares by its bits.</summary>
    private static async Task AddAsync(SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedSumPlan part, UInt128[][] sums, CancellationToken cancellation)
    {
        var stored = await rows.ColumnsAsync(part.OfSender.Count, rows.IsSender ? columns : [], cancellation).ConfigureAwait(false);        // 10 →
        var numbers = part.ByReceiver().Select(group => NumberOf(rows, columns, group.OfReceiver, part.OfReceiver[group.OfReceiver], group.Products, part.SubsetOfReceiver)).ToArray();
        try
        {
            foreach (var (place, words) in await CrossedAsync(rows, numbers, place => stored[part.Products[place].OfSender].Share, cancellation).ConfigureAwait(false)) // 11 ↔
            {
                Add(sums[part.SumOfProduct(place)], words.Share);
                words.Dispose();
            }

            foreach (var number in numbers)
                foreach (var place in number.Products)
                    AddProducts(sums[part.SumOfProduct(place)], stored[part.Products[place].OfSender].Share, unchecked((UInt128)number.Range.Least), number.Offsets);
        }
        finally
        {
            foreach (var words in stored) words.Dispose();
            foreach (var number in numbers) number.Clear();
        }
    }

    private static Number NumberOf(SharedRows rows, IReadOnlyList<ReadOnlyMemory<Int128>> columns, int column, JoinedColumn range, int[] products, int? subset) =>
        new(range, products, rows.Items is null ? [] : InBins(rows, row => unchecked((UInt128)(columns[column].Span[row] - range.Least)), subset));

    /// <summary>Shares of the sender's share times the offset, for each product of numbers that are not constant.</summary>
    private static async Task<IEnumerable<(int Place, SharedWords Words)>> CrossedAsync(
        SharedRows rows, IReadOnlyList<Number> numbers, ShareOfProduct shareOf, CancellationToken cancellation)
    {
        var wide = numbers.Where(number => number.Range.Bits > 0).ToArray();
        if (wide.Length == 0) return [];
        var crossed = rows.IsSender
            ? await ObliviousProducts.SendAsync(
                rows.Engine, [.. wide.Select(number => (number.Range.Bits, (IReadOnlyList<ReadOnlyMemory<UInt128>>)[.. number.Products.Select(place => (ReadOnlyMemory<UInt128>)shareOf(place).ToArray())]))],
                cancellation).ConfigureAwait(false)
            : await ObliviousProducts.ReceiveAsync(
                rows.Engine, [.. wide.Select(number => (number.Range.Bits, (ReadOnlyMemory<UInt128>)number.Offsets, number.Products.Length))], cancellation).ConfigureAwait(false);
        return crossed.Zip(wide, (own, number) => own.Zip(number.Products, (words, place) => (place, words))).SelectMany(own => own);
    }

    private static void Add(Span<UInt128> sums, ReadOnlySpan<UInt128> words)
    {
        for (var b = 0; b < sums.Length; b++) sums[b] = unchecked(sums[b] + words[b]);
    }

    /// <summary>What a party reckons by itself: its share times the least value, and at the receiver, which has offsets, times the value.</summary>
    private static void AddProducts(Span<UInt128> sums, ReadOnlySpan<UInt128> share, UInt128 least, ReadOnlySpan<UInt128> offsets)
    {
        for (var b = 0; b < sums.Length; b++) sums[b] = unchecked(sums[b] + (share[b] * (offsets.IsEmpty ? least : least + offsets[b])));
    }

    /// <summary>Shares of Σ bit·v for a bit of each row that the receiver knows.</summary>
    private static async Task<IEnumerable<UInt128>> WithinKnownAsync(SharedRows rows, IReadOnlyList<SharedWords> products, ReadOnlyMemory<Int128> way, CancellationToken cancellation)
    {
        if (rows.IsSender) return (await WithinOwnAsync(rows.Engine, products, null, cancellation).ConfigureAwait(false)).Select(Total);
        var bits = InBins(rows, row => (UInt128)way.Span[row], null);
        var crossed = await ObliviousProducts.ReceiveAsync(rows.Engine, bits, 1, products.Count, cancellation).ConfigureAwait(false);
        return [.. products.Zip(crossed, (product, words) => unchecked(Total(words) + Inner(product, bits)))];
    }

    /// <summary>The sender's side of that: its shares times a bit of the other; at a party that knows a bit too, v·(x xor y) = v·x + y·v·(1 − 2x).</summary>
    private static async Task<SharedWords[]> WithinOwnAsync(BooleanEngine engine, IReadOnlyList<SharedWords> products, UInt128[]? bits, CancellationToken cancellation)
    {
        var words = products.Select(product =>
        {
            var signed = product.Share.ToArray();
            for (var b = 0; bits is not null && b < signed.Length; b++) signed[b] = unchecked(signed[b] * (1 - (2 * bits[b])));
            return (ReadOnlyMemory<UInt128>)signed;
        }).ToList();
        var crossed = await ObliviousProducts.SendAsync(engine, words, 1, cancellation).ConfigureAwait(false);
        if (bits is null) return crossed;
        return [.. products.Zip(crossed, (product, own) =>
        {
            var sum = own.Share.ToArray();
            for (var b = 0; b < sum.Length; b++) sum[b] = unchecked(sum[b] + (product.Share[b] * bits[b]));
            own.Dispose();
            return new SharedWords(sum, WordBits);
        })];
    }

    /// <summary>Shares of bit·v in each bin, for bits shared by exclusive or.</summary>
    private static async Task<SharedWords[]> WithinAsync(BooleanEngine engine, IReadOnlyList<SharedWords> products, UInt128[] bits, CancellationToken cancellation)
    {
        var sums = new SharedWords[products.Count];
        foreach (var sender in new[] { BooleanParty.First, BooleanParty.Second })
        {
            var part = engine.Party == sender
                ? await WithinOwnAsync(engine, products, bits, cancellation).ConfigureAwait(false)
                : await ObliviousProducts.ReceiveAsync(engine, bits, 1, products.Count, cancellation).ConfigureAwait(false);
            for (var j = 0; j < sums.Length; j++)
            {
                if (sums[j] is not { } other)
                {
                    sums[j] = part[j];
                    continue;
                }

                sums[j] = other.Add(part[j]);
                other.Dispose();
                part[j].Dispose();
            }
        }

        return sums;
    }

    /// <summary>A share of bits as words.</summary>
    private static UInt128[] Words(SharedBits bits)
    {
        var words = new UInt128[bits.Length];
        for (var b = 0; b < words.Length; b++) words[b] = bits.Share.Bit(b);
        return words;
    }

    /// <summary>Shares of a bit by exclusive or, from shares of it by addition.</summary>
    private static UInt128[] LowestBits(SharedWords words)
    {
        var bits = new UInt128[words.Length];
        for (var b = 0; b < bits.Length; b++) bits[b] = words.Share[b] & 1;
        return bits;
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

    /// <summary>The sender's share that a product multiplies.</summary>
    private delegate ReadOnlySpan<UInt128> ShareOfProduct(int place);

    /// <summary>A number of each row of the receiver and the places of its products; offsets from its least value, in bins, are there at the receiver alone.</summary>
    private sealed record Number(JoinedColumn Range, int[] Products, UInt128[] Offsets)
    {
        public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Offsets.AsSpan()));
    }
}
