using System.Numerics;
using Collab.Primitives;

namespace Collab.Statistics.Disclosure;

/// <summary>A multiset of 64-bit elements in constant memory, from which a small difference to another can be read exactly.</summary>
/// <remarks>
/// An invertible Bloom lookup table with signed counts (Goodrich, Mitzenmacher, 2011; Eppstein et al., What's the difference?, 2011): every element is added to one
/// cell in each of four tables; a cell that holds copies of one element alone gives it away, and what is taken out frees others. It is linear: the sketch of a sum or
/// difference is the sum or difference of sketches. A difference of d elements is not read with chance about d²/2 · cells⁻⁴, below 2^−20 for
/// differences of up to 16 (specs/disclosure.md). Elements are made under a secret of the owner, so that nobody can choose rows that collide.
/// </remarks>
public sealed class RowSketch
{
    private const int Tables = 4, LeastCells = 128, MostCells = 1024;

    private readonly int _cells;
    private readonly Cell[]? _kept; // null where it is kept elsewhere
    private readonly Func<RowSketch>? _load;

    /// <summary>The empty multiset.</summary>
    /// <param name="difference">The largest number of elements of a difference that is to be read.</param>
    public RowSketch(int difference)
        : this(0, CellsFor(difference))
    {
    }

    private RowSketch(long count, int cells)
    {
        (Count, _cells, _kept) = (count, cells, new Cell[Tables * cells]);
    }

    private RowSketch(long count, int cells, Func<RowSketch> load) => (Count, _cells, _load) = (count, cells, load);

    private Cell[] Table => _kept ?? _load!().Table;

    /// <summary>The same multiset, kept elsewhere: only its number of elements stands here, and the rest is fetched whenever it is needed.</summary>
    /// <param name="load">Fetches it.</param>
    public RowSketch KeptElsewhere(Func<RowSketch> load) => new(Count, _cells, load);

    /// <summary>Elements, with their multiplicities.</summary>
    public long Count { get; private set; }

    /// <summary>Adds an element once.</summary>
    public void Add(ulong element)
    {
        Count++;
        var (places, check) = (PlacesOf(element), CheckOf(element));
        for (var table = 0; table < Tables; table++)
        {
            ref var cell = ref Table[IndexOf(places, table)];
            cell = unchecked(new Cell(cell.Count + 1, cell.Sum + element, cell.Check + check));
        }
    }

    /// <summary>Σ factors[i] · sketches[i], of the size of the smallest.</summary>
    public static RowSketch Combine(params ReadOnlySpan<(long Factor, RowSketch Sketch)> terms)
    {
        var cells = terms[0].Sketch._cells;
        foreach (var (_, sketch) in terms) cells = Math.Min(cells, sketch._cells);
        var result = new RowSketch(0, cells);
        foreach (var (factor, sketch) in terms)
        {
            result.Count += factor * sketch.Count;
            var (from, to) = (sketch.Table, result.Table);
            for (var i = 0; i < from.Length; i++)
            {
                // Sizes are powers of two and places are their lowest bits, so a larger table folds into a smaller one.
                ref var cell = ref to[(i / sketch._cells * cells) + (i & (cells - 1))];
                cell = cell.Plus(factor, from[i]);
            }
        }

        return result;
    }

    /// <summary>The elements with their counts, negative ones too, if there are at most <paramref name="limit"/> different ones; else null.</summary>
    public Dictionary<ulong, long>? Read(int limit)
    {
        var rest = Combine((1, this));
        var found = new Dictionary<ulong, long>();
        for (var cell = 0; cell < rest.Table.Length; cell++)
        {
            if (!rest.IsPure(cell, out var element, out var times)) continue;
            rest.Change(element, -times);
            if (!found.TryAdd(element, times) || found.Count > limit) return null;
            cell = -1; // what was taken out may have freed a cell before
        }

        return rest.IsEmpty ? found : null;
    }

