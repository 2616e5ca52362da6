using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>What a check of records costs, both ways together, without the channel's own frames: verifiable mode over ristretto255.</summary>
/// <param name="ListMessages">Messages that give the list, once for each list.</param>
/// <param name="ListBytes">Their payload bytes.</param>
/// <param name="CheckMessages">Messages of each check.</param>
/// <param name="CheckBytes">Their payload bytes.</param>
public sealed record RecordCheckCost(long ListMessages, long ListBytes, long CheckMessages, long CheckBytes)
{
    private const int HeaderSize = 6, ElementSize = 32, ProofSize = 64;

    /// <summary>The formulas of specs/psi-oprf.md, "Messages".</summary>
    /// <param name="tokens">Tokens of the list.</param>
    /// <param name="records">Records of a check.</param>
    public static RecordCheckCost Of(int tokens, int records)
    {
        var parts = (tokens + ListPart.LargestCount - 1) / ListPart.LargestCount;
        return new(
            1 + parts, HeaderSize + ElementSize + (sizeof(uint) * parts) + ((long)TokenList.SizeFor(tokens) * tokens),
            2, Digest.Size + (2L * ElementSize * records) + ProofSize);
    }
}
