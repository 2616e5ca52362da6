using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>Which record lies in which cell. A new record goes to the emptier of its two bins, to the left where they are equal, and there to
/// a cell drawn among the free ones, so that its place tells nothing of how many are beside it.</summary>
/// <remarks>Two choices without moves: Azar, Broder, Karlin, Upfal 1994; ties to one side: Vöcking 1999. Not for several threads at once.</remarks>
internal sealed class CellMap(KeywordShape shape)
{
    private readonly Dictionary<UInt128, Cell> _cells = [];
    private readonly HashSet<Cell> _full = [];
    private readonly int[][] _loads = [new int[shape.Bins], new int[shape.Bins]];
    private List<Action>? _undo;

    /// <summary>Records in all cells.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a change that is taken back unless it is committed before the next begins.</summary>
    public CellMap Begin()
    {
        TakeBack();
        _undo = [];
        return this;
    }

    /// <summary>Keeps what was changed.</summary>
    public void Commit()
    {
        _undo = null;
        Count = _cells.Count;
    }

    /// <summary>Gives each record its cell: the one it has, or a new one.</summary>
    /// <exception cref="CollabException">A key twice, or no room; what was placed before is taken back by the next change.</exception>
    public void Place(IReadOnlyList<SealedRecord> records, RandomSource random, Action<Cell, ReadOnlyMemory<byte>> use)
    {
        if (records.Select(record => record.Name).ToHashSet().Count != records.Count)
            throw new CollabException(KeywordErrors.DuplicateKey, "A key stands in more than one record.");
        var draws = new Draws(random);
        foreach (var record in records)
        {
            if (!_cells.TryGetValue(record.Name, out var cell)) cell = Add(record, draws);
            use(cell, record.Bytes);
        }

        if (_undo is null) Count = _cells.Count;
    }

    /// <summary>Frees a record's cell, or returns null where there is none.</summary>
    public Cell? Remove(UInt128 name)
    {
        if (!_cells.Remove(name, out var cell)) return null;
        _full.Remove(cell);
        _loads[cell.Side][cell.Record % shape.Bins]--;
        _undo?.Add(() => Put(name, cell));
        return cell;
    }

    private Cell Add(SealedRecord record, Draws draws)
    {
        var (left, right) = (_loads[0][record.Left], _loads[1][record.Right]);
        var (side, bin, load) = left <= right ? (0, record.Left, left) : (1, record.Right, right);
        if (load >= shape.Depth || _cells.Count >= shape.Capacity)
            throw new CollabException(KeywordErrors.TableFull, $"The table was made for {shape.Capacity} records.");
        var cell = new Cell(side, FreeSlot(side, bin, draws.Below(shape.Depth - load)) * shape.Bins + bin);
        Put(record.Name, cell);
        _undo?.Add(() => Remove(record.Name));
        return cell;
    }

    private int FreeSlot(int side, int bin, int skip)
    {
        for (var slot = 0; ; slot++)
        {
            if (!_full.Contains(new(side, slot * shape.Bins + bin)) && skip-- == 0) return slot;
        }
    }

    private void Put(UInt128 name, Cell cell)
    {
        _cells.Add(name, cell);
        _full.Add(cell);
        _loads[cell.Side][cell.Record % shape.Bins]++;
    }

    private void TakeBack()
    {
        if (_undo is not { } undo) return;
        _undo = null;
        for (var i = undo.Count - 1; i >= 0; i--) undo[i]();
    }

    /// <summary>Small numbers from a few random bytes at a time.</summary>
    private sealed class Draws(RandomSource random)
    {
        private readonly byte[] _bytes = new byte[4096];
        private int _next = 4096;

        /// <summary>Below a bound, uniform but for 2^-32 of the bound.</summary>
        public int Below(int bound)
        {
            if (_next == _bytes.Length)
            {
                random.Fill(_bytes);
                _next = 0;
            }

            var word = BitConverter.ToUInt32(_bytes, _next);
            _next += sizeof(uint);
            return (int)((word * (ulong)bound) >> 32);
        }
    }
}
