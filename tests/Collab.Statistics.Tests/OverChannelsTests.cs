using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;
using Collab.Testing;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests;

/// <summary>The same protocol over the product's own channels: flow control, transcripts, abort.</summary>
public sealed class OverChannelsTests
{
    private static readonly PartyId Lakeview = PartyId.Parse("lakeview");
    private static readonly PartyId Riverside = PartyId.Parse("riverside");
    private static readonly PartyId Registry = PartyId.Parse("registry");

    private static readonly StatisticsQuestion Question = new(
        [new Measure("age", 0), new Measure("bmi", 14)], new GroupBy("male", ["0", "1"]), Enum.GetValues<Statistic>(), 10);

    [Theory]
    [InlineData(20, 20, false)]
    [InlineData(20, 1, false)] // level 1 is withheld
    [InlineData(1, 1, false)] // everything is withheld, the last message empty
    [InlineData(20, 20, true)] // no total is opened at all
    public async Task The_demo_question_runs_with_the_bytes_described_and_equal_transcripts(int first, int second, bool extremesOnly)
    {
        var plan = StatisticsPlan.Create(
            extremesOnly ? Question with { Statistics = [Statistic.Minimum, Statistic.Maximum] } : Question, [Riverside, Lakeview], Registry);
        Row[] rows = [.. Enumerable.Range(0, first + second).Select(i => new Row(i < first ? "0" : "1", i, 100L * i))];
        var runs = await Parties.RunAsync<StatisticsResult?>([Lakeview, Riverside, Registry], async (self, peers) =>
        {
            if (self == Registry) return await JointStatistics.ReceiveAsync(plan, peers);
            await JointStatistics.ContributeAsync(plan, self, peers, Summary(plan, rows), RandomSource.System);
            return null;
        });

        var result = runs[Registry].Result!;
        Assert.Equal([2 * first < 10, 2 * first < 10, 2 * second < 10, 2 * second < 10], result.Cells.Select(c => c.Withheld));
        foreach (var outlook in JointStatistics.Describe(plan))
        {
            foreach (var planned in outlook.Sends)
            {
                var usage = runs[outlook.Party].Usage[planned.To];
                var withheld = result.Cells.Count(c => c.Withheld) * planned.BytesLessPerWithheldCell;
                Assert.Equal((planned.Messages, planned.Bytes - withheld), (usage.MessagesSent, usage.BytesSent));
            }
        }

        if (!extremesOnly && first == 20 && second == 20)
            Assert.Equal(125_585, JointStatistics.Describe(plan).Sum(o => o.Sends.Sum(s => s.Bytes))); // as the spec says
    }

    [Fact]
    public async Task A_party_that_stops_ends_the_run_of_all()
    {
        var plan = StatisticsPlan.Create(Question, [Riverside, Lakeview], Registry);
        Row[] rows = [.. Enumerable.Range(0, 30).Select(i => new Row("0", i, i))];
        PartyId[] parties = [Lakeview, Riverside, Registry];
        var opened = parties.ToDictionary(party => party, _ => new TaskCompletionSource());
        var faults = new System.Collections.Concurrent.ConcurrentDictionary<PartyId, Fault>();
        await Assert.ThrowsAnyAsync<CollabException>(() => Parties.RunAsync<StatisticsResult?>(parties, async (self, peers) =>
        {
            opened[self].SetResult();
            await Task.WhenAll(opened.Values.Select(party => party.Task)); // all lines are open before one party stops
            try
            {
                if (self == Registry) return await JointStatistics.ReceiveAsync(plan, peers);
                var summary = Summary(plan, self == Riverside ? [.. rows, new Row("2", 1, 1)] : rows); // an unknown level at one owner
                await JointStatistics.ContributeAsync(plan, self, peers, summary, RandomSource.System);
                return null;
            }
            catch (CollabException failure)
            {
                faults[self] = failure.ToFault();
                throw;
            }
        }));
        Assert.Equal(StatisticsErrors.UnknownLevel.Name, faults[Riverside].Code);
        Assert.Equal(StatisticsErrors.UnknownLevel.Name, faults[Lakeview].Code); // every party reports the same
        Assert.Equal(StatisticsErrors.UnknownLevel.Name, faults[Registry].Code);
    }
}
