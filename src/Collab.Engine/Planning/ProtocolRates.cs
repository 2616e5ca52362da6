namespace Collab.Engine.Planning;

/// <summary>What a protocol's work takes on the reference machine, both parties together, in seconds of processor time; and its memory.</summary>
/// <param name="Fixed">What every run takes, whatever the sets: above all the program getting warm.</param>
/// <param name="SenderKey">A key of the sender.</param>
/// <param name="ReceiverKey">A key of the receiver.</param>
/// <param name="SideBySide">Whether the parties work at the same time, each about half; else they take turns.</param>
/// <param name="OnCurve">Whether the work is curve points; else blocks in memory.</param>
/// <param name="Sender">The sender's memory.</param>
/// <param name="Receiver">The receiver's memory.</param>
internal sealed record ProtocolRates(
    double Fixed, double SenderKey, double ReceiverKey, bool SideBySide, bool OnCurve, MemoryRates Sender, MemoryRates Receiver)
{
    /// <summary>Seconds of computing, the protocol running so many times.</summary>
    public double SecondsOn(Machine machine, IntersectionSizes sizes, int runs)
    {
        var work = (Fixed / machine.Curve) + (runs * ((sizes.Sender * SenderKey) + (sizes.Receiver * ReceiverKey)) / (OnCurve ? machine.Curve : machine.Blocks));
        return work / (machine.Cores * (SideBySide ? sizes.MachinesWith(machine) : 1));
    }

    /// <summary>Peak memory of the larger party's node, in bytes.</summary>
    public long MemoryOf(IntersectionSizes sizes) => Math.Max(Sender.Of(sizes), Receiver.Of(sizes));
}

/// <summary>Peak resident memory of a party's node, its program included, in bytes.</summary>
/// <param name="Fixed">The program.</param>
/// <param name="SenderKey">For a key of the sender.</param>
/// <param name="ReceiverKey">For a key of the receiver.</param>
/// <param name="SmallerKey">For a key of whichever has fewer, half of which are taken to match.</param>
/// <param name="Most">Never more than so much.</param>
internal sealed record MemoryRates(double Fixed, double SenderKey, double ReceiverKey, double SmallerKey, double Most = double.PositiveInfinity)
{
    public long Of(IntersectionSizes sizes) => (long)Math.Min(
        Most,
        Fixed + (sizes.Sender * SenderKey) + (sizes.Receiver * ReceiverKey) + (Math.Min(sizes.Sender, sizes.Receiver) * SmallerKey));
}
