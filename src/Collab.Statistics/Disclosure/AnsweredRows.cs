using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Disclosure;

/// <summary>Notes, while an owner reads its rows, on which of them each cell of a question rests.</summary>
/// <remarks>
/// A row counts for an analysis if it has a value in each of its columns; its cell follows from the columns that group. Memory: a few kilobytes for each cell that has
/// rows. About 25 ns for a row and sketch. Local: nothing of it leaves the owner.
/// </remarks>
public sealed class AnsweredRows
{
    private readonly Digest _version;
    private readonly ulong _secret;
    private readonly int _difference;
    private readonly RowFilter? _filter;
    private readonly Form[] _forms; // of each measure or analysis
    private readonly Part[] _parts; // of the different ones

    /// <summary>Begins with no rows.</summary>
    /// <param name="question">A question over rows side by side.</param>
    /// <param name="version">The version of the dataset that is read.</param>
    /// <param name="secret">Of this owner and dataset, the same for all its questions.</param>
    /// <param name="difference">Smaller differences than this are to be found.</param>
    /// <param name="filter">Which rows the batches hold; null for all of the dataset.</param>
    public AnsweredRows(Question question, Digest version, ulong secret, int difference, RowFilter? filter = null)
        : this(FormsOf(question), version, secret, difference, filter)
    {
    }

    /// <summary>The sets, the whole of each analysis first.</summary>
    public IReadOnlyList<AnsweredSet> Sets => [.. _parts.SelectMany(CellsOf).Select(cell => cell.Set)];

    /// <summary>Begins with no rows of an owner that brings them to a join.</summary>
    /// <param name="columns">For each analysis this owner's columns of it; a row is brought if it has a value in each.</param>
    /// <param name="version">The version of the dataset that is read.</param>
    /// <param name="secret">Of this owner and dataset, the same for all its questions.</param>
    /// <param name="difference">Smaller differences than this are to be found.</param>
    /// <param name="filter">Which rows the batches hold; null for all of the dataset.</param>
    public AnsweredRows(IReadOnlyList<IReadOnlyList<string>> columns, Digest version, ulong secret, int difference, RowFilter? filter)
        : this(columns.Select(own => Form.Of(own)), version, secret, difference, filter)
    {
    }

    private AnsweredRows(IEnumerable<Form> forms, Digest version, ulong secret, int difference, RowFilter? filter)
    {
        (_version, _secret, _difference, _filter) = (version, secret, difference, filter);
        _forms = [.. forms];
        _parts = [.. _forms.Distinct(FormComparer.Instance).Select(form => new Part(form))];
        if (filter is null) return;
        foreach (var part in _parts) part.BeginWhole(difference); // that a filter leaves no row is an answer, too
    }

    /// <summary>All of them and the implied ones, as if everything had been told.</summary>
    public IReadOnlyList<JudgedSet> Judged => [.. _parts.SelectMany(CellsOf).SelectMany(cell => cell.Implied.Select(set => new JudgedSet(set, AnswerState.Implied)).Prepend(new(cell.Set, AnswerState.Told)))];

    /// <summary>The cells with rows of one measure or analysis, by its place in the question, the whole first.</summary>
    public IReadOnlyList<AnsweredCell> CellsOf(int analysis) => CellsOf(_parts.Single(part => FormComparer.Instance.Equals(part.Form, _forms[analysis])));

    private AnsweredCell[] CellsOf(Part part) => [.. part.Cells.Values.Select(cell => new AnsweredCell(
        new AnsweredSet(cell.Label, part.Form.Grouping, _version, part.Columns, cell.Rows, cell.Values)
        {
            Filter = _filter,
            Selection = _filter is null && cell.Conditions.Count == 0 ? null : RowFilter.Every([.. cell.Conditions, .. _filter is null ? [] : new[] { _filter }]),
        },
        [.. cell.Implied.Select(implied => Implied(part, cell, implied.Key.First, implied.Key.Second, implied.Value))]))];

    private AnsweredSet Implied(Part part, Cell cell, int first, int second, RowSketch rows)
    {
        var by = string.Join(';', new[] { first, second }.Distinct().Select(c => part.Columns[c]));
        return new AnsweredSet($"{cell.Label}{by};", $"{part.Form.Grouping}|two:{by}", _version, part.Columns, rows, []) { Filter = _filter };
    }

    /// <summary>Takes a batch in.</summary>
    public void Add(ColumnBatch batch) => Add(batch, -1);

