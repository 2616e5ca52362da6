using Collab.Psi.Ecdh;

namespace Collab.Psi.Incremental;

/// <summary>What one update of <see cref="IncrementalPsi"/> costs, both ways together, without the channel's own frames; the stored sets are no part of it.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Multiplications">Multiplications of points, both parties together.</param>
public sealed record IncrementalPsiCost(long Messages, long Bytes, long Multiplications)
{
    private const int PointSize = 32;

    /// <summary>The formulas of specs/psi-incremental.md, "Messages".</summary>
    /// <param name="senderAdditions">Items that the sender adds.</param>
    /// <param name="senderRemovals">Items that the sender removes.</param>
    /// <param name="receiverAdditions">Items that the receiver adds; its removals cost nothing here.</param>
    public static IncrementalPsiCost Of(int senderAdditions, int senderRemovals, int receiverAdditions)
    {
        long sent = (long)senderAdditions + senderRemovals, own = receiverAdditions;
        var batches = Batches.Count(senderAdditions) + Batches.Count(senderRemovals) + (2 * Batches.Count(receiverAdditions));
        return new(
            4 + batches,
            (2 * (StateAnnouncement.Size + Primitives.Digest.Size)) + (Batches.HeaderSize * batches) + (PointSize * (sent + own)) + (Masks128.LargestWidth * own),
            2 * (sent + own));
    }
}
