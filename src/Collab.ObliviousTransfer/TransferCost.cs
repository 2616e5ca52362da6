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
        if (count <= SilentVole.LargestShortCount) return OfBase() + OfVectorOle(count, security);
        var parameters = SilentParameters.For((int)Math.Min(count, SilentVole.LargestCount), SilentParameters.FieldNoiseWeight);
        var trees = new TransferCost(1, Gf128.Size * (long)parameters.TreeCount, 0);
        var check = security == SecurityModel.Malicious ? new TransferCost(2, DigestSize, 2 * Gf128.Size) : default;
        return OfBase() + OfVectorOle(parameters.TreeCount + 1, security) + OfChosen(parameters.TransferCount, security) + trees + check;
    }

    /// <summary>The 128 base transfers of an extension, whose sender is their receiver: specs/oblivious-transfer.md, "Messages".</summary>
    public static TransferCost OfBase() => new(2, 2 * PointSize * BitMatrix.Side, PointSize * BitMatrix.Side);

    /// <summary>Vector OLE by the extension alone, without base transfers.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="security">The security model.</param>
    public static TransferCost OfVectorOle(long count, SecurityModel security) => OfBatches(count, Batch.LargestBlockCount - 1, security);

    /// <summary>Correlated or random transfers by the extension, without base transfers.</summary>
    /// <param name="count">Transfers.</param>
    /// <param name="security">The security model.</param>
    public static TransferCost OfCorrelated(long count, SecurityModel security) =>
        OfBatches((count + BitMatrix.Side - 1) / BitMatrix.Side, Batch.RowCount / BitMatrix.Side, security);

    /// <summary>Transfers of chosen messages of 16 bytes by the extension, without base transfers.</summary>
    /// <param name="count">Transfers.</param>
    /// <param name="security">The security model.</param>
    public static TransferCost OfChosen(long count, SecurityModel security)
    {
        var messages = ((2 * count) + Batch.RowCount - 1) / Batch.RowCount;
        return OfCorrelated(count, security) + new TransferCost(messages, (2 * Gf128.Size * count) + (NumberSize * messages), 0);
    }

    // Columns of so many blocks, a batch having at most so many; malicious: a mask, a challenge and an answer for each batch.
    private static TransferCost OfBatches(long blocks, int largest, SecurityModel security)
    {
        const int column = Gf128.Size * BitMatrix.Side;
        var batches = (blocks + largest - 1) / largest;
        var columns = new TransferCost(batches, 0, (NumberSize * batches) + (column * blocks));
        if (security != SecurityModel.Malicious) return columns;
        var answer = NumberSize + column + Gf128.Size;
        return columns + new TransferCost(2 * batches, (NumberSize + Gf128.Size) * batches, (column + answer) * batches);
    }
}
