using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Results;
using Collab.Testing;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests;

/// <summary>All parties of one question, for real, in memory.</summary>
internal sealed class JointRun
{
    public static readonly PartyId Registry = PartyId.Parse("registry");

    // Names of messages of the layers below, as they pass.
    public const string Shares = "SharesMessage", Labels = "LabelsMessage";

    private readonly Row[][] _rows;
    private readonly int _seed;

    public JointRun(
        StatisticsQuestion question, Row[][] rows, bool receiverOwns = false, Func<InMemoryNetwork.PassedMessage, byte[]?>? spoil = null, int seed = 1000)
    {
        (_rows, _seed) = (rows, seed);
        PartyId[] owners = [.. rows.Select((_, i) => PartyId.Parse($"lakeview-{i}"))];
        Plan = StatisticsPlan.Create(question, owners, receiverOwns ? owners[^1] : Registry);
        Network = new InMemoryNetwork([.. owners.Append(Plan.Receiver).Distinct()], spoil);
    }

    public StatisticsPlan Plan { get; }

    public InMemoryNetwork Network { get; }

    public StatisticsResult? Result { get; private set; }

    public Dictionary<PartyId, IReadOnlyList<bool>> Released { get; } = [];

    public Dictionary<PartyId, List<StepId>> Steps { get; } = [];

    public Dictionary<PartyId, Exception> Failures { get; private set; } = [];

    public async Task<JointRun> GoAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var parts = new Dictionary<PartyId, Func<Task>>();
        foreach (var party in Plan.Owners.Append(Plan.Receiver).Distinct()) Steps[party] = [];
        if (!Plan.Owners.Contains(Plan.Receiver))
            parts[Registry] = async () =>
                Result = await JointStatistics.ReceiveAsync(Plan, Network.Of(Registry), new Recorder(Steps[Registry]), cancellation);
        for (var i = 0; i < Plan.Owners.Count; i++)
        {
            var (self, random, summary) = (Plan.Owners[i], RandomSource.Seeded(_seed + i), Summary(Plan, _rows[i]));
            parts[self] = self == Plan.Receiver
                ? async () => Result = await JointStatistics.ReceiveAsOwnerAsync(
                    Plan, Network.Of(self), summary, random, new Recorder(Steps[self]), cancellation: cancellation)
                : async () =>
                {
                    var released = await JointStatistics.ContributeAsync(
                        Plan, self, Network.Of(self), summary, random, new Recorder(Steps[self]), cancellation: cancellation);
                    lock (Released) Released[self] = released;
                };
        }

        Failures = await Network.RunAsync(parts);
        return this;
    }

    private sealed class Recorder(List<StepId> steps) : IProgress<StepId>
    {
        public void Report(StepId value) => steps.Add(value);
    }
}
