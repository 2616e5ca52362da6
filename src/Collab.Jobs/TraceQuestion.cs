using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Where did the money of some loans go? Each bank follows it over its own accounts alone, and tells what it saw to the bank that asked, not knowing which that is
/// (protocols/specs/trace.md).</summary>
/// <param name="Columns">The columns of every bank's transfers.</param>
/// <param name="Scale">Decimal digits of all amounts: the largest that a bank has.</param>
/// <param name="Hops">How many rounds there are, and so how many transfers a trace follows at most: 1 to <see cref="MostHops"/>.</param>
/// <param name="Delay">A trace begins in one of the first so many rounds + 1, drawn uniformly: 0 to <paramref name="Hops"/> − 1.</param>
/// <param name="Period">Money that came into an account is followed when it leaves within so many days: 0 to <see cref="LongestPeriod"/>.</param>
/// <param name="Traces">How many transfers a bank traces in a run at most: 1 to <see cref="MostTraces"/>.</param>
/// <param name="FanOut">How many transfers out of an account a hop follows at most: 1 to <see cref="MostFanOut"/>.</param>
/// <param name="Mailbox">How many summaries a bank sends another in a round at most, fewer being filled up: <paramref name="Traces"/> to <see cref="LargestMailbox"/>.</param>
/// <param name="Minimum">Less than that is not followed, in units of 10^(−<paramref name="Scale"/>); at least 1.</param>
/// <param name="SameName">Whether money is reported that comes to an account of the borrower's name.</param>
/// <param name="Industries">Money is reported that comes to an account of one of these industries, ordered.</param>
/// <param name="Details">What else is told of an account that the money came to.</param>
public sealed record TraceQuestion(
    TraceColumns Columns, int Scale, int Hops, int Delay, int Period, int Traces, int FanOut, int Mailbox, long Minimum,
    bool SameName, IReadOnlyList<string> Industries, TraceDetails Details) : Question
{
    /// <summary>The most hops.</summary>
    public const int MostHops = 12;

    /// <summary>The longest period, in days.</summary>
    public const int LongestPeriod = 3650;

    /// <summary>The most traces of a bank in a run.</summary>
    public const int MostTraces = 64;

    /// <summary>The most transfers that a hop follows.</summary>
    public const int MostFanOut = 16;

    /// <summary>The most summaries from one bank to another in a round.</summary>
    public const int LargestMailbox = 256;

    /// <summary>The most industries.</summary>
    public const int MostIndustries = 256;

    /// <inheritdoc/>
    public override string Kind => "trace";

    /// <summary>Whether every bound is in its range, and what is told has its column.</summary>
    public bool IsSound =>
        Columns.Names.All(name => name.Length > 0) && Columns.Names.Distinct().Count() == Columns.Names.Count
        && Scale is >= 0 and <= ColumnSchema.MaximumScale
        && Hops is >= 1 and <= MostHops && Delay >= 0 && Delay < Hops && Period is >= 0 and <= LongestPeriod
        && Traces is >= 1 and <= MostTraces && FanOut is >= 1 and <= MostFanOut && Mailbox >= Traces && Mailbox <= LargestMailbox && Minimum >= 1
        && Industries.Count <= MostIndustries && Industries.All(code => code.Length > 0)
        && Industries.Zip(Industries.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0)
        && (Details & ~TraceDetails.All) == 0
        && (Columns.Name is not null || (!SameName && !Details.HasFlag(TraceDetails.Name)))
        && (Columns.Industry is not null || (Industries.Count == 0 && !Details.HasFlag(TraceDetails.Industry)));

    /// <summary>Whether the inputs are two banks or more without keys, each with the columns, of types that they can have.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        inputs.Count is >= 2 and <= 16 && inputs.All(input => input.Key.Count == 0
            && Columns.Numbers.All(name => Find(input, name) is { Type: not ColumnType.Text } column && column.Scale <= Scale)
            && Columns.Texts.All(name => Find(input, name) is { Type: ColumnType.Text }));

    internal void Encode(CanonicalWriter writer)
    {
        Columns.Encode(writer);
        writer.Byte((byte)Scale).Byte((byte)Hops).Byte((byte)Delay).UInt32((uint)Period).Byte((byte)Traces).Byte((byte)FanOut).UInt32((uint)Mailbox).Int64(Minimum)
            .Boolean(SameName).List(Industries, (w, code) => w.Text(code)).Byte((byte)Details);
    }

    internal static TraceQuestion Decode(ref CanonicalReader reader)
    {
        var question = new TraceQuestion(
            TraceColumns.Decode(ref reader), reader.Byte(), reader.Byte(), reader.Byte(), Small(ref reader), reader.Byte(), reader.Byte(), Small(ref reader), reader.Int64(),
            reader.Boolean(), reader.List((ref r) => r.Text()), (TraceDetails)reader.Byte());
        return question.IsSound ? question : throw new MalformedException("columns without repetition, bounds of a trace in their ranges, and a column for whatever is told");
    }

    private static int Small(ref CanonicalReader reader) => (int)Math.Min(reader.UInt32(), int.MaxValue);

    private static ColumnSchema? Find(PlanInput input, string name) => input.Columns.FirstOrDefault(column => column.Name == name);
}
