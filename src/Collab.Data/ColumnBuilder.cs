using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data;

/// <summary>What became of one value.</summary>
/// <param name="Code">The broken rule, or null when the value was taken.</param>
/// <param name="Rule">The rule in words.</param>
internal readonly record struct ValueOutcome(ErrorCode? Code, string Rule)
{
    public static ValueOutcome Taken => default;

    public static ValueOutcome Of(DecimalOutcome outcome) => outcome switch
    {
        DecimalOutcome.Exact => Taken,
        DecimalOutcome.NotNumber => new(SourceException.ValueNotNumber, "the value is not a number"),
        DecimalOutcome.Overflow => new(SourceException.ValueOverflow, "the value does not fit 64 bits at the declared scale"),
        DecimalOutcome.TooPrecise => new(SourceException.ValueTooPrecise, "the value has more decimal digits than declared"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}

/// <summary>Gathers the values of one column for one batch.</summary>
internal abstract class ColumnBuilder
{
    public static ColumnBuilder For(ColumnSchema schema, IReadOnlyList<string> missing, int capacity) => schema.Type == ColumnType.Text
        ? new TextColumnBuilder(schema, missing, capacity)
        : new NumberColumnBuilder(schema, missing, capacity);

    /// <summary>Adds the value of one row; a value that breaks a rule is added as missing.</summary>
    /// <param name="utf8">The value as text.</param>
    /// <param name="quoted">Whether it stood in quotes: a quoted empty text is a value, an unquoted one is missing.</param>
    public abstract ValueOutcome Add(ReadOnlySpan<byte> utf8, bool quoted);

    /// <summary>The column so far; the builder begins anew.</summary>
    public abstract Column Take();
}

internal sealed class NumberColumnBuilder(ColumnSchema schema, IReadOnlyList<string> missing, int capacity) : ColumnBuilder
{
    private readonly byte[][] _missing = [.. missing.Where(m => m.Length > 0).Select(Encoding.UTF8.GetBytes)];
    private long[] _values = new long[capacity];
    private bool[] _present = new bool[capacity];
    private int _count;

    public override ValueOutcome Add(ReadOnlySpan<byte> utf8, bool quoted)
    {
        var row = _count++;
        if (utf8.IsEmpty) return ValueOutcome.Taken; // writers that quote everything write "" for a missing number
        var outcome = DecimalText.Read(utf8, schema.Scale, out var units);
        if (outcome == DecimalOutcome.Exact)
        {
            _values[row] = units;
            _present[row] = true;
            return ValueOutcome.Taken;
        }

        foreach (var marker in _missing)
            if (utf8.SequenceEqual(marker)) return ValueOutcome.Taken;
        return ValueOutcome.Of(outcome);
    }

    public override Column Take()
    {
        var column = new NumberColumn(schema, _values.AsMemory(0, _count), _present.AsMemory(0, _count));
        (_values, _present, _count) = (new long[capacity], new bool[capacity], 0);
        return column;
    }
}

internal sealed class TextColumnBuilder(ColumnSchema schema, IReadOnlyList<string> missing, int capacity) : ColumnBuilder
{
    private readonly byte[][] _missing = [.. missing.Select(Encoding.UTF8.GetBytes)];
    private readonly RepeatedText _repeated = new();
    private string?[] _values = new string?[capacity];
    private int _count;

    public override ValueOutcome Add(ReadOnlySpan<byte> utf8, bool quoted)
    {
        _values[_count++] = !quoted && IsMissing(utf8) ? null : _repeated.Text(utf8);
        return ValueOutcome.Taken;
    }

    public override Column Take()
    {
        var column = new TextColumn(schema, new ArraySegment<string?>(_values, 0, _count));
        (_values, _count) = (new string?[capacity], 0);
        return column;
    }

    private bool IsMissing(ReadOnlySpan<byte> utf8)
    {
        foreach (var marker in _missing)
            if (utf8.SequenceEqual(marker)) return true;
        return false;
    }
}

/// <summary>Gives one string for short texts that come again and again, as the levels of a category do.</summary>
internal sealed class RepeatedText
{
    private const int SlotCount = 256, LongestSize = 32; // 256 strings of at most 32 bytes: some 20 KiB a column
    private readonly (byte[] Bytes, string Text)[] _slots = new (byte[], string)[SlotCount];

    public string Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > LongestSize) return Encoding.UTF8.GetString(utf8);
        var hash = unchecked((uint)(utf8.Length * 31 + utf8[0] * 7 + utf8[^1] * 131 + utf8[utf8.Length / 2] * 17));
        ref var slot = ref _slots[hash % SlotCount];
        if (slot.Bytes is not null && utf8.SequenceEqual(slot.Bytes)) return slot.Text;
        var text = Encoding.UTF8.GetString(utf8);
        if (slot.Bytes is null) slot = (utf8.ToArray(), text); // the first stays: a column of keys then costs one look, not a copy
        return text;
    }
}
