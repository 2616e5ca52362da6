using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;
using Collab.Testing;

namespace Collab.Statistics.Tests.Results;

public sealed class StatisticsResultTests
{
    private static readonly Statistic[] All = Enum.GetValues<Statistic>();

    [Fact]
    public async Task Every_statistic_equals_that_of_an_independent_exact_computation()
    {
        var cells = Samples().ToList();
        var expected = await PythonOracle.DescribeAsync(cells);
        for (var i = 0; i < cells.Count; i++)
            AssertSame(expected[i], Describe(cells[i].Values, cells[i].Scale));
    }

    [Fact]
    public void A_single_row_has_no_variance()
    {
        var cell = Describe([-5], 1);
        Assert.Equal("-0.5", Assert.IsType<DecimalValue>(cell.Values![1]).Text);
        Assert.IsType<UndefinedValue>(cell.Values[3]);
        Assert.IsType<UndefinedValue>(cell.Values[4]);
        var rows = Result(cell).Rows().ToList();
        Assert.Equal((null, "not defined"), (rows[3].Value, rows[3].Exactness));
    }

    [Fact]
    public void A_billion_rows_of_the_most_negative_value_have_exact_statistics()
    {
        // What 10^9 rows of −2^63 and one of −2^63 + 1 add up to, without the rows.
        BigInteger n = 1_000_000_000, x = long.MinValue;
        var totals = new CellTotals(n + 1, (n * x) + x + 1, (n * x * x) + ((x + 1) * (x + 1)), long.MinValue, long.MinValue + 1);
        var cell = StatisticsCell.From(new PlannedCell("", new Measure("x", 0)), All, totals);
        Assert.Equal(new Fraction(1, n + 1), Assert.IsType<FractionValue>(cell.Values![3]).Fraction); // n·1·1/(n(n+1))
    }

    [Fact]
    public void Exact_doubles_are_called_exact_and_others_rounded()
    {
        var cell = Describe([1, 2, 3, 4, 5], 0); // mean 3; variance 5/2; its root is irrational
        Assert.Equal(
            [Exactness.Exact, Exactness.Exact, Exactness.Exact, Exactness.Exact, Exactness.RoundedToNearestDouble],
            cell.Values!.Take(5).Select(v => v.Exactness));
        Assert.Equal(Exactness.RoundedToNearestDouble, Describe([1, 2, 2], 0).Values![2].Exactness); // mean 5/3
        Assert.Equal(Exactness.Exact, Describe([2, 6, 10], 0).Values![4].Exactness); // variance 16
    }

    [Fact]
    public void The_encoding_reads_back_to_the_same_bytes_and_values()
    {
        var result = new StatisticsResult(All, 10,
        [
            Describe([.. Enumerable.Range(-3, 20).Select(i => (long)i)], 2),
            new StatisticsCell("1", new Measure("age", 0), null),
            Describe([7], 18),
        ]);
        var bytes = result.Encode();
        var read = StatisticsResult.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(result.Rows(), read.Rows());
        Assert.Equal("withheld: fewer than 10", read.Rows().Single(r => r.Level == "1").Exactness);
    }

    [Fact]
    public void An_answer_with_a_rule_of_dominance_says_so_and_is_read_back()
    {
        var result = new StatisticsResult(All, 10, [Describe([7, 8], 1), new StatisticsCell("1", new Measure("age", 0), null)]) { Dominance = new DominanceRule(10, 2, 85) };
        var bytes = result.Encode();
        var read = StatisticsResult.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(result.Dominance, read.Dominance);
        Assert.Equal("withheld: fewer than 10, or few make up the sum (p 10 and (2,85))", read.Rows().Last().Exactness);
        Assert.Throws<Collab.Primitives.MalformedException>(() => StatisticsResult.Decode([.. bytes[..^3], 0, 0, 0]));
        Assert.Throws<Collab.Primitives.MalformedException>(() => StatisticsResult.Decode([.. bytes, 0]));
    }

    [Fact]
    public void Changed_bytes_either_fail_or_are_another_canonical_result()
    {
        var bytes = Result(Describe([3, 1, 4, 1, 5, 9, 2, 6], 1)).Encode();
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = bytes.ToArray();
                changed[i] ^= (byte)(1 << bit);
                try
                {
                    Assert.Equal(changed, StatisticsResult.Decode(changed).Encode());
                }
                catch (MalformedException)
                {
                    // as it should be
                }
            }

