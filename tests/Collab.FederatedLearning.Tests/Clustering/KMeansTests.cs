using System.Globalization;
using Collab.FederatedLearning.Clustering;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Clustering;

/// <summary>Joint clusters are those of the plain twin, integer by integer, and the twin's are R's; nothing is opened but what is agreed.</summary>
public sealed class KMeansTests
{
    private static readonly string[] Names = ["Duration", "Amount", "Age", "ResidenceDuration", "NumberExistingCredits"];
    private static readonly double[][] German = [.. Names.Select(name => CreditRows.German.Columns.Single(c => c.Name == name).Values)];
    private static readonly ClusterSettings Settings = new() { StartRows = [0, 1, 3, 8], Iterations = 10, WithSizes = true };

    [Fact]
    public void Plain_clusters_are_those_of_R()
    {
        var expected = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "clusters.csv")).Select(line => line.Split(','))
            .Where(cells => cells[0] == "german").ToDictionary(cells => cells[1], cells => double.Parse(cells[2], CultureInfo.InvariantCulture));
        var result = PlainKMeans.Run(Settings, ClusterRows.Of(1000, German));
        for (var c = 0; c < 4; c++)
        {
            Assert.Equal((int)expected[$"size{c + 1}"], result.Sizes[c]!.Value);
            foreach (var (name, centre) in Names.Zip(result.Centres[c]!)) Assert.Equal(expected[$"{name}{c + 1}"], centre, 1e-5);
        }
    }

    [Fact]
    public async Task Three_parties_find_the_clusters_of_the_twin() => await IsTheTwinsAsync(new(3), Settings, German, [2, 2, 1]);

    [Fact]
    public async Task Two_parties_with_a_dealer_too() =>
        await IsTheTwinsAsync(new(2) { Dealt = true }, Settings with { Iterations = 2, MinimumSize = 15 }, [.. German.Select(column => column[..100])], [3, 2]);

    [Fact]
    public async Task Two_parties_by_transfers_too() =>
        await IsTheTwinsAsync(new(2), Settings with { Iterations = 1, StartRows = [0, 5], WithSizes = false, MinimumSize = 3 }, [.. German.Take(2).Select(column => column[..30])], [0, 2]);

    [Fact]
    public async Task Three_parties_of_whom_one_may_deviate_too() =>
        await IsTheTwinsAsync(new(3) { Security = SecurityModel.Malicious }, Settings with { Iterations = 1, StartRows = [0, 5], MinimumSize = 3 }, [.. German.Take(3).Select(column => column[..30])], [1, 1, 1]);

    [Fact]
    public async Task A_cluster_without_rows_keeps_its_centre_and_small_ones_stay_closed()
    {
        // The third centre is where no row is, and the second near one alone.
        double[][] columns = [[0, 0.1, 0.2, 9, 0.3, 0.1, 0.2, 0]];
        ClusterSettings settings = new() { StartCentres = [[-0.4], [2.6], [-30]], Iterations = 3, MinimumSize = 1, WithSizes = true };
        var open = await IsTheTwinsAsync(new(3), settings, columns, [0, 1, 0]);
        Assert.Equal([7, 1, null], open.Sizes);
        Assert.Null(open.Centres[2]);
        var closed = await IsTheTwinsAsync(new(3), settings with { MinimumSize = 2 }, columns, [0, 1, 0]);
        Assert.Equal([7, null, null], closed.Sizes);
        Assert.Null(closed.Centres[1]);
        var nothing = await IsTheTwinsAsync(new(3), settings with { MinimumSize = 8 }, columns, [0, 1, 0]);
        Assert.All(nothing.Centres, Assert.Null);
    }

    [Fact]
    public async Task Only_the_marks_of_small_clusters_and_the_centres_are_opened_at_the_end_and_messages_look_random()
    {
        List<string> operations = [], messages = [];
        await IsTheTwinsAsync(new(3) { Operations = operations, Messages = messages }, Settings with { Iterations = 2 }, [.. German.Select(column => column[..200])], [2, 2, 1]);
        Assert.Equal([nameof(IVectorEngine.OpenBitsAsync), nameof(IVectorEngine.OpenAsync)], operations.Where(name => name.StartsWith("Open", StringComparison.Ordinal)));
        Assert.True(operations.FindIndex(name => name.StartsWith("Open", StringComparison.Ordinal)) > operations.LastIndexOf(nameof(IVectorEngine.MatrixProductAsync)));
        JointRun.AssertRandom(messages.Where(message => message.Length > 200));                        // what is opened is short
    }

    [Fact]
    public void A_public_seed_names_rows_each_once()
    {
        var rows = ClusterSettings.RowsOf(7, 20, 25);
        Assert.Equal(rows, ClusterSettings.RowsOf(7, 20, 25));
        Assert.NotEqual(rows, ClusterSettings.RowsOf(8, 20, 25));
        Assert.Equal(20, rows.Distinct().Count());
        Assert.All(rows, row => Assert.InRange(row, 0, 24));
        Assert.ThrowsAny<ArgumentException>(() => ClusterSettings.RowsOf(7, 26, 25));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Settings.Check(9, 1);
        foreach (var settings in new[]
        {
            Settings with { StartRows = [0] }, Settings with { StartRows = [0, 0] }, Settings with { StartRows = [0, 9] }, Settings with { Iterations = 0 }, Settings with { MinimumSize = 0 },
            Settings with { StartCentres = [[0], [1]] }, new() { StartCentres = [[0], [32]] }, new() { StartCentres = [[0], [double.NaN]] }, new() { StartCentres = [[0], [1, 2]] },
        })
            Assert.Throws<ArgumentException>(() => settings.Check(9, 1));
        Assert.NotEqual(Settings.Id, (Settings with { MinimumSize = 11 }).Id);
        double[] far = [.. Enumerable.Repeat(0.0, 2000), 1];
        Assert.Equal(ClusterErrors.ValueOverRange, Assert.Throws<CollabException>(() => ClusterRows.Of(far.Length, [far])).Code);
    }

    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> SomeFaults =>
        from fault in new (int Message, bool ByReceiver)[] { (0, false), (7, true) } from kind in Enum.GetValues<FaultKind>() select new TheoryDataRow<int, FaultKind, bool>(fault.Message, kind, fault.ByReceiver);

    [Theory, MemberData(nameof(SomeFaults))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => RunAsync(
            new(3) { Fault = Faults.At(message, kind, byReceiver) }, Settings with { Iterations = 1, StartRows = [0, 5] }, [.. German.Take(3).Select(column => column[..20])], [1, 1, 1]));

    private static async Task<ClusterResult> IsTheTwinsAsync(JointRun run, ClusterSettings settings, double[][] columns, int[] counts)
    {
        var plain = PlainKMeans.Run(settings, ClusterRows.Of(columns[0].Length, columns));
        var results = await RunAsync(run, settings, columns, counts);
        Assert.Null(results[0]);                                                                         // no receiver
        Assert.Equal(plain.Centres, results[1]!.Centres);
        Assert.Equal(plain.Sizes, results[1]!.Sizes);
        return plain;
    }

    private static Task<ClusterResult?[]> RunAsync(JointRun run, ClusterSettings settings, double[][] columns, int[] counts) => run.RunAsync(engine => KMeans.RunAsync(
        engine, settings, counts, ClusterRows.Of(columns[0].Length, columns[counts.Take(engine.Index).Sum()..counts.Take(engine.Index + 1).Sum()]),
        [.. engine.Parties.Skip(1)], cancellation: TestContext.Current.CancellationToken));
}
