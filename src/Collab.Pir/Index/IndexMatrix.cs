using System.Runtime.CompilerServices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>The matrix of bytes that holds a table: row-major, as signed bytes, shape [<see cref="IndexShape.Rows"/>, <see cref="IndexShape.Columns"/>].</summary>
/// <remarks>A record is a column's piece, so that each of its bytes lies in another row: many records are read and written row by row, which passes memory in its order.</remarks>
internal sealed class IndexMatrix(IndexShape shape) : IDisposable
{
    private readonly NativeBuffer<sbyte> _bytes = NativeBuffer<sbyte>.AllocateZeroed((int)shape.TableBytes);

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<sbyte> Span => _bytes.Span;

    /// <summary>Writes one record.</summary>
    public void Write(int record, ReadOnlySpan<byte> bytes)
    {
        var (column, row) = shape.PlaceOf(record);
        var to = _bytes.Span;
        for (var i = 0; i < bytes.Length; i++) to[(row + i) * shape.Columns + column] = unchecked((sbyte)bytes[i]);
    }

    /// <summary>Writes what changed.</summary>
    public void Write(IReadOnlyList<IndexChange> changes)
    {
        var (records, bytes) = (new int[changes.Count], new byte[checked(changes.Count * shape.RecordSize)]);
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = changes[i].Record;
            changes[i].New.Span.CopyTo(bytes.AsSpan(i * shape.RecordSize));
        }

        foreach (var height in IndexHeight.Of(shape, records)) Pass(height, records, bytes, isWriting: true);
    }

    /// <summary>Reads records, shape [records, record size].</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not of the table.</exception>
    public byte[] Read(int[] records)
    {
        var bytes = new byte[checked(records.Length * shape.RecordSize)];
        foreach (var height in IndexHeight.Of(shape, records)) Pass(height, records, bytes, isWriting: false);
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pass(IndexHeight height, int[] records, byte[] bytes, bool isWriting)
    {
        ReadOnlySpan<int> items = height.Items;
        var (size, columns) = (shape.RecordSize, new int[items.Length]);
        for (var j = 0; j < columns.Length; j++) columns[j] = records[items[j]] % shape.Columns;
        for (var i = 0; i < size; i++)
        {
            var row = _bytes.Span.Slice((height.FirstRow + i) * shape.Columns, shape.Columns);
            for (var j = 0; j < items.Length; j++)
            {
                ref var outside = ref bytes[items[j] * size + i];
                if (isWriting) row[columns[j]] = unchecked((sbyte)outside);
                else outside = unchecked((byte)row[columns[j]]);
            }
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _bytes.Dispose();
}
