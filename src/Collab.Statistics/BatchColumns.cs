using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics;

/// <summary>The columns of a batch as an owner's summaries need them: levels by number, values at the scale of the plan.</summary>
internal static class BatchColumns
{
    /// <summary>The levels of a grouping by their text, numbered in order.</summary>
    public static Dictionary<string, int> NumbersOf(IReadOnlyList<string> levels) =>
        levels.Select((level, i) => (level, i)).ToDictionary(l => l.level, l => l.i, StringComparer.Ordinal);

    /// <summary>For each row the number of its level; −1 where it is missing, 0 everywhere when there is no grouping.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="grouping">The grouping.</param>
    /// <param name="numbers">The levels' numbers.</param>
    /// <param name="skipsUnknown">Whether a level that is not in the plan is as one that is missing.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.UnknownLevel"/> or <see cref="StatisticsErrors.ColumnUnfit"/>.</exception>
    public static int[] LevelOfEachRow(ColumnBatch batch, GroupBy? grouping, Dictionary<string, int> numbers, bool skipsUnknown = false)
    {
        var levels = new int[batch.RowCount];
        if (grouping is not { } by) return levels;
        switch (Find(batch, by.Column))
        {
            case TextColumn text:
                for (var row = 0; row < levels.Length; row++) levels[row] = NumberOf(text.Values[row], batch.NumberOf(row));
                break;
            case NumberColumn { Schema.Scale: 0 } number:
                for (var row = 0; row < levels.Length; row++)
                {
                    var text = number.Present.Span[row] ? number.Values.Span[row].ToString(CultureInfo.InvariantCulture) : null;
                    levels[row] = NumberOf(text, batch.NumberOf(row));
                }

                break;
            default:
                throw new CollabException(StatisticsErrors.ColumnUnfit, $"Column '{by.Column}' groups, so it is text or whole numbers.");
        }

        return levels;

        int NumberOf(string? text, long row) =>
            text is null ? -1
            : numbers.TryGetValue(text, out var level) ? level
            : skipsUnknown ? -1
            : throw new CollabException(
                StatisticsErrors.UnknownLevel, $"Row {row}: column '{by.Column}' holds a level that is not in the plan.");
    }

    /// <summary>For each row the number of its contributor, −1 where none is named; a new one gets the next number.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="column">The column that names contributors: text, or a number of any kind.</param>
    /// <param name="numbers">The contributors met so far; new ones are added.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.ColumnUnfit"/>.</exception>
    public static int[] ContributorOfEachRow(ColumnBatch batch, string column, Dictionary<string, int> numbers)
    {
        var found = Find(batch, column);
        var contributors = new int[batch.RowCount];
        for (var row = 0; row < contributors.Length; row++)
        {
            var name = found switch
            {
                TextColumn text => text.Values[row],
                NumberColumn number => number.Present.Span[row] ? number.Values.Span[row].ToString(CultureInfo.InvariantCulture) : null,
                _ => throw new CollabException(StatisticsErrors.ColumnUnfit, $"Column '{column}' names contributors, so it is text or numbers."),
            };
            if (name is null) contributors[row] = -1;
            else if (!numbers.TryGetValue(name, out contributors[row])) numbers.Add(name, contributors[row] = numbers.Count);
        }

        return contributors;
    }

    /// <summary>The values of a measure in units of the plan's scale, and which rows have one.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="measure">The measure.</param>
    /// <param name="range">What a value outside is brought to; null when none may be outside 64 bits.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.ColumnUnfit"/> or <see cref="StatisticsErrors.ValueTooLarge"/>.</exception>
    public static (long[] Values, bool[] Present) ScaledValues(ColumnBatch batch, Measure measure, ValueRange? range = null)
    {
        if (Find(batch, measure.Column) is not NumberColumn column || column.Schema.Scale > measure.Scale)
        {
            throw new CollabException(
                StatisticsErrors.ColumnUnfit,
                $"Column '{measure.Column}' is a measure, so it is a number of at most {measure.Scale} decimals.");
        }

        var factor = (long)BigInteger.Pow(10, measure.Scale - column.Schema.Scale);
        var (values, present) = (column.Values.ToArray(), column.Present.ToArray());
        if (factor == 1 && range is null) return (values, present);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row]) continue;
            var scaled = (Int128)values[row] * factor;
            if (range is not null) scaled = Int128.Clamp(scaled, range.Low, range.High);
            if (scaled < long.MinValue || scaled > long.MaxValue)
            {
                throw new CollabException(
                    StatisticsErrors.ValueTooLarge,
                    $"Row {batch.NumberOf(row)}: column '{measure.Column}' does not fit 64 bits with {measure.Scale} decimals.");
            }

            values[row] = (long)scaled;
        }

        return (values, present);
    }

    private static Column Find(ColumnBatch batch, string name) =>
        batch.Columns.FirstOrDefault(c => c.Schema.Name == name)
        ?? throw new CollabException(StatisticsErrors.ColumnUnfit, $"Column '{name}' is not in the dataset.");
}
