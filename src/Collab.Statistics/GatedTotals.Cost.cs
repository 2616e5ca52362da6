using Collab.Arithmetic.WideIntegers;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;

namespace Collab.Statistics;

internal static partial class GatedTotals
{
    private const int SeedSize = 32;

    /// <summary>What a party sends to each peer, when every cell is released. Exact.</summary>
    public static IReadOnlyList<PlannedTraffic> Sends(GatePlan plan, JointCircuit gate, PartyId party) =>
        [.. plan.Parties.Where(peer => peer != party).Select(peer => Traffic(plan, gate, party, peer)).Where(t => t.Messages > 0)];

    // The numbers of specs/statistics.md, "Cost", one line of its table after the other.
    private static PlannedTraffic Traffic(GatePlan plan, JointCircuit gate, PartyId from, PartyId to)
    {
        var (fromOwner, toOwner) = (plan.Owners.Contains(from), plan.Owners.Contains(to));
        var sharesSize = (long)Integer256.Size * plan.TotalsOfCells.Sum();
        var traffic = new PlannedTraffic(to, 0, 0, 0);
        if (fromOwner && toOwner) traffic = traffic.Plus(1, sharesSize); // statistics.2
        var passing = GateTraffic(plan, gate, from, to);
        traffic = traffic.Plus(passing.Messages, passing.Bytes);
        if (plan.Rests > 0)
        {
            passing = GateTraffic(plan.OfRests, DisclosureGate.For(plan.OfRests), from, to);
            traffic = traffic.Plus(passing.Messages, passing.Bytes);
        }

        return to == plan.Receiver
            ? traffic.Plus(1, sharesSize) with { BytesLessPerWithheldCell = Integer256.Size * plan.TotalsOfCells.Max() } // statistics.4
            : traffic;
    }

    /// <summary>What a run of a gate between owners and receiver makes one party send another. Exact.</summary>
    public static PlannedTraffic GateTraffic(GatePlan plan, JointCircuit gate, PartyId from, PartyId to)
    {
        var garblers = DisclosureGate.Garblers(plan).ToList();
        var garbler = garblers.IndexOf(from);
        var traffic = new PlannedTraffic(to, 0, 0, 0);
        if (garbler == 0 && to != plan.Receiver) traffic = traffic.Plus(1, SeedSize); // garbled-gate.1
        if (from == plan.Receiver && gate.EvaluatorInput > 0 && garblers.IndexOf(to) < 2)
            traffic = traffic.Plus(1, (((long)gate.EvaluatorInput * gate.Instances) + 7) / 8); // garbled-gate.2
        if (to == plan.Receiver)
        {
            traffic = traffic
                .Plus(gate.BatchCount, garbler == 0 ? gate.GarbledSize : (long)Digest.Size * gate.BatchCount) // garbled-gate.3
                .Plus(gate.BatchCount, gate.LabelsSize(garbler)); // garbled-gate.4
        }

        return from == plan.Receiver ? traffic.Plus(1, gate.ReturnedSize) : traffic; // garbled-gate.5
    }
}
