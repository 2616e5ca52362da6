using Collab.Primitives;

namespace Collab.Statistics;

public static partial class JointStatistics
{
    private const int RowMemory = 40; // bytes per row of a batch: value, presence, level, gathered value, and room

    /// <summary>What the run of a plan costs each party and what each learns, for <c>explain</c>. Exact but for memory.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="rowsPerBatch">Rows of one batch as the data source yields them, for the estimate of memory.</param>
    /// <remarks>Source: specs/statistics.md, Cost; tests hold the byte counts against the channels' own.</remarks>
    public static IReadOnlyList<PartyOutlook> Describe(StatisticsPlan plan, int rowsPerBatch = 65_536)
    {
        var gate = DisclosureGate.For(plan.Gate);
        var receiverOwns = plan.Owners.Contains(plan.Receiver);
        return [.. plan.Gate.Parties.Select(party => new PartyOutlook(
            party,
            GatedTotals.Sends(plan.Gate, gate, party),
            gate.MemorySize + (plan.Owners.Contains(party) ? (long)RowMemory * rowsPerBatch : 0),
            party == plan.Receiver ? ReceiverLearns(plan) : OwnerLearns(plan),
            Assumptions(receiverOwns)))];
    }

    private static IReadOnlyList<string> OwnerLearns(StatisticsPlan plan) =>
    [
        "statistics.learns.released-cells",
        .. plan.Owners.Count == 2 ? ["statistics.learns.released-cells-of-two"] : Array.Empty<string>(),
    ];

    private static IReadOnlyList<string> ReceiverLearns(StatisticsPlan plan) =>
    [
        "statistics.learns.released-cells",
        .. plan.Totals.Select(total => total switch
        {
            Total.Count => "statistics.learns.count",
            Total.Sum => "statistics.learns.sum",
            _ => "statistics.learns.sum-of-squares",
        }),
        .. plan.AsksMinimum ? ["statistics.learns.minimum"] : Array.Empty<string>(),
        .. plan.AsksMaximum ? ["statistics.learns.maximum"] : Array.Empty<string>(),
    ];

    private static IReadOnlyList<string> Assumptions(bool receiverOwns) =>
    [
        "statistics.assumes.receiver-colludes-with-no-owner",
        .. receiverOwns ? ["statistics.assumes.first-two-owners-do-not-collude"] : Array.Empty<string>(),
        "statistics.assumes.true-inputs",
    ];
}

/// <summary>What a run costs one party and what the party learns.</summary>
/// <param name="Party">The party.</param>
/// <param name="Sends">What it sends to each peer.</param>
/// <param name="MemorySize">Bytes of memory at the peak, about, beside the runtime.</param>
/// <param name="Learns">Keys of the texts that say what it learns; specs/statistics.md lists them.</param>
/// <param name="Assumptions">Keys of the texts that say what its privacy rests on.</param>
public sealed record PartyOutlook(
    PartyId Party, IReadOnlyList<PlannedTraffic> Sends, long MemorySize, IReadOnlyList<string> Learns, IReadOnlyList<string> Assumptions);

/// <summary>Messages and payload bytes to one peer.</summary>
/// <param name="To">The peer.</param>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Payload bytes when every cell is released.</param>
/// <param name="BytesLessPerWithheldCell">How many fewer bytes each withheld cell means, at most.</param>
public sealed record PlannedTraffic(PartyId To, long Messages, long Bytes, int BytesLessPerWithheldCell)
{
    internal PlannedTraffic Plus(long messages, long bytes) => this with { Messages = Messages + messages, Bytes = Bytes + bytes };
}
