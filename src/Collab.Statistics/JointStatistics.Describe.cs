using Collab.Arithmetic.WideIntegers;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;

namespace Collab.Statistics;

public static partial class JointStatistics
{
    private const int SeedSize = 32;
    private const int RowMemory = 40; // bytes per row of a batch: value, presence, level, gathered value, and room

    /// <summary>What the run of a plan costs each party and what each learns, for <c>explain</c>. Exact but for memory.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="rowsPerBatch">Rows of one batch as the data source yields them, for the estimate of memory.</param>
    /// <remarks>Source: specs/statistics.md, Cost; tests hold the byte counts against the channels' own.</remarks>
    public static IReadOnlyList<PartyOutlook> Describe(StatisticsPlan plan, int rowsPerBatch = 65_536)
    {
        var gate = DisclosureGate.For(plan.Gate);
        var receiverOwns = plan.Owners.Contains(plan.Receiver);
        return [.. plan.Owners.Where(owner => owner != plan.Receiver).Append(plan.Receiver).Select(party => new PartyOutlook(
            party,
            [.. AllParties(plan).Where(peer => peer != party).Select(peer => Traffic(plan, gate, party, peer)).Where(t => t.Messages > 0)],
            gate.MemorySize + (plan.Owners.Contains(party) ? (long)RowMemory * rowsPerBatch : 0),
            party == plan.Receiver ? ReceiverLearns(plan) : OwnerLearns(plan),
            Assumptions(receiverOwns)))];
    }

    private static IEnumerable<PartyId> AllParties(StatisticsPlan plan) => plan.Owners.Append(plan.Receiver).Distinct();

    // The numbers of specs/statistics.md, "Cost", one line of its table after the other.
    private static PlannedTraffic Traffic(StatisticsPlan plan, JointCircuit gate, PartyId from, PartyId to)
    {
        var garblers = DisclosureGate.Garblers(plan.Gate).ToList();
        var (garbler, fromOwner, toOwner) = (garblers.IndexOf(from), plan.Owners.Contains(from), plan.Owners.Contains(to));
        var sharesSize = (long)Integer256.Size * plan.Totals.Count * plan.Cells.Count;
        var traffic = new PlannedTraffic(to, 0, 0, 0);
        if (fromOwner && toOwner) traffic = traffic.Plus(1, sharesSize); // statistics.2
        if (garbler == 0 && to != plan.Receiver) traffic = traffic.Plus(1, SeedSize); // garbled-gate.1
        if (from == plan.Receiver && gate.EvaluatorInput > 0 && garblers.IndexOf(to) < 2)
            traffic = traffic.Plus(1, (((long)gate.EvaluatorInput * gate.Instances) + 7) / 8); // garbled-gate.2
        if (to == plan.Receiver)
        {
            traffic = traffic
                .Plus(gate.BatchCount, garbler == 0 ? gate.GarbledSize : (long)Digest.Size * gate.BatchCount) // garbled-gate.3
                .Plus(gate.BatchCount, gate.LabelsSize(garbler)) // garbled-gate.4
                .Plus(1, sharesSize) with { BytesLessPerWithheldCell = Integer256.Size * plan.Totals.Count }; // statistics.4
        }

        return from == plan.Receiver ? traffic.Plus(1, gate.ReturnedSize) : traffic; // garbled-gate.5
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
/// <param name="BytesLessPerWithheldCell">How many fewer bytes each withheld cell means.</param>
public sealed record PlannedTraffic(PartyId To, long Messages, long Bytes, int BytesLessPerWithheldCell)
{
    internal PlannedTraffic Plus(long messages, long bytes) => this with { Messages = Messages + messages, Bytes = Bytes + bytes };
}
