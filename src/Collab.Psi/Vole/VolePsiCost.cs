using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What a run of <see cref="VolePsi"/> costs, both ways together, without the channel's own frames.</summary>
/// <param name="Messages">Messages of steps 1 to 3 and 5 to 8.</param>
/// <param name="ToReceiver">Payload bytes of the same messages, from the sender to the receiver.</param>
/// <param name="ToSender">Payload bytes of the same messages, from the receiver to the sender.</param>
/// <param name="OleCount">Elements of the vector OLE (step 4).</param>
/// <param name="Ole">What the vector OLE sends, its base transfers included.</param>
/// <param name="MemoryBytes">Memory of the receiver beside its items' digests at its peak outside the vector OLE, in bytes.</param>
public sealed record VolePsiCost(long Messages, long ToReceiver, long ToSender, long OleCount, TransferCost Ole, long MemoryBytes)
{
    /// <summary>Payload bytes of steps 1 to 3 and 5 to 8, both ways.</summary>
    public long Bytes => ToReceiver + ToSender;

    /// <summary>Messages of all steps.</summary>
    public long TotalMessages => Messages + Ole.Messages;

    /// <summary>Payload bytes of all steps, from the sender to the receiver.</summary>
    public long TotalToReceiver => ToReceiver + Ole.ToReceiver;

    /// <summary>Payload bytes of all steps, from the receiver to the sender.</summary>
    public long TotalToSender => ToSender + Ole.ToSender;

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
        if (senderItems == 0 || receiverItems == 0) return new(2, VoleAnnouncement.Size, VoleAnnouncement.Size, 0, default, 0);
        var malicious = security == SecurityModel.Malicious;
        var size = OkvsParameters.Create(receiverItems).Size;
        var masks = MaskLayout.Of(senderItems, receiverItems, security);
        var labels = new LabelLayout(senderItems, labelSize);
        var matches = new MatchLayout(senderItems);
        var told = bothLearn ? matches.PartCount + (malicious ? MatchLayout.ProofParts(common) : 0) : 0;
        var toldBytes = bothLearn ? matches.TotalBytes + (malicious ? MatchLayout.ProofBytes(common) : 0) : 0;
        return new(
            2 + (malicious ? 2 : 0) + 1 + StoreParts.Count(size) + masks.BatchCount + labels.PartCount + told,
            VoleAnnouncement.Size + (malicious ? Digest.Size + Gf128.Size : 0) + masks.TotalBytes + labels.TotalBytes,
            VoleAnnouncement.Size + StoreSeed.SizeOf(malicious) + StoreParts.TotalBytes(size) + toldBytes,
            size,
            TransferCost.OfVole(size, security),
            Gf128.Size * ((3 * size) + (4L * receiverItems)));
    }

    /// <summary>What a run of <see cref="StreamedVolePsi"/> costs that nothing interrupts: steps b1 and b2, then every bucket padded.</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="bucketItems">Items of a bucket before padding.</param>
    /// <param name="security">The security model.</param>
    /// <param name="bothLearn">Whether the sender has an output too.</param>
    /// <param name="common">Items that both have, taken to be spread evenly; they count as in <see cref="Of"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The most buckets of that size are not enough.</exception>
    public static VolePsiCost OfStreamed(
        long senderItems, long receiverItems, int bucketItems, SecurityModel security, bool bothLearn = false, long common = 0)
    {
        var plan = BucketPlan.Of(senderItems, receiverItems, bucketItems) ?? throw new ArgumentOutOfRangeException(nameof(bucketItems));
        var bucket = Of(plan.SenderCapacity, plan.ReceiverCapacity, security, bothLearn, (int)(common / plan.BucketCount));
        long begin = VoleAnnouncement.Size + FinishedBuckets.Size, count = plan.BucketCount;
        return new(
            4 + (count * (bucket.Messages - 2)),
            begin + (count * (bucket.ToReceiver - VoleAnnouncement.Size)),
            begin + (count * (bucket.ToSender - VoleAnnouncement.Size)),
            count * bucket.OleCount,
            new(count * bucket.Ole.Messages, count * bucket.Ole.ToReceiver, count * bucket.Ole.ToSender),
            bucket.MemoryBytes);
    }
}
