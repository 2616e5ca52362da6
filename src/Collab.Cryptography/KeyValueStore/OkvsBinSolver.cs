using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Cryptography.KeyValueStore;

/// <summary>Solves one bin: peeling, the dense columns for what peeling leaves, back-substitution. One for each thread.</summary>
/// <remarks>Source: eprint 2022/320, figure 1; protocols/specs/okvs.md, steps 2 to 5.</remarks>
internal sealed unsafe class OkvsBinSolver : IDisposable
{
    private const int Ahead = 12;                                                       // rows fetched before they are needed
    private const ulong OneRow = 1UL << 32;

    private readonly OkvsParameters _parameters;
    private readonly NativeBuffer<int> _columnsOfRow;                                   // shape [rows, 4], the last unused
    private readonly NativeBuffer<ulong> _columns;                                      // high word: degree; low word: exclusive or of its rows
    private readonly NativeBuffer<int> _queue;
    private readonly NativeBuffer<long> _order;                                         // high word: pivot column; low word: row
    private readonly NativeBuffer<Gf128> _points;
    private readonly int[] _gap;
    private int _gapCount;

    public OkvsBinSolver(OkvsParameters parameters, int largestLoad)
    {
        _parameters = parameters;
        _columnsOfRow = NativeBuffer<int>.Allocate(4 * largestLoad);
        _columns = NativeBuffer<ulong>.Allocate(parameters.SparseCount);
        _queue = NativeBuffer<int>.Allocate(parameters.SparseCount + 1);
        _order = NativeBuffer<long>.Allocate(largestLoad);
        _points = NativeBuffer<Gf128>.Allocate(largestLoad);
        _gap = new int[parameters.DenseCount];
    }

    /// <summary>The rows that peeling left to the dense columns, after <see cref="TrySolve"/>.</summary>
    public int GapCount => _gapCount;

    /// <summary>Fills a bin's part of the store so that every row has its value.</summary>
    /// <param name="permutation">π under the seed.</param>
    /// <param name="rows">u of each key, shape [n].</param>
    /// <param name="values">Shape [n]; changed.</param>
    /// <param name="count">n.</param>
    /// <param name="store">The bin's elements, already random; shape [sparse + dense].</param>
    public bool TrySolve(AesPermutation permutation, Gf128* rows, Gf128* values, int count, Gf128* store)
    {
        var (sparse, dense) = (_parameters.SparseCount, _parameters.DenseCount);
        _gapCount = 0;
        var peeled = 0;
        if (sparse > 0)
        {
            Build(rows, count, sparse, _columnsOfRow.Pointer, _columns.Pointer);
            if (!TryPeel(count, out peeled)) return false;
        }
        else
        {
            if (count > dense) return false;
            for (; _gapCount < count; _gapCount++) _gap[_gapCount] = _gapCount;
        }

        var points = new Span<Gf128>(_points.Pointer, count);
        permutation.Compress(new(rows, count), points);
        if (_gapCount > 0 && !TrySolveDense(values, peeled, store)) return false;
        Gf128Vector.AddPolynomial(points, new(store + sparse, dense), new(values, count));
        Substitute(_order.Pointer, peeled, _columnsOfRow.Pointer, values, store);
        return true;
    }

