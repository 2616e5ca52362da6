namespace Collab.Engine.Planning;

/// <summary>What a run of an intersection costs, by the formulas of the protocols' specs.</summary>
/// <param name="Messages">Messages, both ways.</param>
/// <param name="Bytes">Payload bytes, both ways.</param>
/// <param name="MemoryBytes">Memory of the larger party beside its keys, in bytes.</param>
/// <param name="ComputeSeconds">Time of the party that computes longer, on the cores of this machine, in seconds.</param>
/// <param name="Overlaps">Whether computing and sending go on side by side.</param>
internal sealed record IntersectionCost(long Messages, long Bytes, long MemoryBytes, double ComputeSeconds, bool Overlaps)
{
    private const double BytesPerMegabit = 125_000;

    /// <summary>The time of a run over a line of so many Mbit/s; bytes of both directions share it.</summary>
    public double SecondsAt(int line)
    {
        var transfer = Bytes / (line * BytesPerMegabit);
        return Overlaps ? Math.Max(ComputeSeconds, transfer) : ComputeSeconds + transfer;
    }

    /// <summary>This and another one after it.</summary>
    public IntersectionCost Then(long messages, long bytes, double seconds = 0) => this with
    {
        Messages = Messages + messages,
        Bytes = Bytes + bytes,
        ComputeSeconds = ComputeSeconds + seconds,
    };
}
