namespace Collab.Engine.Planning;

/// <summary>What a run of an intersection costs: traffic by the formulas of the protocols' specs, time and memory by measured rates.</summary>
/// <param name="Messages">Messages, both ways.</param>
/// <param name="Bytes">Payload bytes, both ways.</param>
/// <param name="Rates">What the work takes.</param>
/// <param name="Sizes">How many keys.</param>
/// <param name="Overlaps">Whether computing and sending go on side by side.</param>
internal sealed record IntersectionCost(long Messages, long Bytes, ProtocolRates Rates, IntersectionSizes Sizes, bool Overlaps)
{
    private const double BytesPerMegabit = 125_000;

    /// <summary>How often the protocol runs in the job.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>Peak memory of the larger party's node, in bytes.</summary>
    public long MemoryBytes => Rates.MemoryOf(Sizes);

    /// <summary>The time of the whole job from its approval to its settlement, over a line of so many Mbit/s which both directions share.</summary>
    public double SecondsOn(Machine machine, int line)
    {
        var transfer = Bytes / (line * BytesPerMegabit);
        var compute = Rates.SecondsOn(machine, Sizes, Runs);
        return CostRates.JobWait + (Sizes.Most * CostRates.SecondsPerRow / machine.Curve) + (Overlaps ? Math.Max(compute, transfer) : compute + transfer);
    }

    /// <summary>This and more messages after it.</summary>
    public IntersectionCost Then(long messages, long bytes) => this with { Messages = Messages + messages, Bytes = Bytes + bytes };
}
