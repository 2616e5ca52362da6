using Collab.Arithmetic.BinaryField;
using Collab.ObliviousTransfer.Extension;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.ObliviousTransfer;

/// <summary>What transfers and correlations send, exactly, without the channel's own frames.</summary>
/// <param name="Messages">Messages, both ways.</param>
/// <param name="ToReceiver">Payload bytes from the sender of the correlation (who holds Δ) to its receiver.</param>
/// <param name="ToSender">Payload bytes the other way.</param>
public readonly record struct TransferCost(long Messages, long ToReceiver, long ToSender)
{
    private const int PointSize = 32;
    private const int NumberSize = sizeof(ulong);
    private const int DigestSize = 32;

    /// <summary>Bytes of both directions.</summary>
    public long Bytes => ToReceiver + ToSender;

    /// <summary>One after the other.</summary>
    public static TransferCost operator +(TransferCost one, TransferCost other) =>
        new(one.Messages + other.Messages, one.ToReceiver + other.ToReceiver, one.ToSender + other.ToSender);

    /// <summary>A whole <see cref="SilentVole"/> with its base transfers: specs/vole-silent.md, "Messages".</summary>
    /// <param name="count">Correlations, 0 or more; of none nothing is sent.</param>
    /// <param name="security">The security model.</param>
    public static TransferCost OfVole(long count, SecurityModel security)
    {
        if (count == 0) return default;
        if (count <= SilentVole.LargestShortCount) return OfBase(security) + OfVectorOle(count, security);
        var parameters = SilentParameters.For((int)Math.Min(count, SilentVole.LargestCount), SilentParameters.FieldNoiseWeight);
        return OfBase(security) + OfVectorOle(parameters.TreeCount + 1, security) + OfTrees(parameters, security);
    }

    /// <summary>The set-up of an extension: the 128 base transfers, whose sender is its receiver, and the seeds. specs/oblivious-transfer.md, "Messages".</summary>
    /// <param name="security">The security model.</param>
    /// <param name="fieldBits">k.</param>
    public static TransferCost OfBase(SecurityModel security, int fieldBits = OtExtensionOptions.DefaultFieldBits)
    {
        var transfers = new TransferCost(2, 2 * PointSize * BitMatrix.Side, PointSize * BitMatrix.Side);
        if (fieldBits == 1) return transfers;
        var groups = BitMatrix.Side / fieldBits;
        var proofs = security == SecurityModel.Malicious ? DigestSize * (groups + 1) : 0;
        return transfers + new TransferCost(1, 0, NumberSize + (2 * Gf128.Size * (fieldBits - 1) * groups) + proofs);
    }

    /// <summary>Vector OLE by the extension alone, without its set-up.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="security">The security model.</param>
    /// <param name="fieldBits">k.</param>
    public static TransferCost OfVectorOle(long count, SecurityModel security, int fieldBits = OtExtensionOptions.DefaultFieldBits) =>
        OfBatches(count, Batch.LargestBlockCount - 1, security, fieldBits);

    /// <summary>Correlated or random transfers by the extension, without its set-up.</summary>
    /// <param name="count">Transfers.</param>
    /// <param name="security">The security model.</param>
    /// <param name="fieldBits">k.</param>
    public static TransferCost OfCorrelated(long count, SecurityModel security, int fieldBits = OtExtensionOptions.DefaultFieldBits) =>
        OfBatches((count + BitMatrix.Side - 1) / BitMatrix.Side, Batch.RowCount / BitMatrix.Side, security, fieldBits);

    /// <summary>Transfers of chosen messages of 16 bytes by the extension, without its set-up.</summary>
    /// <param name="count">Transfers.</param>
    /// <param name="security">The security model.</param>
    /// <param name="fieldBits">k.</param>
    public static TransferCost OfChosen(long count, SecurityModel security, int fieldBits = OtExtensionOptions.DefaultFieldBits)
    {
        var messages = ((2 * count) + Batch.RowCount - 1) / Batch.RowCount;
        return OfCorrelated(count, security, fieldBits) + new TransferCost(messages, (2 * Gf128.Size * count) + (NumberSize * messages), 0);
    }

    /// <summary>A call of <see cref="SilentOt"/> over an extension that has been set up.</summary>
    /// <param name="count">Transfers, 0 or more; of none nothing is sent.</param>
    /// <param name="security">The security model.</param>
    public static TransferCost OfSilent(long count, SecurityModel security)
    {
        if (count <= SilentOt.LargestShortCount) return OfCorrelated(count, security);
        var parameters = SilentParameters.For((int)Math.Min(count, SilentOt.LargestCount), SilentParameters.BitNoiseWeight);
        var mask = security == SecurityModel.Malicious ? OfVectorOle(1, security) : default;
        return mask + OfTrees(parameters, security);
    }

    // Level sums and corrections of the trees, and malicious the check of them.
    private static TransferCost OfTrees(SilentParameters parameters, SecurityModel security)
    {
        var corrections = new TransferCost(1, Gf128.Size * (long)parameters.TreeCount, 0);
        var check = security == SecurityModel.Malicious ? new TransferCost(2, DigestSize, 2 * Gf128.Size) : default;
        return OfChosen(parameters.TransferCount, security) + corrections + check;
    }

    // Columns of so many blocks, a batch having at most so many; malicious: a mask, a challenge and an answer for each batch.
    private static TransferCost OfBatches(long blocks, int largest, SecurityModel security, int fieldBits)
    {
        var groups = Gf128.Size * BitMatrix.Side / fieldBits;
        var batches = (blocks + largest - 1) / largest;
        var columns = new TransferCost(batches, 0, (NumberSize * batches) + (groups * blocks));
        if (security != SecurityModel.Malicious) return columns;
        const int answer = NumberSize + (Gf128.Size * (BitMatrix.Side + 1));
        return columns + new TransferCost(2 * batches, (NumberSize + Gf128.Size) * batches, (groups + answer) * batches);
    }
}