    /// <summary>Whether nothing is in it: the difference of equal multisets.</summary>
    public bool IsEmpty => Array.TrueForAll(Table, cell => cell == default);

    /// <summary>Cells of each table.</summary>
    internal int Width => _cells;

    /// <summary>Counts and sums of all cells modulo 2^61 − 1, as a sketch of fewer cells would have them: a linear image of the multiset in 8 · <paramref name="cells"/> dimensions.</summary>
    internal ulong[] ImageOf(int cells)
    {
        var (table, folded) = (Table, new Cell[Tables * cells]);
        for (var i = 0; i < table.Length; i++)
        {
            ref var cell = ref folded[(i / _cells * cells) + (i & (cells - 1))];
            cell = cell.Plus(1, table[i]);
        }

        return [.. folded.SelectMany(cell => new[] { Linear.Reduce(cell.Count), Linear.Reduce(cell.Sum) })];
    }

    /// <summary>Writes it.</summary>
    public static void Encode(CanonicalWriter writer, RowSketch sketch)
    {
        writer.Int64(sketch.Count).UInt32((uint)sketch._cells);
        foreach (var cell in sketch.Table)
            writer.Int64(cell.Count).UInt64((ulong)(cell.Sum & ulong.MaxValue)).Int64((long)(cell.Sum >> 64)).UInt64(cell.Check);
    }

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Any other bytes.</exception>
    public static RowSketch Decode(ref CanonicalReader reader)
    {
        var count = reader.Int64();
        var cells = reader.UInt32();
        if (cells is < LeastCells or > MostCells || !BitOperations.IsPow2(cells)) throw new MalformedException("a sketch of 128 to 1,024 cells a table");
        var sketch = new RowSketch(count, (int)cells);
        for (var i = 0; i < sketch.Table.Length; i++)
        {
            var (times, low) = (reader.Int64(), reader.UInt64());
            sketch.Table[i] = new Cell(times, ((Int128)reader.Int64() << 64) | low, reader.UInt64());
        }

        return sketch;
    }

    /// <summary>A bijection that spreads (the finalizer of splitmix64).</summary>
    internal static ulong Mix(ulong x)
    {
        unchecked
        {
            x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
            x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
            return x ^ (x >> 31);
        }
    }

    // Eight cells of a table for each element, but 128 at least and 1,024 at most: what is over a quarter of all cells is still read but for a small chance.
    private static int CellsFor(int difference) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(8L * difference, LeastCells, MostCells));

    private static ulong CheckOf(ulong element) => Mix(element ^ 0x9E37_79B9_7F4A_7C15);

    private static ulong PlacesOf(ulong element) => Mix(element ^ 0xD1B5_4A32_D192_ED03);

    private int IndexOf(ulong places, int table) => (table * _cells) + (int)((places >> (16 * table)) & (ulong)(_cells - 1));

    private void Change(ulong element, long times)
    {
        var (places, one) = (PlacesOf(element), new Cell(1, element, CheckOf(element)));
        for (var table = 0; table < Tables; table++)
        {
            ref var cell = ref Table[IndexOf(places, table)];
            cell = cell.Plus(times, one);
        }
    }

    private bool IsPure(int place, out ulong element, out long times)
    {
        var cell = Table[place];
        (element, times) = (0, cell.Count);
        if (times == 0 || cell.Sum % times != 0) return false;
        var quotient = cell.Sum / times;
        if (quotient < 0 || quotient > ulong.MaxValue) return false;
        element = (ulong)quotient;
        return cell.Check == unchecked((ulong)times * CheckOf(element));
    }

    /// <summary>How many elements, their sum, and the sum of their check words modulo 2^64.</summary>
    private readonly record struct Cell(long Count, Int128 Sum, ulong Check)
    {
        public Cell Plus(long factor, Cell other) =>
            new(Count + (factor * other.Count), Sum + (factor * other.Sum), unchecked(Check + ((ulong)factor * other.Check)));
    }
}
