using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>An issuer commits every granted row as a record of its own, and puts one commitment to all of them on the ledger (protocols/specs/attest.md).</summary>
/// <param name="Columns">The fields of a record, in this order.</param>
/// <param name="Validity">How long the records are valid from the run on, in whole seconds.</param>
public sealed record AttestQuestion(IReadOnlyList<string> Columns, TimeSpan Validity) : Question
{
    /// <summary>The most fields of a record.</summary>
    public const int MostColumns = 256;

    /// <summary>The longest validity.</summary>
    public static readonly TimeSpan LongestValidity = TimeSpan.FromDays(36_500);

    /// <inheritdoc/>
    public override string Kind => "attest";

    /// <summary>Whether there is one input with what is asked.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        inputs is [{ Key.Count: 0 } input] && Columns.All(name => input.Columns.Any(column => column.Name == name));

    internal void Encode(CanonicalWriter writer) => writer.List(Columns, (w, name) => w.Text(name)).UInt64((ulong)Validity.TotalSeconds);

    internal static AttestQuestion Decode(ref CanonicalReader reader)
    {
        var (columns, seconds) = (reader.List((ref r) => r.Text()), reader.UInt64());
        return columns.Length is >= 1 and <= MostColumns && columns.Distinct().Count() == columns.Length && seconds >= 1 && seconds <= LongestValidity.TotalSeconds
            ? new AttestQuestion(columns, TimeSpan.FromSeconds(seconds))
            : throw new MalformedException("1 to 256 columns without repetition, and a validity of 1 second to 100 years");
    }
}