    public void Dispose()
    {
        _columnsOfRow.Dispose();
        _columns.Dispose();
        _queue.Dispose();
        _order.Dispose();
        _points.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Build(Gf128* rows, nint count, int sparse, int* columnsOfRow, ulong* columns)
    {
        unchecked
        {
            new Span<ulong>(columns, sparse).Clear();
            for (nint row = 0; row < count; row++)
            {
                OkvsRow.Columns(rows[row], (uint)sparse, out var first, out var second, out var third);
                var to = columnsOfRow + 4 * row;
                (to[0], to[1], to[2]) = (first, second, third);
                columns[first] = unchecked((columns[first] + OneRow) ^ (ulong)row);
                columns[second] = unchecked((columns[second] + OneRow) ^ (ulong)row);
                columns[third] = unchecked((columns[third] + OneRow) ^ (ulong)row);
            }
        }
    }

    /// <summary>Orders rows so that each has a column no later row has; what cannot be ordered becomes the gap.</summary>
    private bool TryPeel(int count, out int peeled)
    {
        peeled = 0;
        var columns = _columns.Pointer;
        var queue = _queue.Pointer;
        var (head, tail) = (0, 0);
        for (var column = 0; column < _parameters.SparseCount; column++)
        {
            queue[tail] = column;
            tail += columns[column] >> 32 == 1 ? 1 : 0;
        }

        while (true)
        {
            peeled = Peel(_columnsOfRow.Pointer, columns, queue, _order.Pointer, ref head, ref tail, peeled);
            if (peeled + _gapCount == count) return true;
            if (_gapCount == _gap.Length) return false;
            var row = RowOfLightestColumn(count);
            _gap[_gapCount++] = row;
            tail = Remove(_columnsOfRow.Pointer + 4 * row, row, columns, queue, tail);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Peel(int* columnsOfRow, ulong* columns, int* queue, long* order, ref int head, ref int tail, int peeled)
    {
        unchecked
        {
            var (first, last, done) = ((nint)head, tail, (nint)peeled);
            for (; first < last; first++)
            {
                if (Sse.IsSupported && first + Ahead < last) Sse.Prefetch0(columnsOfRow + 4 * (nint)(uint)(columns[queue[first + Ahead]] & uint.MaxValue));
                var column = queue[first];
                if (columns[column] >> 32 != 1) continue;
                var row = (uint)(columns[column] & uint.MaxValue);
                order[done++] = ((long)column << 32) | row;
                last = Remove(columnsOfRow + 4 * (nint)row, (int)row, columns, queue, last);
            }

            (head, tail) = ((int)first, last);
            return (int)done;
        }
    }

    /// <summary>Takes a row out of its columns and queues those that have one row left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Remove(int* columnsOfRow, int row, ulong* columns, int* queue, int tail)
    {
        unchecked
        {
            for (var i = 0; i < OkvsParameters.Weight; i++)
            {
                var column = columnsOfRow[i];
                var left = (columns[column] - OneRow) ^ (uint)row;
                columns[column] = left;
                queue[tail] = column;
                tail += (int)((((left >> 32) ^ 1) - 1) >> 63);                          // 1 when one row is left
            }

            return tail;
        }
    }

    /// <summary>A row of the core in a column with the fewest rows. Rare, so it searches.</summary>
    private int RowOfLightestColumn(int count)
    {
        var columns = _columns.Pointer;
        var (lightest, degree) = (-1, ulong.MaxValue);
        for (var column = 0; column < _parameters.SparseCount; column++)
        {
            var here = columns[column] >> 32;
            if (here >= 2 && here < degree) (lightest, degree) = (column, here);
        }

        var of = _columnsOfRow.Pointer;
        for (var row = 0; row < count; row++)
        {
            if (of[4 * row] != lightest && of[4 * row + 1] != lightest && of[4 * row + 2] != lightest) continue;
            if (InCore(row) && !_gap.AsSpan(0, _gapCount).Contains(row)) return row;
        }

        throw new InvalidOperationException("A column of the core has a row.");
    }

    /// <summary>Whether all columns of the row have two rows or more left; a row that was peeled has a column with none.</summary>
    private bool InCore(int row)
    {
        var of = _columnsOfRow.Pointer + 4 * row;
        var columns = _columns.Pointer;
        return columns[of[0]] >> 32 >= 2 && columns[of[1]] >> 32 >= 2 && columns[of[2]] >> 32 >= 2;
    }

    /// <summary>Removes the pivots from the gap's rows and solves what is left for the dense columns.</summary>
    private bool TrySolveDense(Gf128* values, int peeled, Gf128* store)
    {
        var (sparse, dense, gap) = (_parameters.SparseCount, _parameters.DenseCount, _gapCount);
        var system = new Gf128[gap, dense];
        var right = new Gf128[gap];
        for (var i = 0; i < gap; i++)
        {
            right[i] = values[_gap[i]];
            AddPowers(system, i, _points.Pointer[_gap[i]]);
        }

        if (sparse > 0)
        {
            // After peeling every column is empty, so the array is zero: bit i now says that reduced row i has the column.
            var marks = _columns.Pointer;
            var of = _columnsOfRow.Pointer;
            for (var i = 0; i < gap; i++)
            {
                for (var j = 0; j < OkvsParameters.Weight; j++) marks[of[4 * _gap[i] + j]] ^= 1UL << i;
            }

            for (var k = 0; k < peeled; k++)
            {
                var (column, row) = ((int)(_order.Pointer[k] >> 32), (int)(_order.Pointer[k] & int.MaxValue));
                var mark = marks[column];
                if (mark == 0) continue;
                for (var j = 0; j < OkvsParameters.Weight; j++) marks[of[4 * row + j]] ^= mark;
                for (var i = 0; i < gap; i++)
                {
                    if ((mark >> i & 1) == 0) continue;
                    right[i] += values[row];
                    AddPowers(system, i, _points.Pointer[row]);
                }
            }

            for (var column = 0; column < sparse; column++)
            {
                for (var i = 0; marks[column] != 0 && i < gap; i++)
                {
                    if ((marks[column] >> i & 1) == 1) right[i] += store[column];       // a free column, random
                }
            }
        }

        return OkvsDenseSystem.TrySolve(system, right, new(store + sparse, dense));
    }

    /// <summary>Adds x, x², … to a row of the system.</summary>
    private static void AddPowers(Gf128[,] system, int row, Gf128 x)
    {
        var power = x;
        for (var j = 0; j < system.GetLength(1); j++, power *= x) system[row, j] += power;
    }

    /// <summary>Gives each pivot, from the last, the element that makes its row right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Substitute(long* order, nint peeled, int* columnsOfRow, Gf128* values, Gf128* store)
    {
        unchecked
        {
            for (var k = peeled - 1; k >= 0; k--)
            {
                if (Sse.IsSupported && k >= 2 * Ahead)
                {
                    var later = (nint)(uint)(order[k - 2 * Ahead] & uint.MaxValue);
                    Sse.Prefetch0(columnsOfRow + 4 * later);
                    Sse.Prefetch0(values + later);
                    var soon = columnsOfRow + 4 * (nint)(uint)(order[k - Ahead] & uint.MaxValue);
                    Sse.Prefetch0(store + soon[0]);
                    Sse.Prefetch0(store + soon[1]);
                    Sse.Prefetch0(store + soon[2]);
                }

                var row = (nint)(uint)(order[k] & uint.MaxValue);
                nint pivot = (int)(order[k] >> 32);
                var of = columnsOfRow + 4 * row;
                var sum = values[row].ToVector() ^ store[of[0]].ToVector() ^ store[of[1]].ToVector() ^ store[of[2]].ToVector();
                store[pivot] = Gf128.From(sum ^ store[pivot].ToVector());                   // the pivot is among the three: out again
            }
        }
    }
}
