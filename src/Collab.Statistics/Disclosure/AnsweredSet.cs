using System.Globalization;
using Collab.Jobs;
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
    /// <summary>Which rows took part in the answer; null for all.</summary>
    public RowFilter? Filter { get; init; }

    /// <summary>Which rows of the dataset it holds, but for those with a missing value: the filter and the levels and bins of the cell; null for all.</summary>
    public RowFilter? Selection { get; init; }

    /// <summary>Whether it is all rows of an answer, and not one cell of several.</summary>
    public bool IsWhole => Label.Length == 0;

    /// <summary>Whether nobody asked for it, and totals count its rows all the same (<see cref="AnsweredCell.Implied"/>).</summary>
    public bool IsImplied => Values.Count == 0;

    /// <summary>The columns that do not group.</summary>
    public IEnumerable<string> MeasuredColumns => Columns.Except(Grouping.Split('|')[0].Split(';'));

    /// <summary>The label of a level of a grouping by one column; that of the whole without one.</summary>
    public static string LabelOf(GroupBy? grouping, string level) => grouping is { } by ? $"{by.Column}={level};" : "";

    /// <summary>The label of a bin of a column.</summary>
    public static string LabelOf(Measure binned, int bin) => string.Create(CultureInfo.InvariantCulture, $"{binned.Column} in {bin};");

    /// <summary>Whether a total rests on the rows of this grouping, but for fewer than the threshold: less the groups that were told it gives the others.</summary>
    /// <param name="total">All rows of an answer.</param>
    /// <param name="threshold">Fewer rows do not hide anybody.</param>
    public bool IsCompletedBy(AnsweredSet total, int threshold) =>
        total.Version == Version && !IsApartFrom(total) && MeasuredColumns.Intersect(total.Columns).Any()
        && Math.Abs(total.Rows.Count - Rows.Count) < threshold
        && RowSketch.Combine((1, total.Rows), (-1, Rows)).Read(threshold) is { } rows && rows.Count < threshold;

    /// <summary>Whether both are the same cell of the same grouping over the same rows.</summary>
    public bool IsSame(AnsweredSet other) => Columns.SequenceEqual(other.Columns) && IsSameGroup(other);

    /// <summary>The same, whatever was asked of the rows.</summary>
    public bool IsSameGroup(AnsweredSet other) =>
        Rows.Count == other.Rows.Count && Version == other.Version && Label == other.Label && Grouping == other.Grouping && Equals(Filter, other.Filter)
        && RowSketch.Combine((1, Rows), (-1, other.Rows)).IsEmpty;

    /// <summary>What of it decides whether anything else has to be looked at; its rows and values are fetched when they are needed.</summary>
    /// <param name="load">Fetches all of it.</param>
    public AnsweredSet KeptElsewhere(Func<AnsweredSet> load) => this with
    {
        Rows = Rows.KeptElsewhere(() => load().Rows),
        Values = [.. Values.Select((values, c) => values.KeptElsewhere(() => load().Values[c]))],
    };

    /// <summary>Writes it.</summary>
    public static void Encode(CanonicalWriter writer, AnsweredSet set)
    {
        writer.Text(set.Label).Text(set.Grouping).Digest(set.Version).List(set.Columns, static (w, column) => w.Text(column));
        RowSketch.Encode(writer, set.Rows);
        writer.List(set.Values, RowSketch.Encode).Optional(set.Filter, RowFilterEncoding.Encode).Optional(set.Selection, RowFilterEncoding.Encode);
    }

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Any other bytes.</exception>
    public static AnsweredSet Decode(ref CanonicalReader reader) => new(
        reader.Text(), reader.Text(), reader.Digest(), reader.List((ref r) => r.Text()), RowSketch.Decode(ref reader), reader.List(RowSketch.Decode))
    {
        Filter = reader.Optional(RowFilterEncoding.DecodeOwn),
        Selection = reader.Optional(RowFilterEncoding.DecodeOwn),
    };

    /// <summary>Whether both tell something of the same: of a column, or of how many rows a filter leaves.</summary>
    internal bool Shares(AnsweredSet other) => Filter is not null || other.Filter is not null || Columns.Intersect(other.Columns).Any();

    /// <summary>Whether no row can be in both, whatever the rows are.</summary>
    internal bool IsApartFrom(AnsweredSet other) => Selection is not null && other.Selection is not null && Selection.Excludes(other.Selection);

    /// <summary>Whether both hold the same rows by what they say of them.</summary>
    internal bool IsSameSelection(AnsweredSet other) => Equals(Selection, other.Selection);
}
