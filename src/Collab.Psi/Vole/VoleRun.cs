using Collab.Arithmetic.BinaryField;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What stays the same for one party during steps 2 to 8, of a whole run or of one bucket of a streamed one.</summary>
/// <param name="Context">Names this run or bucket; all hashes of these steps are bound to it.</param>
/// <param name="SenderCount">Items of the sender.</param>
/// <param name="ReceiverCount">Items of the receiver.</param>
/// <param name="Security">Semi-honest or malicious.</param>
/// <param name="BothLearn">Whether step 8 takes place.</param>
/// <param name="LabelSize">Bytes of a label, 0 for none.</param>
/// <param name="Parallelism">Threads.</param>
/// <param name="Ole">Where the vector OLE comes from.</param>
/// <param name="Random">Where all randomness comes from.</param>
/// <param name="Report">Told how many items were treated since the last time.</param>
internal sealed record VoleRun(
    Digest Context,
    int SenderCount,
    int ReceiverCount,
    SecurityModel Security,
    bool BothLearn,
    int LabelSize,
    int Parallelism,
    IVectorOle Ole,
    RandomSource Random,
    Action<int> Report)
{
    private const string CoinDomain = "collab.psi-vole.coin";

    public bool IsMalicious => Security == SecurityModel.Malicious;

    public bool IsEmpty => SenderCount == 0 || ReceiverCount == 0;

    /// <summary>Whether the second halves of the hashes are used.</summary>
    public bool NeedsKeys => LabelSize > 0 || (BothLearn && IsMalicious);

    public MaskLayout Masks => MaskLayout.Of(SenderCount, ReceiverCount, Security);

    public LabelLayout Labels => new(SenderCount, LabelSize);

    public MatchLayout Matches => new(SenderCount);

    public VoleOptions OleOptions => new(Context) { Security = Security, Parallelism = Parallelism };

    /// <summary>A uniform block.</summary>
    public Gf128 DrawBlock()
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        Random.Fill(bytes);
        return Gf128.Read(bytes);
    }

    /// <summary>The commitment to the sender's half of the coin.</summary>
    public Digest CommitTo(Gf128 coin)
    {
        Span<byte> content = stackalloc byte[Digest.Size + Gf128.Size];
        Context.CopyTo(content);
        coin.Write(content[Digest.Size..]);
        return Digest.Of(CoinDomain, content);
    }
}

/// <summary>How labels are cut into parts, in the order of the sorted masks.</summary>
internal readonly record struct LabelLayout(int Count, int LabelSize)
{
    private const int FullPart = 1 << 18;

    public int LabelsOfPart => Math.Max(1, FullPart / Math.Max(1, LabelSize));

    public int PartCount => LabelSize == 0 ? 0 : (Count + LabelsOfPart - 1) / LabelsOfPart;

    public long TotalBytes => LabelSize == 0 ? 0 : ((long)Part.HeaderSize * PartCount) + ((long)Count * LabelSize);
}

/// <summary>How the bits of the matches, and in the malicious form their proofs, are cut into parts.</summary>
internal readonly record struct MatchLayout(int Count)
{
    /// <summary>Bytes of bits of a full part.</summary>
    public const int FullPart = 1 << 18;

    /// <summary>Proofs of a full part.</summary>
    public const int ProofsOfPart = 1 << 14;

    public int BitBytes => (Count + 7) / 8;

    public int PartCount => (BitBytes + FullPart - 1) / FullPart;

    public long TotalBytes => ((long)Part.HeaderSize * PartCount) + BitBytes;

    public static int ProofParts(int matches) => (matches + ProofsOfPart - 1) / ProofsOfPart;

    public static long ProofBytes(int matches) => ((long)Part.HeaderSize * ProofParts(matches)) + ((long)matches * Gf128.Size);
}
