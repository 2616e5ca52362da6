using System.Globalization;
using System.Numerics;
using Collab.Psi.Circuit;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Means;
using Collab.Statistics.Inference.Ranks;
using Collab.Statistics.Inference.Regression;
using Collab.Statistics.Inference.Survival;
using Collab.Statistics.Inference.Tables;
using Collab.Statistics.Tests.Inference;

namespace Collab.Psi.Tests.Circuit;

/// <summary>Data that R had whole, halved by columns between two parties, each with rows of its own that the other lacks: the totals give R's findings.</summary>
public class JoinedAgainstR
{
    private const int Lone = 40; // rows of each party that match nothing; they repeat the first rows' values under other keys

    private static readonly (int Time, int Event)[] Maintained =
        [(9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0)]; // aml of R's package survival

    private static readonly (int Time, int Event)[] NotMaintained =
        [(5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1)];

    [Fact]
    public async Task Correlation_of_a_column_of_each_party()
    {
        var (duration, amount) = (Numbers("Duration"), Numbers("Amount"));
        var totals = await RunAsync(
            [amount, Products(amount, amount)], [duration, Products(duration, duration)],
            [new(null, null), new(null, 0), new(0, null), new(null, 1), new(1, null), new(0, 0)]);
        RVectors.Check("pearson-greater", new Correlation(totals[0], totals[1], totals[2], totals[3], totals[4], totals[5]).Pearson(Alternative.Greater, 0.9));
    }

    [Fact]
    public async Task Regression_with_covariates_of_both_parties()
    {
        var (amount, duration, age, rate, credits) =
            (Numbers("Amount"), Numbers("Duration"), Numbers("Age"), Numbers("InstallmentRatePercentage"), Numbers("NumberExistingCredits"));
        var totals = await RunAsync(
            [amount, duration, Products(amount, amount), Products(amount, duration), Products(duration, duration)],                                    // y and the first covariate
            [age, rate, credits, Products(age, age), Products(age, rate), Products(age, credits), Products(rate, rate), Products(rate, credits), Products(credits, credits)],
            [
                new(null, null), new(1, null), new(null, 0), new(null, 1), new(null, 2),                                                              // XᵀX, row by row
                new(4, null), new(1, 0), new(1, 1), new(1, 2), new(null, 3), new(null, 4), new(null, 5), new(null, 6), new(null, 7), new(null, 8),
                new(0, null), new(3, null), new(0, 0), new(0, 1), new(0, 2),                                                                          // Xᵀy
                new(2, null),                                                                                                                         // yᵀy
            ]);
        var gram = new BigInteger[5, 5];
        for (int i = 0, next = 0; i < 5; i++)
            for (var j = i; j < 5; j++) gram[i, j] = gram[j, i] = totals[next++];
        RVectors.Check("linear-credit", LinearRegression.Fit(new CrossProducts(
            ["(Intercept)", "Duration", "Age", "InstallmentRatePercentage", "NumberExistingCredits"], gram[0, 0], gram, [.. totals.Skip(15).Take(5)], totals[20],
            [1, 1, 1, 1, 1], 1, HasIntercept: true)));
    }

    [Fact]
    public async Task Samples_whose_group_is_at_the_one_party_and_whose_value_is_at_the_other()
    {
        var ratios = Columns.Units(Columns.Hmda, "pirat").Select(value => (Int128)value!.Value).ToArray();
        var denied = RVectors.Column(Columns.Hmda, "deny");
        Int128[] yes = Indicator(denied, "yes"), no = Indicator(denied, "no");
        var totals = await RunAsync(
            [ratios, Products(ratios, ratios)], [yes, no],
            [new(null, 0), new(null, 1), new(0, 0), new(1, 0), new(0, 1), new(1, 1)], 285, 0, 1);
        Sample refused = new(totals[0], totals[2], totals[3], Columns.Scale), granted = new(totals[1], totals[4], totals[5], Columns.Scale);
        RVectors.Check("welch-two.sided", MeanTests.Welch(refused, granted));
        RVectors.Check("equal-variances", MeanTests.EqualVariances(refused, granted));
    }

