namespace Collab.Psi.Ecdh;

/// <summary>What a run of <see cref="EcdhPsi"/> costs, both ways together, without the channel's own frames.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Multiplications">Multiplications of points, both parties together.</param>
/// <param name="MemoryBytes">Memory of the receiver beside its items, in bytes.</param>
public sealed record EcdhPsiCost(long Messages, long Bytes, long Multiplications, long MemoryBytes)
{
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
            (2 * Announcement.Size) + (Batches.HeaderSize * ((2 * receiverBatches) + senderBatches)) + ((PointSize + width) * m) + (PointSize * n),
            2 * (n + m),
            16 * (n + m));
    }
}
