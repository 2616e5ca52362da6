using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Disclosure;

/// <summary>Notes, while an owner reads its rows, on which of them each cell of a question rests.</summary>
/// <remarks>
/// A row counts for an analysis if it has a value in each of its columns; its cell follows from the columns that group. Memory: a few kilobytes for each cell that has
/// rows. About 20 ns a row, analysis and column. Local: nothing of it leaves the owner.
/// </remarks>
public sealed class AnsweredRows
{
    private readonly Digest _version;
    private readonly ulong _secret;
    private readonly int _difference;
    private readonly Part[] _parts;

    /// <summary>Begins with no rows.</summary>
    /// <param name="question">A question over rows side by side.</param>
    /// <param name="version">The version of the dataset that is read.</param>
    /// <param name="secret">Of this owner and dataset, the same for all its questions.</param>
    /// <param name="difference">Smaller differences than this are to be found.</param>
    public AnsweredRows(Question question, Digest version, ulong secret, int difference)
    {
        (_version, _secret, _difference) = (version, secret, difference);
        _parts = [.. FormsOf(question).Distinct(FormComparer.Instance).Select(form => new Part(form))];
    }

    /// <summary>The sets, the whole of each analysis first.</summary>
    public IReadOnlyList<AnsweredSet> Sets => [.. _parts.SelectMany(part => part.Cells.Select(cell =>
        new AnsweredSet(cell.Key, part.Grouping, _version, part.Columns, cell.Value.Rows, cell.Value.Values)))];

    /// <summary>Takes a batch in.</summary>
    public void Add(ColumnBatch batch)
    {
        foreach (var part in _parts)
        {
            var columns = part.Columns.Select(name => batch.Columns.First(column => column.Schema.Name == name)).ToArray();
            var (elements, labels) = (new ulong[columns.Length], new StringBuilder());
            for (var row = 0; row < batch.RowCount; row++)
            {
                var complete = true;
                labels.Clear();
                for (var c = 0; c < columns.Length && complete; c++)
                {
                    complete = part.TryElement(columns[c], c, row, _secret, out elements[c]);
                    if (complete) part.AppendLabel(labels, columns[c], c, row);
                }

                if (!complete) continue;
                var number = RowSketch.Mix(unchecked(_secret + (ulong)(batch.FirstRow + row)));
                Note(part, "", number, elements);
                if (labels.Length > 0) Note(part, labels.ToString(), number, elements);
            }
        }
    }

    private void Note(Part part, string label, ulong number, ulong[] elements)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(part.Cells, label, out _);
        cell ??= new Cell(new RowSketch(_difference), [.. elements.Select(_ => new RowSketch(_difference))]);
        cell.Rows.Add(number);
        for (var c = 0; c < elements.Length; c++) cell.Values[c].Add(elements[c]);
    }

    private static IEnumerable<Form> FormsOf(Question question) => question switch
    {
        StatisticsQuestion statistics => statistics.Measures.Select(measure => Form.Of([measure.Column], statistics.GroupBy)),
        AnalysisQuestion analyses => analyses.Analyses.Select(analysis => analysis switch
        {
            Analysis.Means means => Form.Of(means.Columns, means.Groups),
            Analysis.Table table => Form.Of(table.Columns, table.Rows, table.Across),
            Analysis.Survival survival => Form.Of(survival.Columns, survival.Event, survival.Groups) with { Bins = new Bins(survival.Time, survival.Ends) },
            Analysis.Binned binned => Form.Of(binned.Columns, binned.Groups) with { Bins = new Bins(binned.Value, binned.Breaks) },
            _ => Form.Of(analysis.Columns),
        }),
        _ => throw new ArgumentException("A question over rows side by side.", nameof(question)),
    };

    /// <summary>Columns in order of their names, and those of them that group; a column may group by bins.</summary>
    private sealed record Form(IReadOnlyList<string> Columns, IReadOnlyList<string> Groupings)
    {
        public Bins? Bins { get; init; }

        public string Grouping => string.Join(';', Groupings.Order(StringComparer.Ordinal)) + Bins?.Text;

        public static Form Of(IReadOnlyList<string> columns, params GroupBy?[] groupings)
        {
            string[] by = [.. groupings.OfType<GroupBy>().Select(grouping => grouping.Column)];
            return new Form([.. columns.Concat(by).Distinct().Order(StringComparer.Ordinal)], by);
        }
    }

    private sealed class FormComparer : IEqualityComparer<Form>
    {
        public static readonly FormComparer Instance = new();

        public bool Equals(Form? x, Form? y) => x!.Columns.SequenceEqual(y!.Columns) && x.Grouping == y.Grouping;

        public int GetHashCode(Form form) => string.Join(';', form.Columns).GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>Where bins of a column meet, in units of the measure's scale: a value lies in the bin of the first break not below it.</summary>
    private sealed record Bins(Measure Value, IReadOnlyList<long> Breaks)
    {
        private readonly long[] _breaks = [.. Breaks];

        public string Text => string.Create(CultureInfo.InvariantCulture, $"|{Value.Column}/{Value.Scale}:{string.Join(',', _breaks)}");

        public int Of(NumberColumn column, int row)
        {
            Int128 value = column.Values.Span[row];
            for (var digit = column.Schema.Scale; digit < Value.Scale; digit++) value *= 10;
            if (value > long.MaxValue || value < long.MinValue) return value > 0 ? _breaks.Length : 0;
            var place = Array.BinarySearch(_breaks, (long)value);
            return place < 0 ? ~place : place;
        }
    }

    private sealed record Cell(RowSketch Rows, RowSketch[] Values);

    private sealed class Part(Form form)
    {
        private readonly Dictionary<string, ulong> _texts = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Columns { get; } = form.Columns;

        public string Grouping { get; } = form.Grouping;

        private readonly bool[] _groups = [.. form.Columns.Select(form.Groupings.Contains)];

        public Dictionary<string, Cell> Cells { get; } = [];

        /// <summary>What the value says of the row's cell: nothing, its level, its bin.</summary>
        public void AppendLabel(StringBuilder labels, Column column, int place, int row)
        {
            if (form.Bins is { } bins && bins.Value.Column == column.Schema.Name && column is NumberColumn binned)
                labels.Append(CultureInfo.InvariantCulture, $"{column.Schema.Name} in {bins.Of(binned, row)};");
            if (!_groups[place]) return;
            if (column is TextColumn text) labels.Append(CultureInfo.InvariantCulture, $"{column.Schema.Name}={text.Values[row]};");
            else labels.Append(CultureInfo.InvariantCulture, $"{column.Schema.Name}={((NumberColumn)column).Values.Span[row]};");
        }

        /// <summary>The element of a value; false if it is missing.</summary>
        public bool TryElement(Column column, int place, int row, ulong secret, out ulong element)
        {
            element = 0;
            if (column is NumberColumn number)
            {
                if (!number.Present.Span[row]) return false;
                element = RowSketch.Mix(unchecked((ulong)number.Values.Span[row] ^ RowSketch.Mix(secret + 1)));
                return true;
            }

            if (((TextColumn)column).Values[row] is not { } text) return false;
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out var there);
            if (!there) known = BitConverter.ToUInt64(Digest.Of("collab.disclosure.text", [.. BitConverter.GetBytes(secret), .. Encoding.UTF8.GetBytes(text)]).ToArray());
            element = known;
            return true;
        }
    }
}
