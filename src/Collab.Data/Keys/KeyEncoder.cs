using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Collab.Jobs;

namespace Collab.Data.Keys;

/// <summary>Makes the canonical bytes of one row's key; layout in <see cref="KeyList"/>.</summary>
internal sealed class KeyEncoder
{
    private static readonly bool HasCompatibilityForm = "\uFF11".Normalize(NormalizationForm.FormKC) == "1";

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly KeyRule _rule;
    private readonly int[] _places;
    private readonly byte _alternative;

    /// <param name="columns">The columns of the batches that will come.</param>
    /// <param name="keyColumns">The names of the parts, in the order of the plan.</param>
    /// <param name="rule">How parts are made equal.</param>
    /// <param name="alternative">The number of the key among several alternative ones, from 1; 0 when it is the only one.</param>
    public KeyEncoder(IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> keyColumns, KeyRule rule, byte alternative = 0)
    {
        if (keyColumns.Count == 0) throw new ArgumentException("A key has at least one column.", nameof(keyColumns));
        if (rule.CompatibilityForm && !HasCompatibilityForm)
            throw SourceException.At(SourceException.KeyForm, "the runtime has no Unicode NFKC, so keys that parties write differently would not meet");

        (_rule, _alternative) = (rule, alternative);
        _places = [.. ColumnChoice.Choose(new DatasetSchema(columns), keyColumns).Select(column =>
        {
            if (column.Type == ColumnType.Decimal) throw SourceException.At(SourceException.KeyType, "a decimal column is no key", column: column.Name);
            return columns.Index().First(entry => entry.Item.Name == column.Name).Index;
        })];
    }

    /// <summary>The key of a row, valid until the next call; empty when a part is blank.</summary>
    public ReadOnlySpan<byte> Encode(ColumnBatch batch, int row)
    {
        _buffer.ResetWrittenCount();
        if (_alternative > 0)
        {
            _buffer.GetSpan(1)[0] = _alternative;
            _buffer.Advance(1);
        }

        foreach (var place in _places)
        {
            var part = Text(batch.Columns[place], row);
            if (part is not null) part = _rule.Normalize(part);
            if (string.IsNullOrWhiteSpace(part)) return [];
            var length = _buffer.GetSpan(4 + Encoding.UTF8.GetMaxByteCount(part.Length));
            var size = Encoding.UTF8.GetBytes(part, length[4..]);
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)size);
            _buffer.Advance(4 + size);
        }

        return _buffer.WrittenSpan;
    }

    private static string? Text(Column column, int row) => column switch
    {
        TextColumn text => text.Values[row],
        NumberColumn number => number.Present.Span[row] ? number.Values.Span[row].ToString(CultureInfo.InvariantCulture) : null,
        _ => throw new ArgumentException("A column is text or number.", nameof(column)),
    };
}