            Assert.Throws<MalformedException>(() => StatisticsResult.Decode(bytes.AsSpan(0, i)));
        }

        Assert.Throws<MalformedException>(() => StatisticsResult.Decode([.. bytes, 0]));
    }

    [Fact]
    public void A_double_that_is_not_the_nearest_is_refused()
    {
        var result = Result(StatisticsCell.From(
            new PlannedCell("", new Measure("x", 0)), [Statistic.Mean], new CellTotals(3, 5, 0, 0, 0))) with { Statistics = [Statistic.Mean] };
        var bytes = result.Encode();
        bytes[^8] ^= 1; // the last bit of the double
        Assert.Throws<MalformedException>(() => StatisticsResult.Decode(bytes));
    }

    [Fact]
    public async Task Rounding_is_that_of_python_for_fractions_and_roots_of_every_size()
    {
        var random = RandomSource.Seeded(8);
        BigInteger Positive(int size) => new BigInteger(random.Bytes(size), isUnsigned: true) + 1;
        var fractions = Enumerable.Range(0, 500).Select(i => new Fraction(Positive(1 + (i % 40)), Positive(1 + (i * 7 % 40)))).ToList();
        // Ties and their neighbours: odd and even 53-bit significands and one half.
        foreach (var significand in new[] { (1L << 53) - 1, (1L << 53) - 2, (1L << 52) + 1, 1L << 52 })
        {
            var half = new BigInteger(significand) * 2 + 1;
            var little = BigInteger.One << 300;
            foreach (var shift in new[] { -1, 0, 1 })
            {
                fractions.Add(new Fraction((half * little) + shift, 2 * little));
                fractions.Add(new Fraction((half * half * little) + shift, 4 * little)); // its root is the tie, or next to it
            }
        }

        var answer = await PythonOracle.RunAsync(
            """
            import sys
            from decimal import Decimal, getcontext
            from fractions import Fraction
            getcontext().prec = 400
            for line in sys.stdin:
                x = Fraction(line.strip())
                print(float(x).hex(), float((Decimal(x.numerator) / Decimal(x.denominator)).sqrt()).hex())
            """,
            string.Join('\n', fractions));
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(fractions.Count, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var doubles = lines[i].Split(' ');
            Assert.Equal(FromHex(doubles[0]), fractions[i].ToNearestDouble());
            Assert.Equal(FromHex(doubles[1]), fractions[i].SquareRootToNearestDouble());
        }
    }

    internal static void AssertSame(PythonOracle.Description expected, StatisticsCell cell)
    {
        var values = cell.Values!.ToDictionary(v => v.Statistic);
        Assert.Equal(expected.Count.ToString(CultureInfo.InvariantCulture), ((DecimalValue)values[Statistic.Count]).Text);
        Assert.Equal(Number(expected.Sum!), Number(((DecimalValue)values[Statistic.Sum]).Text));
        Assert.Equal(Number(expected.Minimum!), Number(((DecimalValue)values[Statistic.Minimum]).Text));
        Assert.Equal(Number(expected.Maximum!), Number(((DecimalValue)values[Statistic.Maximum]).Text));
        Assert.Equal(ParseFraction(expected.Mean!), ((FractionValue)values[Statistic.Mean]).Fraction);
        Assert.Equal(FromHex(expected.MeanDouble!), values[Statistic.Mean].Nearest);
        if (expected.Variance is null)
        {
            Assert.IsType<UndefinedValue>(values[Statistic.Variance]);
            Assert.IsType<UndefinedValue>(values[Statistic.StandardDeviation]);
            return;
        }

        Assert.Equal(ParseFraction(expected.Variance), ((FractionValue)values[Statistic.Variance]).Fraction);
        Assert.Equal(FromHex(expected.VarianceDouble!), values[Statistic.Variance].Nearest);
        Assert.Equal(ParseFraction(expected.Variance), ((RootValue)values[Statistic.StandardDeviation]).Square);
        Assert.Equal(FromHex(expected.RootDouble!), values[Statistic.StandardDeviation].Nearest);
    }

    private static StatisticsResult Result(StatisticsCell cell) => new(All, 1, [cell]);

    private static StatisticsCell Describe(long[] values, int scale)
    {
        var plan = new PlannedCell("", new Measure("x", scale));
        BigInteger sum = 0, squares = 0;
        foreach (BigInteger x in values) (sum, squares) = (sum + x, squares + (x * x));
        return StatisticsCell.From(plan, All, new CellTotals(values.Length, sum, squares, values.Min(), values.Max()));
    }

    private static IEnumerable<(long[] Values, int Scale)> Samples()
    {
        var random = RandomSource.Seeded(77);
        long Word() => unchecked((long)random.NextUInt64());
        foreach (var length in new[] { 1, 2, 3, 10, 257 })
        {
            yield return ([.. Enumerable.Range(0, length).Select(_ => Word() % 200)], 0);
            yield return ([.. Enumerable.Range(0, length).Select(_ => Word() % 2_000_000)], 4);
            yield return ([.. Enumerable.Range(0, length).Select(_ => Word())], 18);
            yield return ([.. Enumerable.Repeat(long.MinValue, length)], 0);
            yield return ([.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? long.MinValue : long.MaxValue)], 3);
        }
    }

    // Python writes 0E-4 and 1.5E+3 where it likes; both texts are compared as exact fractions.
    private static Fraction Number(string text)
    {
        var parts = text.Split('E');
        var power = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        if (point >= 0) power -= parts[0].Length - point - 1;
        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return power >= 0 ? new Fraction(digits * BigInteger.Pow(10, power), 1) : new Fraction(digits, BigInteger.Pow(10, -power));
    }

    private static Fraction ParseFraction(string text)
    {
        var parts = text.Split('/');
        var denominator = parts.Length == 2 ? BigInteger.Parse(parts[1], CultureInfo.InvariantCulture) : 1;
        return new Fraction(BigInteger.Parse(parts[0], CultureInfo.InvariantCulture), denominator);
    }

    // 0x1.8p+1: the hexadecimal notation of C, which .NET does not read.
    private static double FromHex(string text)
    {
        var negative = text.StartsWith('-');
        var body = text.TrimStart('-')[2..].Split('p');
        var digits = body[0].Split('.');
        var fraction = digits.Length == 2 ? digits[1] : "";
        var significand = BigInteger.Parse("0" + digits[0] + fraction, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var value = Math.ScaleB((double)significand, int.Parse(body[1], CultureInfo.InvariantCulture) - (4 * fraction.Length));
        return negative ? -value : value;
    }
}
