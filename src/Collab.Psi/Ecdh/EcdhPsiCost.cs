namespace Collab.Psi.Ecdh;

/// <summary>What a run of <see cref="EcdhPsi"/> costs, both ways together, without the channel's own frames.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="ToReceiver">Payload bytes from the sender to the receiver.</param>
/// <param name="ToSender">Payload bytes from the receiver to the sender.</param>
/// <param name="Multiplications">Multiplications of points, both parties together.</param>
/// <param name="MemoryBytes">Memory of the receiver beside its items, in bytes.</param>
public sealed record EcdhPsiCost(long Messages, long ToReceiver, long ToSender, long Multiplications, long MemoryBytes)
{
    /// <summary>Payload bytes, both ways.</summary>
    public long Bytes => ToReceiver + ToSender;

    private const int PointSize = 32;

    /// <summary>The formulas of specs/psi-ecdh.md, "Messages" and "Cost".</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    public static EcdhPsiCost Of(int senderItems, int receiverItems)
    {
        long n = senderItems, m = receiverItems;
        var (senderBatches, receiverBatches) = (Batches.Count(n), Batches.Count(m));
        var width = Masks128.Width(senderItems, receiverItems);
        return new(
            2 + (2 * receiverBatches) + senderBatches,
            Announcement.Size + (Batches.HeaderSize * (receiverBatches + senderBatches)) + (width * m) + (PointSize * n),
            Announcement.Size + (Batches.HeaderSize * receiverBatches) + (PointSize * m),
            2 * (n + m),
            16 * (n + m));
    }
}
