using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Additive;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Analyses;
using Collab.Statistics.Inference.Regression;
using Collab.Testing;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>What owners do when the receiver of a regression, or an owner, breaks its rounds.</summary>
public class RegressionFaultTests
{
    private static readonly PartyId North = PartyId.Parse("north"), South = PartyId.Parse("south"), Registry = PartyId.Parse("registry");
    private static readonly AnalysisQuestion Question = new([new Analysis.Logistic(new GroupBy("ill", ["0", "1"]), [new Measure("x", 0)])], 10);
    private static readonly int Length = WeightedTerms.CountOf(2) + 1;

    [Theory]
    [InlineData(double.NaN, 0.0)]
    [InlineData(0.0, double.PositiveInfinity)]
    [InlineData(0.0, -1.1 * (1 << 20))]
    [InlineData(0.0)]
    [InlineData(0.0, 0.0, 0.0)]
    [InlineData]
    public async Task Coefficients_that_are_not_finite_not_in_the_bounds_or_not_as_many_as_columns_get_no_sums(params double[] beta)
    {
        var failures = await RunAsync(async network =>
        {
            await AskAsync(network, []);
            await AskAsync(network, beta);
        });
        foreach (var owner in new[] { North, South }) ShouldBlame(failures[owner], Registry, RegressionRounds.NameCoefficients);
    }

    [Fact]
    public async Task Coefficients_instead_of_the_start_get_no_sums()
    {
        var failures = await RunAsync(network => AskAsync(network, [0, 0]));
        ShouldBlame(failures[North], Registry, RegressionRounds.NameCoefficients);
    }

    [Fact]
    public async Task One_question_too_many_gets_no_sums()
    {
        var answered = 0;
        var failures = await RunAsync(async network =>
        {
            for (var i = 0; i <= ModelProcedure.MostQuestions; i++, answered++) await AskAsync(network, i == 0 ? [] : [0.1 * i, 0]);
        });
        Assert.Equal(ModelProcedure.MostQuestions, answered);
        foreach (var owner in new[] { North, South }) ShouldBlame(failures[owner], Registry, RegressionRounds.NameCoefficients);
    }

    [Fact]
    public async Task Owners_that_are_named_different_coefficients_add_nothing_up()
    {
        var failures = await RunAsync(async network =>
        {
            await AskAsync(network, []);
            await network.Of(Registry)[North].SendAsync(new CoefficientsMessage([0, 1]), default);
            await network.Of(Registry)[South].SendAsync(new CoefficientsMessage([0, -1]), default);
            await AdditiveSharing.ReceiveAsync([.. network.Of(Registry).Values], Length, null, default);
        });
        Assert.Contains(failures.Values, failure => failure is PeerFaultException { Step: var step } && step == RegressionRounds.CompareCoefficients);
        Assert.All(new[] { North, South, Registry }, party => Assert.Contains(party, failures.Keys));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public async Task A_message_that_is_cut_or_missing_ends_the_run_for_all(int message, bool cut)
    {
        var failures = await RunAsync(
            async network =>
            {
                for (var i = 0; i < 5; i++) await AskAsync(network, i == 0 ? [] : [0.1 * i, 0]);
                foreach (var owner in network.Of(Registry).Values) await owner.SendAsync(new CoefficientsMessage(null), default);
            },
            passed => passed.From == Registry && passed.Index == message ? cut ? passed.Payload[..^1] : null : passed.Payload);
        Assert.All(new[] { North, South }, owner => Assert.True(failures[owner] is ProtocolException));
    }

    [Fact]
    public async Task Sums_that_no_number_holds_are_said_to_be_so()
    {
        var asked = new List<double>();
        await RunAsync(async network =>
        {
            await AskAsync(network, []);
            var opened = await AskAsync(network, [1e5, 0]);
            asked.Add((double)opened[^1].ToBigIntegerVariableTime());
            asked.Add(FixedPoint.Read(opened[Length - 3]));
        });
        Assert.Equal(0, asked[0]); // a logistic weight never leaves the range
        Assert.InRange(asked[1], 1, 1e9);
    }

    private static void ShouldBlame(Exception failure, PartyId peer, StepId step)
    {
        var fault = Assert.IsType<PeerFaultException>(failure);
        Assert.Equal((peer, step), (fault.Party, fault.Step));
    }

    private static async Task<Collab.Arithmetic.WideIntegers.Integer256[]> AskAsync(InMemoryNetwork network, double[] beta)
    {
        IChannel[] owners = [.. network.Of(Registry).Values];
        foreach (var owner in owners) await owner.SendAsync(new CoefficientsMessage(beta), default);
        return await AdditiveSharing.ReceiveAsync(owners, Length, null, default);
    }

    /// <summary>Two owners as they are, and a receiver that does as the test says, after the gate.</summary>
    private static async Task<Dictionary<PartyId, Exception>> RunAsync(
        Func<InMemoryNetwork, Task> receiver, Func<InMemoryNetwork.PassedMessage, byte[]?>? spoil = null)
    {
        var plan = AnalysisPlan.Create(Question, [North, South], Registry);
        var procedure = (RoundsProcedure)plan.Procedures[0];
        var network = new InMemoryNetwork([North, South, Registry], spoil);
        var parts = new[] { North, South }.ToDictionary(owner => owner, owner => (Func<Task>)(() =>
        {
            var rows = procedure.Keep();
            rows.Add(Batch(owner == North ? 0 : 100));
            return procedure.ContributeAsync(new ProcedureRounds(plan, owner, network.Of(owner), RandomSource.Seeded(7), null), rows, TestContext.Current.CancellationToken);
        }));
        parts[Registry] = async () =>
        {
            await receiver(network);
            foreach (var line in network.Of(Registry).Values) await line.DisposeAsync();
        };
        return await network.RunAsync(parts);
    }

    private static ColumnBatch Batch(int from)
    {
        long[] x = [.. Enumerable.Range(from, 100).Select(i => (long)(i * i % 17))];
        return new ColumnBatch(1, 100, [
            new TextColumn(new ColumnSchema("ill", ColumnType.Text, 0), [.. x.Select((v, i) => (v + i) % 3 == 0 ? "1" : "0")]),
            new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), x, Enumerable.Repeat(true, 100).ToArray())]);
    }
}
