using System.Buffers;
using Collab.Arithmetic.BinaryField;

namespace Collab.Psi.Vole;

/// <summary>At the receiver: goes through its own sorted masks beside those of the sender, which come in ascending order too.</summary>
internal sealed class MatchList(SortedMasks own) : IDisposable
{
    private readonly int[] _rows = ArrayPool<int>.Shared.Rent(Math.Max(1, own.Count));
    private readonly int[] _places = ArrayPool<int>.Shared.Rent(Math.Max(1, own.Count));
    private int _next;

    /// <summary>Matches so far.</summary>
    public int Count { get; private set; }

    /// <summary>The receiver's rows of the matches, in the order of their masks.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Where the matches stand in the sender's sorted list, ascending.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

    /// <summary>Takes the sender's next masks.</summary>
    /// <param name="masks">Ascending, and above all before.</param>
    /// <param name="start">The place of the first in the sender's whole list.</param>
    public void Add(ReadOnlySpan<Gf128> masks, int start)
    {
        var mine = own.Masks;
        var rows = own.Rows;
        var (next, count) = (_next, Count);
        for (var i = 0; i < masks.Length; i++)
        {
            var mask = masks[i];
            while (next < mine.Length && SortedMasks.IsBelow(mine[next], mask)) next++;
            if (next == mine.Length) break;
            if (mine[next] != mask) continue;
            (_rows[count], _places[count]) = (rows[next], start + i);
            count++;
            next++;
        }

        (_next, Count) = (next, count);
    }

    /// <summary>The receiver's rows of all matches, ascending.</summary>
    public int[] RowsAscending()
    {
        var bits = new ulong[(own.Count + 63) / 64];
        foreach (var row in Rows) bits[row >> 6] |= 1ul << (row & 63);
        return Ascending(bits, Count);
    }

    /// <summary>The numbers of the bits that are set, ascending; the bits are cleared.</summary>
    public static int[] Ascending(ulong[] bits, int count)
    {
        var rows = new int[count];
        var found = 0;
        for (var word = 0; word < bits.Length; word++)
        {
            for (var left = bits[word]; left != 0; left &= left - 1) rows[found++] = (word * 64) + System.Numerics.BitOperations.TrailingZeroCount(left);
        }

        Array.Clear(bits);
        return rows;
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_rows, clearArray: true);
        ArrayPool<int>.Shared.Return(_places, clearArray: true);
    }
}