    /// <summary>Takes one row of a batch in, or all for −1.</summary>
    public void Add(ColumnBatch batch, int only)
    {
        foreach (var part in _parts)
        {
            var columns = part.Columns.Select(name => batch.Columns.First(column => column.Schema.Name == name)).ToArray();
            var elements = new ulong[columns.Length];
            for (var row = Math.Max(only, 0); row < (only < 0 ? batch.RowCount : only + 1); row++)
            {
                if (!part.TryElements(columns, row, _secret, elements)) continue;
                var number = RowSketch.Mix(unchecked(_secret + (ulong)(batch.NumberOf(row))));
                var seconds = part.SecondsOf(columns, elements);
                part.CellOf(columns, row, null, _difference).Add(number, elements, seconds, _difference);
                if (part.CellNumber(columns, row, elements) is { } cell) part.CellOf(columns, row, cell, _difference).Add(number, elements, seconds, _difference);
            }
        }
    }

    private static IEnumerable<Form> FormsOf(Question question) => question switch
    {
        StatisticsQuestion statistics => statistics.Measures.Select(measure => Form.Of([measure.Column], statistics.GroupBy)),
        AnalysisQuestion analyses => analyses.Analyses.Select(analysis => analysis switch
        {
            Analysis.Means means => Form.Of(means.Columns, means.Groups),
            Analysis.Table table => Form.Of(table.Columns, table.Rows, table.Across),
            Analysis.Proportion proportion => Form.Of(proportion.Columns, proportion.Property),
            Analysis.Logistic logistic => Form.Of(logistic.Columns, logistic.Response), // the sums at the start tell those of either response
            Analysis.Quantiles quantiles => Form.Of(quantiles.Columns, quantiles.Groups),
            Analysis.Cox cox => Form.Of(cox.Columns, cox.Event) with { Bins = new Bins(cox.Time, cox.Ends) },
            Analysis.Survival survival => Form.Of(survival.Columns, survival.Event, survival.Groups) with { Bins = new Bins(survival.Time, survival.Ends) },
            Analysis.Ranked ranked => Form.Of(ranked.Columns, ranked.Groups),
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

        /// <summary>Between what the values of a bin lie.</summary>
        public IEnumerable<RowFilter> ConditionsOf(int bin)
        {
            if (bin > 0) yield return new RowFilter.Compared(Value.Column, Comparison.More, new FilterConstant.Number(_breaks[bin - 1], Value.Scale));
            if (bin < _breaks.Length) yield return new RowFilter.Compared(Value.Column, Comparison.AtMost, new FilterConstant.Number(_breaks[bin], Value.Scale));
        }

        public int Of(NumberColumn column, int row)
        {
            Int128 value = column.Values.Span[row];
            for (var digit = column.Schema.Scale; digit < Value.Scale; digit++) value *= 10;
            if (value > long.MaxValue || value < long.MinValue) return value > 0 ? _breaks.Length : 0;
            var place = Array.BinarySearch(_breaks, (long)value);
            return place < 0 ? ~place : place;
        }
    }

    private sealed record Cell(string Label, IReadOnlyList<RowFilter> Conditions, RowSketch Rows, RowSketch[] Values)
    {
        /// <summary>The rows that have the second value of a column of two values, or of both of two such columns.</summary>
        public Dictionary<(int First, int Second), RowSketch> Implied { get; } = [];

        public void Add(ulong row, ulong[] values, List<int> seconds, int difference)
        {
            Rows.Add(row);
            for (var c = 0; c < values.Length; c++) Values[c].Add(values[c]);
            for (var i = 0; i < seconds.Count; i++)
            {
                for (var j = i; j < seconds.Count; j++)
                {
                    ref var implied = ref CollectionsMarshal.GetValueRefOrAddDefault(Implied, (seconds[i], seconds[j]), out _);
                    (implied ??= new RowSketch(difference)).Add(row);
                }
            }
        }
    }

    private sealed class Part
    {
        public Part(Form form)
        {
            Form = form;
            _groups = [.. form.Columns.Select(form.Groupings.Contains)];
            _twoValues = [.. _groups.Select(groups => groups ? null : new List<ulong>(2))];
        }

        public Form Form { get; }

        private readonly Dictionary<string, ulong> _texts = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Columns => Form.Columns;

        private readonly bool[] _groups;
        private readonly List<ulong>?[] _twoValues; // null for columns that group, and once there are three
        private readonly List<int> _seconds = [];

        /// <summary>The cells by number; the whole has none and is the first, under 0.</summary>
        public Dictionary<ulong, Cell> Cells { get; } = [];

        private Cell? _whole;

        /// <summary>The elements of a row's values; false if one is missing.</summary>
        public bool TryElements(Column[] columns, int row, ulong secret, ulong[] elements)
        {
            for (var c = 0; c < columns.Length; c++)
            {
                if (!TryElement(columns[c], row, secret, out elements[c])) return false;
            }

            return true;
        }

        /// <summary>The columns that had two values so far in which the row has the second one; valid until the next row.</summary>
        public List<int> SecondsOf(Column[] columns, ulong[] elements)
        {
            _seconds.Clear();
            for (var c = 0; c < columns.Length; c++)
            {
                if (_twoValues[c] is not { } values || columns[c] is not NumberColumn) continue;
                if (!values.Contains(elements[c])) values.Add(elements[c]);
                if (values.Count > 2)
                {
                    _twoValues[c] = null;
                    foreach (var cell in Cells.Values)
                        foreach (var key in cell.Implied.Keys.Where(key => key.First == c || key.Second == c).ToArray()) cell.Implied.Remove(key);
                }
                else if (values.IndexOf(elements[c]) == 1)
                {
                    _seconds.Add(c);
                }
            }

            return _seconds;
        }

        /// <summary>A number for the row's cell by its levels and bins; null if nothing groups.</summary>
        public ulong? CellNumber(Column[] columns, int row, ulong[] elements)
        {
            ulong? number = null;
            for (var c = 0; c < columns.Length; c++)
            {
                if (BinOf(columns[c], row) is { } bin) number = RowSketch.Mix(unchecked((number ?? 1) + 0x9E37_79B9_7F4A_7C15 + (ulong)bin));
                if (_groups[c]) number = RowSketch.Mix(unchecked((number ?? 1) + 0x9E37_79B9_7F4A_7C15) ^ elements[c]);
            }

            return number;
        }

        /// <summary>The cell of that number, made with the label of the row when it is not there; the whole for null.</summary>
        public Cell CellOf(Column[] columns, int row, ulong? number, int difference)
        {
            if (number is not { } own) return _whole ?? BeginWhole(difference);
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(Cells, own, out _);
            cell ??= new Cell(LabelOf(columns, row), ConditionsOf(columns, row), new RowSketch(difference), Sketches(difference));
            return cell;
        }

        /// <summary>Begins the whole, with no rows.</summary>
        public Cell BeginWhole(int difference) => Cells[0] = _whole = new Cell("", [], new RowSketch(difference), Sketches(difference));

        private RowSketch[] Sketches(int difference) => [.. Columns.Select(_ => new RowSketch(difference))];

        private List<RowFilter> ConditionsOf(Column[] columns, int row)
        {
            var conditions = new List<RowFilter>();
            for (var c = 0; c < columns.Length; c++)
            {
                if (BinOf(columns[c], row) is { } bin) conditions.AddRange(Form.Bins!.ConditionsOf(bin));
                if (_groups[c]) conditions.Add(RowFilter.In(columns[c].Schema.Name, [ConstantOf(columns[c], row)]));
            }

            return conditions;
        }

        private static FilterConstant ConstantOf(Column column, int row) => column is TextColumn text
            ? new FilterConstant.Text(text.Values[row]!)
            : new FilterConstant.Number(((NumberColumn)column).Values.Span[row], column.Schema.Scale);

        private string LabelOf(Column[] columns, int row)
        {
            var label = new StringBuilder();
            for (var c = 0; c < columns.Length; c++)
            {
                var name = columns[c].Schema.Name;
                if (BinOf(columns[c], row) is { } bin) label.Append(AnsweredSet.LabelOf(Form.Bins!.Value, bin));
                if (_groups[c]) label.Append(CultureInfo.InvariantCulture, $"{name}={(columns[c] is TextColumn text ? text.Values[row] : ((NumberColumn)columns[c]).Values.Span[row])};");
            }

            return label.ToString();
        }

        private int? BinOf(Column column, int row) =>
            Form.Bins is { } bins && bins.Value.Column == column.Schema.Name && column is NumberColumn binned ? bins.Of(binned, row) : null;

        /// <summary>The element of a value; false if it is missing.</summary>
        private bool TryElement(Column column, int row, ulong secret, out ulong element)
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
