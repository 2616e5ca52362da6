using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;

namespace Collab.Engine.Runs;

/// <summary>
/// What the owner of joined columns tells of each of its keys, as labels of one size: for each column u16 0 where there is no value, else its
/// size + 1 and the text in UTF-8; zeros up to the size (protocols/specs/intersection.md, "Joined columns").
/// </summary>
internal sealed class JoinLabels(IReadOnlyList<string> columns)
{
    /// <summary>Labels have a multiple of this, so that their size says little of the longest value; in bytes.</summary>
    public const int Granularity = 16;

    /// <summary>The largest label, in bytes.</summary>
    public const int Largest = 4096;

    /// <summary>The values of one key are too long.</summary>
    public static readonly ErrorCode ValueTooLong = new(
        "data.value-too-long", ErrorKind.InvalidInput, "Join shorter columns: all values of a row together have at most 4 kB.");

    private readonly List<byte[]> _labels = [];
    private int[]? _places;

    /// <summary>Takes the values of the first row of a key; keys come in order.</summary>
    /// <exception cref="CollabException"><see cref="ValueTooLong"/>, with the row and never the value.</exception>
    public void Add(ColumnBatch batch, int row, int key)
    {
        if (key != _labels.Count) throw new ArgumentOutOfRangeException(nameof(key), "Keys come in order.");
        _places ??= [.. columns.Select(name => batch.Columns.Index().First(entry => entry.Item.Schema.Name == name).Index)];
        var texts = _places.Select(place => TextOf(batch.Columns[place], row) is { } text ? Encoding.UTF8.GetBytes(text) : null).ToList();
        var size = texts.Sum(text => sizeof(ushort) + (text?.Length ?? 0));
        if (size > Largest) throw new CollabException(ValueTooLong, $"The joined values of row {batch.NumberOf(row)} are too long.");
        var label = new byte[size];
        var at = 0;
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(label.AsSpan(at), (ushort)(text is null ? 0 : text.Length + 1));
            text?.CopyTo(label, at + sizeof(ushort));
            at += sizeof(ushort) + (text?.Length ?? 0);
        }

        _labels.Add(label);
    }

    /// <summary>The size of every label, in bytes: that of the longest, up to the next multiple of <see cref="Granularity"/>.</summary>
    public int Size => (_labels.Select(label => label.Length).DefaultIfEmpty(Granularity).Max() + Granularity - 1) / Granularity * Granularity;

    /// <summary>Every label as long as its values, in the order of the keys.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Unpadded => [.. _labels.Select(label => (ReadOnlyMemory<byte>)label)];

    /// <summary>All labels, shape [keys, <see cref="Size"/>].</summary>
    public byte[] Pack()
    {
        var size = Size;
        var all = new byte[checked(_labels.Count * size)];
        foreach (var (i, label) in _labels.Index()) label.CopyTo(all, i * size);
        return all;
    }

    /// <summary>The values of a label, one for each column; null where there is none.</summary>
    /// <remarks>
    /// A label that is none says nothing at all, and is no fault: a receiver that failed only at the labels of matches would tell a
    /// malicious owner which keys match.
    /// </remarks>
    public static IReadOnlyList<string?> Read(ReadOnlySpan<byte> label, int columnCount)
    {
        var values = new string?[columnCount];
        var nothing = new string?[columnCount];
        for (var i = 0; i < columnCount; i++)
        {
            if (label.Length < sizeof(ushort)) return nothing;
            var size = BinaryPrimitives.ReadUInt16LittleEndian(label) - 1;
            label = label[sizeof(ushort)..];
            if (size < 0) continue;
            if (label.Length < size || !Utf8.IsValid(label[..size])) return nothing;
            values[i] = Encoding.UTF8.GetString(label[..size]);
            label = label[size..];
        }

        return label.ContainsAnyExcept((byte)0) ? nothing : values;
    }

    internal static string? TextOf(Column column, int row) => column switch
    {
        TextColumn text => text.Values[row],
        NumberColumn number when number.Present.Span[row] => new DecimalValue(Statistic.Sum, number.Values.Span[row], number.Schema.Scale).Text,
        _ => null,
    };
}
