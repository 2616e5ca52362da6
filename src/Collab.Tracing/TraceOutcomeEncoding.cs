using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>The canonical encoding of an outcome (specs/trace.md, "Result").</summary>
public static class TraceOutcomeEncoding
{
    /// <summary>Writes an outcome.</summary>
    public static void Encode(CanonicalWriter writer, TraceOutcome outcome) => writer
        .List(outcome.Loans, (w, loan) => w.Byte((byte)loan.Depth).List(loan.Hops, Encode))
        .List(outcome.Strayed, (w, bank) => w.Party(bank))
        .Int64(outcome.Asked).Int64(outcome.Found).Int64(outcome.Sent);

    /// <summary>Reads and checks an outcome.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one.</exception>
    public static TraceOutcome Decode(ref CanonicalReader reader)
    {
        var outcome = new TraceOutcome(
            reader.List((ref r) => new TracedLoan(r.Byte(), r.List(DecodeHop))), reader.List((ref r) => r.Party()), reader.Int64(), reader.Int64(), reader.Int64());
        var isTree = outcome.Loans.All(loan => loan.Hops.Count > 0 && loan.Hops.Index().All(hop => hop.Item.Parent < hop.Index && (hop.Item.Parent < 0) == (hop.Index == 0)));
        return isTree && outcome.Asked >= outcome.Found && outcome.Found >= 0 && outcome.Sent >= 0
            ? outcome
            : throw new MalformedException("ways whose hops come after their parents, and counts");
    }

    private static void Encode(CanonicalWriter writer, TracedHop hop) => writer
        .Int64(hop.Parent).Party(hop.From).Optional(hop.To, (w, to) => w.Party(to)).Text(hop.Reference).Int64(hop.Day).Int64(hop.Amount).Int64(hop.Traced)
        .Byte((byte)hop.End).UInt64(hop.Account.Tag)
        .Optional(hop.Account.Account, (w, text) => w.Text(text)).Optional(hop.Account.Name, (w, text) => w.Text(text)).Optional(hop.Account.Industry, (w, text) => w.Text(text))
        .Byte((byte)hop.Alerts).Int64(hop.Left).Int64(hop.Small.Count).Int64(hop.Small.Sum).Int64(hop.Beyond.Count).Int64(hop.Beyond.Sum);

    private static TracedHop DecodeHop(ref CanonicalReader reader)
    {
        var hop = new TracedHop(
            Small(ref reader), reader.Party(), reader.Optional((ref r) => r.Party()), reader.Text(), Small(ref reader), reader.Int64(), reader.Int64(), (HopEnd)reader.Byte(),
            new ReachedAccount(reader.UInt64(), reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text())),
            (HopAlerts)reader.Byte(), reader.Int64(), new Bundle(Small(ref reader), reader.Int64()), new Bundle(Small(ref reader), reader.Int64()));
        return Enum.IsDefined(hop.End) && hop.Parent >= -1 && (hop.Alerts & ~(HopAlerts.SameName | HopAlerts.Industry)) == 0
            ? hop
            : throw new MalformedException("a hop with a known end");
    }

    private static int Small(ref CanonicalReader reader) =>
        reader.Int64() is var value and >= int.MinValue and <= int.MaxValue ? (int)value : throw new MalformedException("a number of 32 bits");
}
