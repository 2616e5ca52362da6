using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>What every bank of a run knows beforehand, and the sizes that follow from it: none depends on anybody's data.</summary>
/// <param name="Question">The bounds and what is told.</param>
/// <param name="Banks">All banks, ordered; a bank is meant by its place.</param>
/// <param name="Context">What all messages of the run are bound to.</param>
public sealed record TraceTerms(TraceQuestion Question, IReadOnlyList<PartyId> Banks, Digest Context)
{
    /// <summary>The longest reference and account, in bytes of UTF-8.</summary>
    public const int LongestReference = 47;

    /// <summary>The longest name of a holder, in bytes of UTF-8.</summary>
    public const int LongestName = 95;

    /// <summary>The longest code of an industry, in bytes of UTF-8.</summary>
    public const int LongestIndustry = 15;

    /// <summary>A box of a mailbox or of details is larger than this: the plan is refused.</summary>
    public const long LargestBroadcast = 1L << 23;

    /// <summary>What one bank sends another in a round, in bytes.</summary>
    public int MailboxSize => Question.Mailbox * HopSummary.Size;

    /// <summary>How many sealed details each bank tells: as many as the summaries that can come to it.</summary>
    public int Details => Banks.Count * Question.Mailbox * Question.Hops;

    /// <summary>A sealed detail, in bytes.</summary>
    public int BoxSize => HopDetail.SizeOf(Question) + Cryptography.Sealing.IncomparableKey.Overhead;

    /// <summary>What one bank sends another of details, in bytes.</summary>
    public long BroadcastSize => (long)Details * BoxSize;

    /// <summary>Messages and bytes of all banks together.</summary>
    public (long Messages, long Bytes) Traffic
    {
        get
        {
            var pairs = (long)Banks.Count * (Banks.Count - 1);
            return (pairs * (Question.Hops + 1), pairs * (((long)Question.Hops * MailboxSize) + BroadcastSize));
        }
    }

    /// <summary>The place of a bank; −1 of any other name.</summary>
    public int PlaceOf(string name)
    {
        for (var i = 0; i < Banks.Count; i++)
            if (Banks[i].Name == name) return i;
        return -1;
    }

    /// <summary>What a box of that bank is bound to: the run, and who made it.</summary>
    internal byte[] BoundTo(int bank) => new CanonicalWriter().Text("collab.trace.detail.v1").Digest(Context).Byte((byte)bank).ToArray();
}