    [Fact]
    public async Task Table_of_a_column_of_each_party()
    {
        var (denied, black) = (RVectors.Column(Columns.Hmda, "deny"), RVectors.Column(Columns.Hmda, "afam"));
        var counts = await RunAsync(
            [Indicator(denied, "no"), Indicator(denied, "yes")], [Indicator(black, "no"), Indicator(black, "yes")],
            [new(0, 0), new(0, 1), new(1, 0), new(1, 1)], 10, 0, 1, 2, 3);
        var table = new ContingencyTable(new BigInteger[,] { { counts[0], counts[1] }, { counts[2], counts[3] } });
        RVectors.Check("chi-squared-2x2", table.ChiSquared());
        RVectors.Check("fisher-hmda-two.sided", FisherExact.TwoByTwo(table));
        RVectors.Check("odds-ratio", new TwoByTwo(counts[3], counts[1], counts[2], counts[0]).OddsRatio());
    }

    [Fact]
    public async Task Survival_with_the_group_at_the_one_party_and_the_time_at_the_other()
    {
        var rows = Maintained.Concat(NotMaintained).ToArray();
        var times = rows.Select(row => row.Time).Distinct().Order().ToArray();
        Int128[][] groups = [.. new[] { true, false }.Select(kept => rows.Select((_, i) => (Int128)(i < Maintained.Length == kept ? 1 : 0)).ToArray())];
        Int128[][] exits = [.. times.SelectMany(time => new[] { 1, 0 }, (time, happened) => rows.Select(row => (Int128)(row == (time, happened) ? 1 : 0)).ToArray())];
        var terms = Enumerable.Range(0, 2).SelectMany(_ => Enumerable.Range(0, exits.Length), (group, exit) => new JoinedTerm(group, exit)).ToArray();
        var counts = await RunAsync(groups, exits, [.. terms, new(0, null), new(1, null)], 11, terms.Length, terms.Length + 1);
        var tables = Enumerable.Range(0, 2).Select(group => counts.Skip(group * exits.Length).Take(exits.Length).Select(count => (long)count).ToArray())
            .Select(of => new LifeTable([.. times.Select(time => (double)time)], [.. of.Where((_, i) => i % 2 == 0)], [.. of.Where((_, i) => i % 2 == 1)])).ToArray();
        RVectors.Check("log-rank-aml", LogRank.Test(tables));
    }

    private static async Task<IReadOnlyList<BigInteger>> RunAsync(Int128[][] ofSender, Int128[][] ofReceiver, JoinedTerm[] terms, int minimumGroup = 1, params int[] cells)
    {
        var rows = ofSender[0].Length;
        var lone = Math.Min(Lone, rows);
        int[] atSender = [.. Enumerable.Range(0, lone), .. Enumerable.Range(0, rows)], atReceiver = [.. Enumerable.Range(0, rows).Reverse(), .. Enumerable.Range(0, lone)];
        ReadOnlyMemory<byte>[] senderKeys = [.. atSender.Select((row, i) => Key(i < lone ? "s" : "", row))], receiverKeys = [.. atReceiver.Select((row, i) => Key(i < rows ? "" : "r", row))];
        var plan = new JoinedPlan { OfSender = [.. ofSender.Select(Range)], OfReceiver = [.. ofReceiver.Select(Range)], Terms = terms, Gates = [[.. cells.DefaultIfEmpty(0).Select(term => new JoinedCount((1, term)))]], MinimumGroup = minimumGroup };
        return await JoinedRuns.RunAsync(new(senderKeys, Rows(ofSender, atSender)), new(receiverKeys, Rows(ofReceiver, atReceiver)), plan);
    }

    private static ReadOnlyMemory<byte> Key(string of, int row) => System.Text.Encoding.UTF8.GetBytes(of + row.ToString(CultureInfo.InvariantCulture));

    private static Int128[][] Rows(Int128[][] columns, int[] rows) => [.. columns.Select(column => rows.Select(row => column[row]).ToArray())];

    private static JoinedColumn Range(Int128[] column) => new(column.Min(), column.Max());

    private static Int128[] Numbers(string column) => [.. Columns.Units(Columns.Credit, column, 0).Select(value => (Int128)value!.Value)];

    private static Int128[] Products(Int128[] a, Int128[] b) => [.. a.Zip(b, (x, y) => x * y)];

    private static Int128[] Indicator(string?[] column, string level) => [.. column.Select(value => (Int128)(value == level ? 1 : 0))];
}
