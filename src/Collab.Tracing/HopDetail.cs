using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>What a bank saw of one hop, for the bank that traces alone.</summary>
/// <param name="Link">That of the summary.</param>
/// <param name="End">What became of the money here: <see cref="HopEnd.Followed"/>, <see cref="HopEnd.NotFound"/>, <see cref="HopEnd.NotWatched"/> or <see cref="HopEnd.LastHop"/>.</param>
/// <param name="Reference">The transfer that came in.</param>
/// <param name="Amount">Its amount in the books here; 0 when not found.</param>
/// <param name="Day">Its day in the books here; 0 when not found.</param>
/// <param name="Account">What is told of the account.</param>
/// <param name="NameTag">A tag of the holder's name under the link.</param>
/// <param name="IsListed">Whether the holder's industry is one of the plan's.</param>
/// <param name="Left">What stayed in the account.</param>
/// <param name="Small">Transfers that carry less than the minimum.</param>
/// <param name="Beyond">Transfers beyond the fan-out.</param>
/// <param name="Outflows">The transfers that carry the money on.</param>
internal sealed record HopDetail(
    UInt128 Link, HopEnd End, string Reference, long Amount, int Day, ReachedAccount Account, UInt128 NameTag, bool IsListed,
    long Left, Bundle Small, Bundle Beyond, IReadOnlyList<Outflow> Outflows)
{
    private const int FixedSize = 16 + 1 + TraceTerms.LongestReference + 1 + 8 + 4 + 8 + 16 + 1 + 8 + (2 * 12) + 1;
    private const int OutflowSize = 1 + TraceTerms.LongestReference + 1 + 1 + 4 + 8 + 8 + 16;

    /// <summary>The size, in bytes: it follows from the plan alone.</summary>
    public static int SizeOf(TraceQuestion question) =>
        FixedSize + (question.FanOut * OutflowSize)
        + (Tells(question, TraceDetails.Account) ? TraceTerms.LongestReference + 1 : 0)
        + (Tells(question, TraceDetails.Name) ? TraceTerms.LongestName + 1 : 0)
        + (Tells(question, TraceDetails.Industry) ? TraceTerms.LongestIndustry + 1 : 0);

    public byte[] Encode(TraceTerms terms)
    {
        var question = terms.Question;
        var bytes = new byte[SizeOf(question)];
        var layout = new FixedLayout(bytes);
        layout.Put(Link);
        layout.Put((byte)End);
        layout.Put(Reference, TraceTerms.LongestReference);
        layout.Put(Amount);
        layout.Put(Day);
        layout.Put(Account.Tag);
        layout.Put(NameTag);
        layout.Put(IsListed ? (byte)1 : (byte)0);
        layout.Put(Left);
        foreach (var bundle in new[] { Small, Beyond })
        {
            layout.Put(bundle.Count);
            layout.Put(bundle.Sum);
        }

        if (Tells(question, TraceDetails.Account)) layout.Put(Account.Account ?? "", TraceTerms.LongestReference);
        if (Tells(question, TraceDetails.Name)) layout.Put(Account.Name ?? "", TraceTerms.LongestName);
        if (Tells(question, TraceDetails.Industry)) layout.Put(Account.Industry ?? "", TraceTerms.LongestIndustry);
        layout.Put((byte)Outflows.Count);
        foreach (var outflow in Outflows)
        {
            layout.Put((byte)outflow.State);
            layout.Put(outflow.Reference, TraceTerms.LongestReference);
            layout.Put(unchecked((byte)outflow.Bank));
            layout.Put(outflow.Day);
            layout.Put(outflow.Amount);
            layout.Put(outflow.Taken);
            layout.Put(outflow.Link);
        }

        return bytes;
    }

    /// <exception cref="MalformedException">The bytes are not exactly a detail.</exception>
    public static HopDetail Decode(byte[] bytes, TraceTerms terms)
    {
        var question = terms.Question;
        if (bytes.Length != SizeOf(question)) throw new MalformedException("a detail of the plan's size");
        var layout = new FixedLayout(bytes);
        var (link, end, reference, amount, day) = (layout.UInt128(), (HopEnd)layout.Byte(), layout.Text(TraceTerms.LongestReference), layout.Int64(), layout.Int32());
        var (tag, nameTag, listed, left) = (layout.UInt64(), layout.UInt128(), layout.Byte(), layout.Int64());
        Bundle small = new(layout.Int32(), layout.Int64()), beyond = new(layout.Int32(), layout.Int64());
        var account = new ReachedAccount(
            tag,
            Tells(question, TraceDetails.Account) ? Told(layout.Text(TraceTerms.LongestReference)) : null,
            Tells(question, TraceDetails.Name) ? Told(layout.Text(TraceTerms.LongestName)) : null,
            Tells(question, TraceDetails.Industry) ? Told(layout.Text(TraceTerms.LongestIndustry)) : null);
        var count = layout.Byte();
        Require(count <= question.FanOut && listed <= 1 && end is HopEnd.Followed or HopEnd.NotFound or HopEnd.NotWatched or HopEnd.LastHop);
        var outflows = new Outflow[count];
        for (var i = 0; i < count; i++)
        {
            var state = (OutflowState)layout.Byte();
            var outflow = new Outflow(layout.Text(TraceTerms.LongestReference), Place(layout.Byte()), layout.Int32(), layout.Int64(), layout.Int64()) { State = state, Link = layout.UInt128() };
            Require(Enum.IsDefined(state) && outflow.Bank < terms.Banks.Count && (state == OutflowState.Outside) == (outflow.Bank < 0));
            outflows[i] = outflow;
        }

        Require(!layout.Next((question.FanOut - count) * OutflowSize).ContainsAnyExcept((byte)0));
        return new(link, end, reference, amount, day, account, nameTag, listed == 1, left, small, beyond, outflows);
    }

    private static string? Told(string text) => text.Length > 0 ? text : null;

    private static int Place(byte bank) => bank == byte.MaxValue ? -1 : bank;

    private static bool Tells(TraceQuestion question, TraceDetails detail) => question.Details.HasFlag(detail);

    private static void Require(bool holds)
    {
        if (!holds) throw new MalformedException("a detail of a hop");
    }
}

/// <summary>A transfer that carries traced money out of an account.</summary>
/// <param name="Reference">Its reference.</param>
/// <param name="Bank">The place of the bank that it went to; −1 outside the consortium.</param>
/// <param name="Day">When.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Taken">How much of it is traced money.</param>
internal sealed record Outflow(string Reference, int Bank, int Day, long Amount, long Taken)
{
    /// <summary>Whether the bank that it went to was asked.</summary>
    public OutflowState State { get; set; }

    /// <summary>The link of the summary that it was asked by; 0 where it was not.</summary>
    public UInt128 Link { get; set; }
}

/// <summary>Whether a transfer was followed further.</summary>
internal enum OutflowState : byte
{
    /// <summary>The bank that it went to was sent a summary.</summary>
    Asked = 1,

    /// <summary>It left the consortium.</summary>
    Outside = 2,

    /// <summary>The mailbox was full of larger ones.</summary>
    NoRoom = 3,
}
