using System.Globalization;
using Collab.Statistics.Inference.Survival;
using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Tests.Inference;

public partial class AgainstR
{
    // The data set aml of R's package survival: time, whether the event, whether maintained. Miller, Survival Analysis, 1997.
    private static readonly Follow[] Leukemia =
    [
        .. new[] { (9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0) }.Select(f => new Follow(f.Item1, f.Item2 == 1, [1])),
        .. new[] { (5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1) }.Select(f => new Follow(f.Item1, f.Item2 == 1, [0])),
    ];

    private static readonly Follow[] Liver = ReadLiver();

    [Fact]
    public void Survival_curves_are_those_of_R()
    {
        RVectors.Check("kaplan-meier-aml", KaplanMeier.Test(TableOf(Leukemia.Where(f => f.X[0] == 1))));
        RVectors.Check("kaplan-meier-nonmaintained", KaplanMeier.Test(TableOf(Leukemia.Where(f => f.X[0] == 0))));
        RVectors.Check("median-aml", KaplanMeier.Median(TableOf(Leukemia)));
        RVectors.Check("median-nafld", KaplanMeier.Median(TableOf(Liver)));
    }

    [Fact]
    public void Survival_of_groups_is_compared_as_in_R()
    {
        RVectors.Check("log-rank-aml", LogRank.Test(TablesOf(Leukemia, f => f.X[0] == 1 ? 1 : 2)));
        RVectors.Check("log-rank-nafld", LogRank.Test(TablesOf(Liver, f => f.X[1])));
        RVectors.Check("log-rank-decades", LogRank.Test(TablesOf(Liver, f => Math.Clamp(Math.Floor(f.X[0] / 10), 3, 8))));
    }

    [Fact]
    public async Task Hazards_are_regressed_as_in_R()
    {
        RVectors.Check("cox-aml", await CoxRegression.FitAsync(["I(x == \"Maintained\")TRUE"], beta => SumsOf(Leukemia, beta)));
        var complete = Liver.Where(f => !double.IsNaN(f.X[2])).ToArray();
        RVectors.Check("cox-nafld", await CoxRegression.FitAsync(["age", "male", "bmi"], beta => SumsOf(complete, beta)));
    }

    [Fact]
    public async Task A_constant_covariate_is_refused()
    {
        var constant = Leukemia.Select(f => f with { X = [1] }).ToArray();
        await Assert.ThrowsAsync<InvalidOperationException>(() => CoxRegression.FitAsync(["x"], beta => SumsOf(constant, beta)));
    }

    private static Follow[] ReadLiver()
    {
        double[] Numbers(string column) => [.. RVectors.Column(Columns.Nafld, column).Select(text => text is null ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture))];
        var (time, status, age, male, bmi) = (Numbers("futime"), Numbers("status"), Numbers("age"), Numbers("male"), Numbers("bmi"));
        return [.. time.Select((t, i) => new Follow(t, status[i] == 1, [age[i], male[i], bmi[i]]))];
    }

    private static LifeTable TableOf(IEnumerable<Follow> rows) => TablesOf([.. rows], _ => 0)[0];

    private static LifeTable[] TablesOf(IReadOnlyList<Follow> rows, Func<Follow, double> groupOf)
    {
        double[] times = [.. rows.Select(row => row.Time).Distinct().Order()];
        return [.. rows.GroupBy(groupOf).OrderBy(group => group.Key).Select(group =>
        {
            var at = group.ToLookup(row => row.Time);
            return new LifeTable(times, [.. times.Select(t => at[t].LongCount(row => row.Event))], [.. times.Select(t => at[t].LongCount(row => !row.Event))]);
        })];
    }

    private static Task<IReadOnlyList<CoxSums>> SumsOf(Follow[] rows, Vector<double> beta)
    {
        List<CoxSums> sums = [];
        var risk = Nothing(beta.Count);
        foreach (var time in rows.GroupBy(row => row.Time).OrderByDescending(group => group.Key)) // from the last on, the risk set grows
        {
            risk = time.Aggregate(risk, (sum, row) => Plus(sum, row, beta));
            var events = time.Where(row => row.Event).ToList();
            if (events.Count == 0) continue;
            var tied = events.Aggregate(Nothing(beta.Count), (sum, row) => Plus(sum, row, beta));
            var total = events.Aggregate(Vector<double>.Build.Dense(beta.Count), (sum, row) => sum + Vector<double>.Build.Dense(row.X));
            sums.Add(new CoxSums(events.Count, total, risk, tied));
        }

        return Task.FromResult<IReadOnlyList<CoxSums>>(sums);
    }

    private static CoxSums.Weighted Nothing(int n) => new(0, Vector<double>.Build.Dense(n), Matrix<double>.Build.Dense(n, n));

    private static CoxSums.Weighted Plus(CoxSums.Weighted sum, Follow row, Vector<double> beta)
    {
        var x = Vector<double>.Build.Dense(row.X);
        var weight = Math.Exp(x * beta);
        return new CoxSums.Weighted(sum.Zeroth + weight, sum.First + weight * x, sum.Second + weight * x.OuterProduct(x));
    }

    private sealed record Follow(double Time, bool Event, double[] X);
}
