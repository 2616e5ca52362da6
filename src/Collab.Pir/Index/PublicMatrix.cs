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
    private const int ColumnsOfChanges = 1 << 14, SliceWidth = 128; // 8 MB of A
    private const ulong WordsOfBlock = Gf128.Size / sizeof(uint);
    private const int Width = IndexParameters.SecretSize;

    /// <summary>The hint of a table: D·A, shape [rows, 1152].</summary>
    public uint[] Hint(IndexMatrix table, IndexShape shape, int parallelism, CancellationToken cancellation)
    {
        var hint = new uint[checked(shape.Rows * Width)];
        ForEach(shape.Columns, RowsAtOnce, cancellation, (first, count, rows) =>
            ByteMatrix.AddProduct(table.Span, shape.Columns, first, rows.Span[..(count * Width)], Width, hint, parallelism));
        return hint;
    }

    /// <summary>Adds A·s for each secret s, shape [k, 1152], to vectors of shape [k, columns].</summary>
    public void AddProducts(NativeBuffer<uint> secrets, Memory<uint> vectors, int columns, CancellationToken cancellation)
    {
        var products = new uint[RowsAtOnce];
        ForEach(columns, RowsAtOnce, cancellation, (first, count, rows) =>
        {
            for (var k = 0; k < secrets.Length / Width; k++)
            {
                ByteMatrix.MultiplyWords(rows.Span[..(count * Width)], secrets.Span.Slice(k * Width, Width), products.AsSpan(0, count));
                ByteMatrix.AddScaled(products.AsSpan(0, count), 1, vectors.Span.Slice(k * columns + first, count));
            }
        });
        Array.Clear(products);
    }

    /// <summary>Adds to a hint what changed records bring: (new − old)·A for each of their bytes. Changes must be ordered by column.</summary>
    /// <remarks>Records of one height change the same rows of the hint, so their bytes multiply as a matrix, and totals stay in registers while thousands of columns
    /// pass. Of A no more than a slice is held, and of that only rows of columns in which something changed.</remarks>
    public void AddChanges(uint[] hint, IndexShape shape, IReadOnlyList<IndexChange> byColumn, int parallelism, CancellationToken cancellation)
    {
        using var prg = new AesPrg(Gf128.Read(seed.Span));
        using var slice = NativeBuffer<uint>.AllocatePublic(Math.Min(ColumnsOfChanges, byColumn.Count) * SliceWidth);
        for (var next = 0; next < byColumn.Count;)
        {
            var (begin, columns) = (next, new List<int>());
            for (; next < byColumn.Count; next++)
            {
                var column = byColumn[next].Record % shape.Columns;
                if (columns.Count > 0 && columns[^1] == column) continue;
                if (columns.Count == ColumnsOfChanges) break;
                columns.Add(column);
            }

            var differences = IndexDifferences.Of(shape, byColumn, begin, next, columns);
            for (var first = 0; first < Width; first += SliceWidth)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < columns.Count; i++)
                {
                    prg.Seek(((ulong)columns[i] * Width + (ulong)first) / WordsOfBlock);
                    prg.Fill(MemoryMarshal.AsBytes(slice.Span.Slice(i * SliceWidth, SliceWidth)));
                }

                var (words, offset) = (slice, first);
                Parallel.ForEach(differences, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, height =>
                    ByteMatrix.AddProduct(height.Factors, height.Places, words.Span, SliceWidth, hint.AsSpan(height.FirstRow * Width + offset), Width));
            }
        }
    }

    private void ForEach(int columns, int atOnce, CancellationToken cancellation, Action<int, int, NativeBuffer<uint>> use)
    {
        using var prg = new AesPrg(Gf128.Read(seed.Span));
        using var rows = NativeBuffer<uint>.AllocatePublic(Math.Min(atOnce, columns) * Width);
        for (var first = 0; first < columns; first += atOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(atOnce, columns - first);
            prg.Fill(MemoryMarshal.AsBytes(rows.Span[..(count * Width)]));
            use(first, count, rows);
        }
    }
}
