using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Matrices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>The public matrix A of shape [columns, 1152] that a seed stands for, never held whole: its rows pass a few hundred at a time.</summary>
/// <remarks>Row c is the bytes from 4608·c of the AES-128 key stream of the seed (<see cref="AesPrg"/>), as little-endian words.</remarks>
internal sealed class PublicMatrix(ReadOnlyMemory<byte> seed)
{
    private const int RowsAtOnce = 128;
    private const int Width = IndexParameters.SecretSize;

    /// <summary>The hint of a table: D·A, shape [rows, 1152].</summary>
    public uint[] Hint(NativeBuffer<sbyte> table, IndexShape shape, int parallelism, CancellationToken cancellation)
    {
        var hint = new uint[checked(shape.Rows * Width)];
        ForEach(shape.Columns, cancellation, (first, rows) =>
            ByteMatrix.AddProduct(table.Span, shape.Columns, first, rows, Width, hint, parallelism));
        return hint;
    }

    /// <summary>Adds A·s for each secret s, shape [k, 1152], to vectors of shape [k, columns].</summary>
    public void AddProducts(NativeBuffer<uint> secrets, Memory<uint> vectors, int columns, CancellationToken cancellation)
    {
        var products = new uint[RowsAtOnce];
        ForEach(columns, cancellation, (first, rows) =>
        {
            var count = rows.Length / Width;
            for (var k = 0; k < secrets.Length / Width; k++)
            {
                ByteMatrix.MultiplyWords(rows, secrets.Span.Slice(k * Width, Width), products.AsSpan(0, count));
                ByteMatrix.AddScaled(products.AsSpan(0, count), 1, vectors.Span.Slice(k * columns + first, count));
            }
        });
        Array.Clear(products);
    }

    /// <summary>Adds to a hint what changed records bring: (new − old)·A for each of their bytes. Changes must be ordered by column.</summary>
    public void AddChanges(uint[] hint, IndexShape shape, IReadOnlyList<IndexChange> byColumn, CancellationToken cancellation)
    {
        var next = 0;
        ForEach(shape.Columns, cancellation, (first, rows) =>
        {
            for (; next < byColumn.Count; next++)
            {
                var change = byColumn[next];
                var (column, row) = shape.PlaceOf(change.Record);
                if (column >= first + rows.Length / Width) return;
                var words = rows.Slice((column - first) * Width, Width);
                for (var i = 0; i < shape.RecordSize; i++)
                    ByteMatrix.AddScaled(words, change.DifferenceAt(i), hint.AsSpan((row + i) * Width, Width));
            }
        });
    }

    private void ForEach(int columns, CancellationToken cancellation, RowsFunction use)
    {
        using var prg = new AesPrg(Gf128.Read(seed.Span));
        using var buffer = NativeBuffer<uint>.Allocate(RowsAtOnce * Width);
        for (var first = 0; first < columns; first += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = buffer.Span[..(Math.Min(RowsAtOnce, columns - first) * Width)];
            prg.Fill(MemoryMarshal.AsBytes(rows));
            use(first, rows);
        }
    }

    private delegate void RowsFunction(int first, ReadOnlySpan<uint> rows);
}
