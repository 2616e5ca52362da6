using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>What a bank tells the bank that its transfer went to: follow so much of it, and seal what you see under this key.</summary>
/// <param name="Link">16 random bytes that only both banks and the one that traces see: they name this hop.</param>
/// <param name="Reference">The transfer's.</param>
/// <param name="Amount">How much of it is traced.</param>
/// <param name="Key">A key of the bank that traces, unlike any that was sent before.</param>
internal sealed record HopSummary(UInt128 Link, string Reference, long Amount, IncomparableKey Key)
{
    /// <summary>In bytes: a byte 1, link, reference, amount, key; of an empty place zeros.</summary>
    public const int Size = 1 + 16 + TraceTerms.LongestReference + 1 + sizeof(long) + IncomparableKey.Size;

    /// <summary>Some summaries as a mailbox of the plan's size, in the order of their links, which is a random one.</summary>
    public static byte[] Encode(IEnumerable<HopSummary> summaries, TraceTerms terms)
    {
        var mailbox = new byte[terms.MailboxSize];
        var place = 0;
        foreach (var summary in summaries.OrderBy(summary => summary.Link))
        {
            var layout = new FixedLayout(mailbox.AsSpan(place++ * Size, Size));
            layout.Put((byte)1);
            layout.Put(summary.Link);
            layout.Put(summary.Reference, TraceTerms.LongestReference);
            layout.Put(summary.Amount);
            summary.Key.Encode(layout.Next(IncomparableKey.Size));
        }

        return mailbox;
    }

    /// <summary>Reads a mailbox of the plan's size.</summary>
    /// <exception cref="MalformedException">A place is neither empty nor a summary, or two have one link.</exception>
    public static IReadOnlyList<HopSummary> Decode(byte[] mailbox)
    {
        var summaries = new List<HopSummary>();
        for (var at = 0; at < mailbox.Length; at += Size)
        {
            var place = mailbox.AsSpan(at, Size);
            if (!place.ContainsAnyExcept((byte)0)) continue;
            var layout = new FixedLayout(place);
            var isOne = layout.Byte() == 1;
            var (link, reference, amount) = (layout.UInt128(), layout.Text(TraceTerms.LongestReference), layout.Int64());
            summaries.Add(isOne && reference.Length > 0 && amount > 0 && IncomparableKey.TryDecode(layout.Next(IncomparableKey.Size)) is { } key
                ? new(link, reference, amount, key)
                : throw new MalformedException("a summary, or an empty place"));
        }

        return summaries;
    }
}
