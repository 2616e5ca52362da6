using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Analyses;
using Collab.Statistics.Inference;
using Collab.Statistics.Results;
using Collab.Testing;

namespace Collab.Statistics.Tests.Orders;

/// <summary>All parties of one question about quantiles of the column <c>x</c>, by <c>g</c> if it has groups, in memory.</summary>
internal sealed class QuantileRun
{
    public static readonly PartyId Registry = PartyId.Parse("registry");

    private readonly LocalAnalysis[] _own;

    /// <param name="quantiles">The question's one analysis.</param>
    /// <param name="minimum">The minimum group size.</param>
    /// <param name="rows">Each owner's rows: group and value, null where missing.</param>
    /// <param name="receiverOwns">Whether the last owner is the receiver.</param>
    /// <param name="spoil">As of <see cref="InMemoryNetwork"/>.</param>
    public QuantileRun(
        Analysis.Quantiles quantiles, int minimum, (string? Group, long? Value)[][] rows, bool receiverOwns = false, Func<InMemoryNetwork.PassedMessage, byte[]?>? spoil = null)
    {
        PartyId[] owners = [.. rows.Select((_, i) => PartyId.Parse($"clinic-{i}"))];
        Plan = AnalysisPlan.Create(new AnalysisQuestion([quantiles], minimum), owners, receiverOwns ? owners[^1] : Registry);
        Network = new InMemoryNetwork([.. owners.Append(Plan.Receiver).Distinct()], spoil);
        _own = [.. rows.Select(all =>
        {
            var own = new LocalAnalysis(Plan);
            foreach (var batch in all.Chunk(7)) own.Add(BatchOf(batch));
            return own;
        })];
    }

    public AnalysisPlan Plan { get; }

    public InMemoryNetwork Network { get; }

    public AnalysisOutcome? Outcome { get; private set; }

    public IReadOnlyList<Finding> Findings => Outcome!.Findings;

    public Dictionary<PartyId, Exception> Failures { get; private set; } = [];

    public async Task<QuantileRun> GoAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var parts = Plan.Owners.Select((name, i) => (Name: name, Own: _own[i], Random: RandomSource.Seeded(70 + i))).ToDictionary(
            owner => owner.Name,
            owner => owner.Name == Plan.Receiver
                ? (Func<Task>)(async () => Outcome = (await JointAnalyses.ReceiveAsync(Plan, Network.Of(owner.Name), owner.Own, owner.Random, cancellation: cancellation)).Outcomes[0])
                : () => JointAnalyses.ContributeAsync(Plan, owner.Name, Network.Of(owner.Name), owner.Own, owner.Random, cancellation: cancellation));
        if (!parts.ContainsKey(Plan.Receiver))
            parts[Registry] = async () => Outcome = (await JointAnalyses.ReceiveAsync(Plan, Network.Of(Registry), null, RandomSource.Seeded(1), cancellation: cancellation)).Outcomes[0];
        Failures = await Network.RunAsync(parts);
        return this;
    }

    /// <summary>What definition 7 says of values that lie open.</summary>
    public static double Expected(IEnumerable<long> values, Fraction probability, int scale)
    {
        long[] sorted = [.. values.Order()];
        var h = (sorted.Length - 1) * probability;
        var below = (int)(h.Numerator / h.Denominator);
        var above = Math.Min(below + 1, sorted.Length - 1);
        var beyond = h - below;
        var quantile = ((1 - beyond) * sorted[below]) + (beyond * sorted[above]);
        return (quantile / (long)Math.Pow(10, scale)).ToNearestDouble();
    }

    private static ColumnBatch BatchOf((string? Group, long? Value)[] rows) => new(1, rows.Length,
    [
        new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), rows.Select(row => row.Value ?? 0).ToArray(), rows.Select(row => row.Value is not null).ToArray()),
        new TextColumn(new ColumnSchema("g", ColumnType.Text, 0), [.. rows.Select(row => row.Group)]),
    ]);
}
