namespace Collab.Psi.Ecdh;

/// <summary>What a run of <see cref="EcdhCardinality"/> costs, both ways together, without the channel's own frames.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="ToReceiver">Payload bytes from the sender to the receiver.</param>
/// <param name="ToSender">Payload bytes from the receiver to the sender.</param>
/// <param name="Multiplications">Multiplications of points, both parties together.</param>
/// <param name="SenderMemoryBytes">Memory of the sender beside its items, in bytes.</param>
/// <param name="ReceiverMemoryBytes">Memory of the receiver beside its items, in bytes.</param>
public sealed record EcdhCardinalityCost(
    long Messages, long ToReceiver, long ToSender, long Multiplications, long SenderMemoryBytes, long ReceiverMemoryBytes)
{
    /// <summary>Payload bytes, both ways.</summary>
    public long Bytes => ToReceiver + ToSender;

    /// <summary>The formulas of specs/psi-cardinality.md, "Messages" and "Cost": the traffic of <see cref="EcdhPsi"/>, in another order.</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    public static EcdhCardinalityCost Of(int senderItems, int receiverItems)
    {
        var same = EcdhPsiCost.Of(senderItems, receiverItems);
        return new(same.Messages, same.ToReceiver, same.ToSender, same.Multiplications, (4L * senderItems) + (16L * receiverItems), same.MemoryBytes);
    }
}
