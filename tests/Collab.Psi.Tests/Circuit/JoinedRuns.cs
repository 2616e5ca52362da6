using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

/// <summary>A table with keys, of which each party has one, and what a plan says of both.</summary>
/// <param name="Keys">Distinct keys.</param>
/// <param name="Columns">Shape [p][n].</param>
internal sealed record KeyedTable(ReadOnlyMemory<byte>[] Keys, Int128[][] Columns)
{
    /// <summary>For each row the subsets it is in; in none unless told.</summary>
    public ulong[] Subsets { get; init; } = new ulong[Keys.Length];

    public ReadOnlyMemory<Int128>[] Memory => [.. Columns.Select(column => (ReadOnlyMemory<Int128>)column)];
}

/// <summary>Both parties of <see cref="JoinedTotals"/> over dealt transfers, and the plain join.</summary>
internal static class JoinedRuns
{
    public static readonly CircuitPsiOptions Options = new(Digest.Of("collab.test.joined", []), new CircuitPlan());

    /// <summary>What the receiver learns of one plan.</summary>
    public static async Task<IReadOnlyList<BigInteger>> RunAsync(KeyedTable sender, KeyedTable receiver, JoinedPlan plan) => (await RunWithUsageAsync(sender, receiver, plan)).Totals;

    public static async Task<(IReadOnlyList<BigInteger> Totals, ChannelUsage Usage)> RunWithUsageAsync(KeyedTable sender, KeyedTable receiver, JoinedPlan plan)
    {
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(channel => SendAsync(channel, sender, dealer, plan), channel => ReceiveAsync(channel, receiver, dealer, plan));
        Assert.Null(run.Sender[0]);
        return ([.. run.Receiver[0]!.Select(total => total!.Value)], run.Usage);
    }

    /// <summary>One party's part: it aligns once and asks plan after plan.</summary>
    public static Task<IReadOnlyList<BigInteger?>?[]> SendAsync(IChannel channel, KeyedTable table, SeededOle dealer, params JoinedPlan[] plans) =>
        OneAsync(BooleanParty.First, channel, table, dealer, plans);

    public static Task<IReadOnlyList<BigInteger?>?[]> ReceiveAsync(IChannel channel, KeyedTable table, SeededOle dealer, params JoinedPlan[] plans) =>
        OneAsync(BooleanParty.Second, channel, table, dealer, plans);

    /// <summary>A gate of all rows.</summary>
    public static JoinedCount[][] AllRows(int term = 0) => [[new((1, term))]];

    public static BigInteger[] Plain(KeyedTable sender, KeyedTable receiver, JoinedPlan plan)
    {
        static bool IsIn(KeyedTable table, int row, int? subset) => subset is null || ((table.Subsets[row] >> subset.Value) & 1) != 0;
        var held = Enumerable.Range(0, receiver.Keys.Length).Where(i => IsIn(receiver, i, plan.SubsetOfReceiver)).ToDictionary(i => Convert.ToHexString(receiver.Keys[i].Span));
        var pairs = Enumerable.Range(0, sender.Keys.Length).Where(i => IsIn(sender, i, plan.SubsetOfSender) && held.ContainsKey(Convert.ToHexString(sender.Keys[i].Span)))
            .Select(i => (Sender: i, Receiver: held[Convert.ToHexString(sender.Keys[i].Span)])).ToArray();
        return [.. plan.Terms.Select(term => pairs.Aggregate(BigInteger.Zero, (sum, row) => sum
            + ((term.OfSender is { } s ? (BigInteger)sender.Columns[s][row.Sender] : 1) * (term.OfReceiver is { } r ? (BigInteger)receiver.Columns[r][row.Receiver] : 1))))];
    }

    private static async Task<IReadOnlyList<BigInteger?>?[]> OneAsync(BooleanParty party, IChannel channel, KeyedTable table, SeededOle dealer, JoinedPlan[] plans)
    {
        await using var rows = await SharedRows.AlignAsync(
            party, channel, table.Keys, table.Subsets, RandomSource.System, Options, dealer, new DealtTransfers(party), default);
        var totals = new IReadOnlyList<BigInteger?>?[plans.Length];
        for (var i = 0; i < plans.Length; i++) totals[i] = await JoinedTotals.OpenAsync(rows, table.Memory, plans[i]);
        return totals;
    }
}
