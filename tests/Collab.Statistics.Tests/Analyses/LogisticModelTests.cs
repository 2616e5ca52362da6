using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses.Joined;
using Collab.Testing;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>The columns that two owners make for a logistic regression, multiplied in the clear, against the functions themselves.</summary>
public class LogisticModelTests
{
    private const int Rows = 60;

    private static readonly PartyId Sender = PartyId.Parse("clinic"), Receiver = PartyId.Parse("registry");

    public static TheoryData<string, long, double, double, int> Shapes => new()
    {
        { "rrss", 90, 0.3, 1, 40 }, { "rrss", 90, 2, 1.2, 46 }, { "rs", 10_000_000, 0.5, 3, 36 }, { "sr", 10_000_000, 6, 3, 30 }, { "ss", 90, 4, 1, 40 }, { "rr", 70_000, 2, 0.1, 40 }, { "rs", 1, 0.001, 0, 44 },
        { "rrs", 40, 7, 20, 12 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Sums_of_products_of_columns_are_those_of_the_functions_within_what_is_said(string owners, long length, double size, double intercept, int bits)
    {
        Measure[] covariates = [.. owners.Select((_, k) => new Measure($"x{k}", 0))];
        var tables = new JoinedTables(KeyRule.Default, [.. owners.Select((owner, k) => new HeldColumn($"x{k}", owner == 'r' ? Receiver : Sender, new ValueRange($"x{k}", 0, -3, length - 3)))]);
        var model = new LogisticModel(covariates, tables, Receiver);
        var random = RandomSource.Seeded(owners.Length + bits);
        var values = covariates.Select(_ => Enumerable.Range(0, Rows).Select(row => row < 2 ? (row * length) - 3 : (long)(random.NextUInt64() % (ulong)(length + 1)) - 3).ToArray()).ToArray();
        double[] beta = [intercept, .. covariates.Select((_, k) => k % 2 == 0 ? size : -size)];
        var named = LogisticModel.Named(beta, bits, Math.Max(8, bits - 3), bits);
        var parts = model.PartsAt(named)!;
        var (sent, received) = (model.ColumnsAt(Sender, named, RowsOf(Sender)), model.ColumnsAt(Receiver, named, RowsOf(Receiver)));
        var sums = new BigInteger[parts[0].SumOf!.Max() + 1][];
        for (var sum = 0; sum < sums.Length; sum++) sums[sum] = new BigInteger[Rows];
        for (var part = 0; part < parts.Count; part++)
        {
            var (s, r) = (sent.OfPart(part), received.OfPart(part));
            AssertWithin(parts[part].OfSender, s);
            AssertWithin(parts[part].OfReceiver, r);
            foreach (var ((i, j), sum) in parts[part].Products.Zip(parts[part].SumOf!))
                for (var row = 0; row < Rows; row++) sums[sum][row] += (BigInteger)s[i].Span[row] * r[j].Span[row];
        }

        AssertWithin(parts[0].OfReceiverAfter, received.After);
        Assert.Empty(sent.After);
        BigInteger[] opened = [.. parts[0].After!.Select(product => sums[product.Sum].Select((value, row) => product.OfReceiverAfter < 0 ? value : value * received.After[product.OfReceiverAfter].Span[row])
            .Aggregate(BigInteger.Zero, BigInteger.Add))];
        var read = model.Read(opened, named);
        var (weights, means, deviance) = (new List<double>(), new List<double>(), 0.0);
        double X(int column, int row) => column == 0 ? 1 : ((2.0 * (values[column - 1][row] + 3)) - length) / length;
        var predictors = Enumerable.Range(0, Rows).Select(row => beta.Select((b, k) => b * X(k, row)).Sum()).ToArray();
        double Over(Func<double, double> f, int i, int j) => predictors.Select((eta, row) => f(eta) * X(i, row) * X(j, row)).Sum();
        for (var i = 0; i <= covariates.Length; i++)
        {
            means.Add(Over(eta => 1 / (1 + Math.Exp(-eta)), 0, i));
            for (var j = i; j <= covariates.Length; j++) weights.Add(Over(eta => 1 / (2 + Math.Exp(eta) + Math.Exp(-eta)), i, j));
        }

        deviance = Over(eta => Math.Log(2 * Math.Cosh(eta / 2)), 0, 0);
        AssertNear(LogisticSum.Weight, [.. weights], read.Weight);
        AssertNear(LogisticSum.Mean, [.. means], read.Mean);
        AssertNear(LogisticSum.Deviance, [deviance], read.Deviance);

        void AssertNear(LogisticSum kind, double[] expected, double[] found)
        {
            var error = model.ErrorOf(kind, named);
            Assert.InRange(error, Math.ScaleB(1, -48), Math.ScaleB(2000, -(int)named[(int)kind])); // terms times units
            Assert.Equal(expected.Length, found.Length);
            foreach (var (one, other) in expected.Zip(found)) Assert.InRange(Math.Abs(one - other), 0, (Rows * error) + 1e-13);
        }

        JoinedRows RowsOf(PartyId owner)
        {
            var own = Enumerable.Range(0, covariates.Length).Where(k => (owners[k] == 'r') == (owner == Receiver)).ToArray();
            var rows = new JoinedRows(tables, [], [.. own.Select(k => covariates[k])], [], model.KeptBy(owner));
            var batch = new ColumnBatch(1, Rows, [.. own.Select(k => new NumberColumn(new ColumnSchema($"x{k}", ColumnType.Integer, 0), values[k], Enumerable.Repeat(true, Rows).ToArray()))]);
            for (var row = 0; row < Rows; row++) rows.Add(batch, row);
            return rows;
        }
    }

    [Theory]
    [InlineData(0.2, 0.1)]
    [InlineData(1, 3)]
    [InlineData(5, 8)]
    public void A_polynomial_is_as_near_as_is_said_and_its_coefficients_fall(double halfRange, double reach)
    {
        foreach (var kind in new[] { LogisticSum.Weight, LogisticSum.Mean, LogisticSum.Deviance })
        {
            foreach (var bits in new[] { 8, 20, 30 })
            {
                var function = SeparatedFunction.Of(kind, halfRange, reach, bits)!;
                Assert.InRange(function.Interpolation, 0, Math.ScaleB(1, -bits));
                for (var a = -reach; a <= reach; a += reach / 7)
                {
                    var values = new double[function.TermCount];
                    function.ValuesAt(a, values);
                    double[] coefficients = [.. Enumerable.Range(0, function.TermCount).Select(term => function.NodeWeights(term).Zip(values, (weight, value) => weight * value).Sum())];
                    for (var term = 0; term < coefficients.Length; term++)
                        Assert.True(Math.Abs(coefficients[term]) <= Math.ScaleB(1, function.ExponentOf(term)) || function.ExponentOf(term) == -bits, $"{kind}, coefficient {term} at {a}");
                    for (var t = -1.0; t <= 1; t += 0.09)
                    {
                        var at = coefficients.Select((coefficient, term) => coefficient * Math.Cos(term * Math.Acos(t))).Sum();
                        var eta = a + (t * halfRange);
                        var expected = kind switch
                        {
                            LogisticSum.Weight => 1 / (2 + Math.Exp(eta) + Math.Exp(-eta)),
                            LogisticSum.Mean => 1 / (1 + Math.Exp(-eta)),
                            _ => Math.Log(2 * Math.Cosh(eta / 2)),
                        };
                        Assert.InRange(Math.Abs(at - expected), 0, function.Interpolation + 1e-13);
                    }
                }
            }
        }

        Assert.Null(SeparatedFunction.Of(LogisticSum.Mean, 50, 1, 40));
        Assert.NotNull(SeparatedFunction.Of(LogisticSum.Mean, 5, 1000, 40));
    }

    private static void AssertWithin(IReadOnlyList<(BigInteger Least, BigInteger Largest)> bounds, IReadOnlyList<ReadOnlyMemory<Int128>> columns)
    {
        Assert.Equal(bounds.Count, columns.Count);
        foreach (var ((least, largest), column) in bounds.Zip(columns))
            foreach (var value in column.ToArray()) Assert.InRange((BigInteger)value, least, largest);
    }
}
