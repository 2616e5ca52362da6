using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What a run of <see cref="VolePsi"/> costs, both ways together, without the channel's own frames.</summary>
/// <param name="Messages">Messages of steps 1 to 3 and 5 to 8; those of the vector OLE are in its own spec.</param>
/// <param name="Bytes">Payload bytes of the same messages.</param>
/// <param name="OleCount">Elements of the vector OLE (step 4).</param>
/// <param name="MemoryBytes">Memory of the receiver beside its items' digests at its peak outside the vector OLE, in bytes.</param>
public sealed record VolePsiCost(long Messages, long Bytes, long OleCount, long MemoryBytes)
{
    /// <summary>The formulas of specs/psi-vole.md, "Cost".</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="security">The security model.</param>
    /// <param name="bothLearn">Whether the sender has an output too.</param>
    /// <param name="common">Items that both have; they count in the malicious form when both learn, and may be estimated.</param>
    /// <param name="labelSize">Bytes of a label of the sender's items, 0 for none.</param>
    public static VolePsiCost Of(
        int senderItems, int receiverItems, SecurityModel security, bool bothLearn = false, int common = 0, int labelSize = 0)
    {
        long messages = 2, bytes = 2 * VoleAnnouncement.Size;
        if (senderItems == 0 || receiverItems == 0) return new(messages, bytes, 0, 0);
        var malicious = security == SecurityModel.Malicious;
        var size = OkvsParameters.Create(receiverItems).Size;
        var masks = MaskLayout.Of(senderItems, receiverItems, security);
        var labels = new LabelLayout(senderItems, labelSize);
        var matches = new MatchLayout(senderItems);
        messages += (malicious ? 2 : 0) + 1 + StoreParts.Count(size) + masks.BatchCount + labels.PartCount;
        bytes += (malicious ? Digest.Size + Gf128.Size : 0) + StoreSeed.SizeOf(malicious) + StoreParts.TotalBytes(size) + masks.TotalBytes + labels.TotalBytes;
        if (bothLearn)
        {
            messages += matches.PartCount + (malicious ? MatchLayout.ProofParts(common) : 0);
            bytes += matches.TotalBytes + (malicious ? MatchLayout.ProofBytes(common) : 0);
        }

        return new(messages, bytes, size, Gf128.Size * ((3 * size) + (4L * receiverItems)));
    }
}
