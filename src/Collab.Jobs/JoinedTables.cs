using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>That the analyses of a question are over the rows of two owners whose keys match, each owner holding other columns (protocols/specs/analysis-joined.md).</summary>
/// <param name="KeyRule">How keys are made equal before they are compared; a key stands for its first row, or a repeated one fails the job.</param>
/// <param name="Columns">Every column that an analysis needs, once, with the owner that holds it.</param>
public sealed record JoinedTables(KeyRule KeyRule, IReadOnlyList<HeldColumn> Columns)
{
    /// <summary>The largest |value| of a measure without a declared range, in units of its scale: squares and products over 2^24 rows stay below 2^127.</summary>
    public const long LargestMagnitude = (1L << 39) - 1;

    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public HeldColumn this[string column] =>
        Columns.FirstOrDefault(held => held.Column == column) ?? throw new ArgumentException($"No party of the join holds '{column}'.", nameof(column));

    /// <summary>The columns that an owner reads beside its key.</summary>
    public IEnumerable<string> ColumnsOf(PartyId owner) => Columns.Where(held => held.Of == owner).Select(held => held.Column);

    /// <summary>The values that a measure may have, in units of its scale.</summary>
    public (long Low, long High) RangeOf(Measure measure)
    {
        if (this[measure.Column].Range is not { } range) return (-LargestMagnitude, LargestMagnitude);
        var (low, high) = (range.Low, range.High);
        for (var scale = range.Scale; scale < measure.Scale; scale++) (low, high) = (Tenfold(low), Tenfold(high));
        return (low, high);
    }

    internal void Encode(CanonicalWriter writer)
    {
        KeyRule.Encode(writer, KeyRule);
        writer.List(Columns, (w, held) => w.Text(held.Column).Party(held.Of).Optional(held.Range, (o, range) => o.Byte((byte)range.Scale).Int64(range.Low).Int64(range.High)));
    }

    internal static JoinedTables Decode(ref CanonicalReader reader)
    {
        var rule = KeyRule.Decode(ref reader);
        var columns = reader.List((ref r) =>
        {
            var (column, of) = (r.Text(), r.Party());
            return new HeldColumn(column, of, r.Optional((ref o) => new ValueRange(column, o.Byte(), o.Int64(), o.Int64())));
        });
        return rule.Duplicate != DuplicateKeys.All && columns.Length > 0 && columns.DistinctBy(held => held.Column).Count() == columns.Length
            && Array.TrueForAll(columns, held => held.Range is null || (held.Range.IsSound && held.Range.Scale <= ColumnSchema.MaximumScale))
            ? new JoinedTables(rule, columns)
            : throw new MalformedException("columns of a join, each once, with their ranges, and keys that stand for one row");
    }

    /// <summary>Whether both inputs have a key of as many columns, and the columns that the question says they hold.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs, IReadOnlyList<string> asked) =>
        inputs.Count == 2 && inputs[0].Key.Count >= 1 && inputs[0].Key.Count == inputs[1].Key.Count
        && Columns.Select(held => held.Column).Order(StringComparer.Ordinal).SequenceEqual(asked.Order(StringComparer.Ordinal))
        && Columns.All(held => inputs.Any(input => input.Owner == held.Of && input.Columns.Any(column => column.Name == held.Column)));

    private static long Tenfold(long value) => Math.Clamp(value, long.MinValue / 10, long.MaxValue / 10) * 10; // beyond it no value could be carried either
}

/// <summary>A column of a join.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Of">The owner that holds it.</param>
/// <param name="Range">The values that it may have, at the scale that all carry it with; null for those of <see cref="JoinedTables.LargestMagnitude"/>. A value outside fails the job at its owner.</param>
public sealed record HeldColumn(string Column, PartyId Of, ValueRange? Range);
