using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Features.Joint;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Features;

public sealed class SelectionTests
{
    private static readonly string[] Names = ["pirat", "hirat", "lvrat", "unemp", "chist", "mhist"];

    public static double[][] Columns { get; } = [.. Names.Select(name => CreditRows.Mortgages.Columns.Single(c => c.Name == name).Values)];

    [Theory, InlineData(2), InlineData(3)]
    public async Task Joint_correlations_are_those_in_clear(int count)
    {
        var (parties, rows) = (Parties.Named(count), 300);
        double[][] columns = [.. Columns.Select(column => column[..rows])];
        int[] counts = count == 2 ? [2, 4] : [1, 2, 3];
        var runs = await Parties.RunAsync(parties, async (self, channels) =>
        {
            var place = Array.IndexOf(parties, self);
            await using var joint = await JointEngine.OpenAsync(
                parties, self, null, channels, RandomSource.Seeded(place), SecurityModel.SemiHonest, Digest.Of("collab.test.correlations", []), cancellation: TestContext.Current.CancellationToken);
            var result = await JointCorrelations.RunAsync(joint.Engine, counts, rows, [.. columns.Skip(counts.Take(place).Sum()).Take(counts[place])], TestContext.Current.CancellationToken);
            await joint.EndAsync(TestContext.Current.CancellationToken);
            return result;
        });
        var plain = CorrelationMatrix.Of(columns);
        foreach (var party in parties)
        {
            for (var i = 0; i < plain.Count; i++)
            {
                for (var j = 0; j < plain.Count; j++) Assert.Equal(plain[i, j], runs[party].Result[i, j], 2e-5);
            }
        }
    }

    [Fact]
    public void Of_columns_that_say_the_same_the_less_wanted_goes()
    {
        var matrix = CorrelationMatrix.Of([Columns[0], [.. Columns[0].Select(x => 3 - (2 * x))], Columns[2]]);
        Assert.Equal([0, 2], matrix.KeptByCorrelation(0.9, [0, 1, 2]));
        Assert.Equal([1, 2], matrix.KeptByCorrelation(0.9, [2, 1, 0]));
        Assert.Equal([0, 2], matrix.KeptByVarianceInflation(10));
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], matrix.VarianceInflation([0, 1, 2])[..2]);
    }

    [Fact]
    public void A_column_that_is_the_sum_of_others_has_infinite_inflation_and_one_goes()
    {
        double[] sum = [.. Columns[0].Zip(Columns[2], (a, b) => a + b)];
        var matrix = CorrelationMatrix.Of([Columns[0], Columns[2], Columns[3], sum]);
        var inflation = matrix.VarianceInflation([0, 1, 2, 3]);
        Assert.True(double.IsInfinity(inflation[3]) && inflation[2] < 2);
        Assert.Equal([0, 1, 2], matrix.KeptByVarianceInflation(10));
    }

    [Fact]
    public void Constant_columns_and_matrices_that_are_none_are_refused()
    {
        Assert.Equal(LinearErrors.ColumnConstant, Assert.Throws<CollabException>(() => CorrelationMatrix.Of([[1, 1, 1]])).Code);
        Assert.Equal(LinearErrors.ValueUnfit, Assert.Throws<CollabException>(() => CorrelationMatrix.Of([[1, double.NaN, 1]])).Code);
        Assert.Throws<ArgumentException>(() => new CorrelationMatrix(new double[,] { { 1, 0.5 }, { 0.4, 1 } }));
        Assert.Throws<ArgumentException>(() => new CorrelationMatrix(new double[,] { { 1, 1.5 }, { 1.5, 1 } }));
        Assert.Throws<ArgumentException>(() => new CorrelationMatrix(new double[,] { { 1, 0.5 } }));
        Assert.Throws<ArgumentException>(() => CorrelationMatrix.Of(Columns).KeptByCorrelation(0.5, [0, 0]));
    }
}
