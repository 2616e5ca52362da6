using System.Numerics;
using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Statistics.Analyses.Joined;
using Collab.Testing;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>What the other owner does when the receiver of a regression over joined rows breaks its rounds.</summary>
public class JoinedRegressionFaultTests
{
    private static readonly PartyId North = PartyId.Parse("north"), South = PartyId.Parse("south");

    private static readonly JoinedTables Tables = new(
        KeyRule.Default, [new("y", North, new ValueRange("y", 0, 0, 9)), new("x", South, new ValueRange("x", 0, 0, 9)), new("z", North, new ValueRange("z", 0, 0, 9)), new("ill", North, null)]);

    private static readonly JoinedAnalysis Analysis = JoinedAnalysis.Create(new Analysis.Poisson(new("y", 0), [new("x", 0), new("z", 0)]), Tables, South, 10)!;

    private static readonly JoinedAnalysis Logistic = JoinedAnalysis.Create(new Analysis.Logistic(new("ill", ["n", "y"]), [new("x", 0), new("z", 0)]), Tables, South, 10)!;

    [Theory]
    [InlineData(double.NaN, 0.0, 0.0)]
    [InlineData(0.0, double.PositiveInfinity, 0.0)]
    [InlineData(0.0, 0.0, -1.1 * (1 << 20))]
    [InlineData(0.0, 0.0)]
    [InlineData(0.0, 0.0, 0.0, 0.0)]
    [InlineData]
    public async Task Coefficients_that_are_not_finite_not_in_the_bounds_or_not_as_many_as_columns_get_no_sums(params double[] beta) => Assert.Equal(1, await AnsweredAsync([0, 0, 0], beta));

    [Fact]
    public async Task One_question_too_many_gets_no_sums() =>
        Assert.Equal(Analysis.MostPoints, await AnsweredAsync([.. Enumerable.Range(0, Analysis.MostPoints + 1).Select(i => new[] { 0.1 * i, 0, 0 })]));

    [Theory]
    [InlineData(8.5, 0.0, 0.0)] // no number of bits
    [InlineData(-8.0, 0.0, 0.0)]
    [InlineData(0.0, 47.0, 0.0)] // too many
    [InlineData(0.0, 0.0, 0.0)] // nothing
    public async Task Bits_that_there_are_not_get_no_sums(params double[] bits) => Assert.Equal(1, await AnsweredAsync(Logistic, [9, 9, 9, 0.1, 0.2, 0.3], [.. bits, 0.1, 0.2, 0.3]));

    [Fact]
    public async Task Logistic_sums_are_told_three_times_at_a_point_at_few_points_and_not_at_one_that_takes_too_many_terms()
    {
        Assert.Equal(3, await AnsweredAsync(Logistic, [.. Enumerable.Repeat(new[] { 9, 9, 9, 0.1, 0.2, 0.3 }, 4)]));
        Assert.Equal(Logistic.MostPoints, await AnsweredAsync(Logistic, [.. Enumerable.Range(0, Logistic.MostPoints + 1).Select(i => new[] { 9, 0, 0, 0.1 * i, 0, 0 })]));
        Assert.Equal(1, await AnsweredAsync(Logistic, [9, 9, 9, 0, 9, 9], [9, 9, 9, 0, 900, 900]));
        Assert.InRange(await AnsweredAsync(Logistic, [.. Enumerable.Range(0, 25).Select(i => new[] { 46, 46, 46, 0.1 * i, 6, 6 })]), 3, 20); // the work of 25 usual rounds
    }

    /// <summary>How often the other owner answers before it blames the receiver.</summary>
    private static Task<int> AnsweredAsync(params double[][] named) => AnsweredAsync(Analysis, named);

    private static async Task<int> AnsweredAsync(JoinedAnalysis analysis, params double[][] named)
    {
        var answered = 0;
        var failures = await TwoParty.FailAsync(
            channel => analysis.ContributeAsync(North, channel, analysis.RowsOf(North), OpenAsync, default),
            async channel =>
            {
                foreach (var beta in named) await channel.SendAsync(new CoefficientsMessage(beta));
                await channel.ReceiveAsync<CoefficientsMessage>(RegressionRounds.AddSums);
            });
        var fault = Assert.IsType<PeerFaultException>(failures.Sender);
        Assert.Equal(RegressionRounds.NameCoefficients, fault.Step);
        return answered;

        Task<IReadOnlyList<BigInteger>?> OpenAsync(IReadOnlyList<JoinedRound> parts, JoinedRoundColumns columns, CancellationToken cancellation)
        {
            answered++;
            return Task.FromResult<IReadOnlyList<BigInteger>?>(null);
        }
    }
}
