using Collab.Primitives;

namespace Collab.Statistics.Disclosure;

/// <summary>The rows of one owner on which one cell of an answer rests.</summary>
/// <param name="Label">Which cell of the grouping, in words; empty for all rows of an answer.</param>
/// <param name="Grouping">The columns that group, in words; empty for none.</param>
/// <param name="Version">The version of the dataset.</param>
/// <param name="Columns">The columns that the answer tells something of.</param>
/// <param name="Rows">The rows, by their numbers in this version.</param>
/// <param name="Values">The values of each column in these rows.</param>
public sealed record AnsweredSet(
    string Label, string Grouping, Digest Version, IReadOnlyList<string> Columns, RowSketch Rows, IReadOnlyList<RowSketch> Values)
{
    /// <summary>Whether it is all rows of an answer, and not one cell of several.</summary>
    public bool IsWhole => Label.Length == 0;

    /// <summary>Writes it.</summary>
    public static void Encode(CanonicalWriter writer, AnsweredSet set)
    {
        writer.Text(set.Label).Text(set.Grouping).Digest(set.Version).List(set.Columns, static (w, column) => w.Text(column));
        RowSketch.Encode(writer, set.Rows);
        writer.List(set.Values, RowSketch.Encode);
    }

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Any other bytes.</exception>
    public static AnsweredSet Decode(ref CanonicalReader reader) => new(
        reader.Text(), reader.Text(), reader.Digest(), reader.List((ref r) => r.Text()), RowSketch.Decode(ref reader), reader.List(RowSketch.Decode));

    internal bool Shares(AnsweredSet other) => Columns.Intersect(other.Columns).Any();
}
