using Collab.Cryptography.Sealing;
using Collab.Pir.Index;

namespace Collab.Pir.Keyword;

/// <summary>The layout of a table by keyword: two tables of bins, one left and one right, each bin of so many cells of one size.</summary>
/// <param name="Capacity">Records that it is made for, 1 or more; public, and the number of records stays hidden behind it.</param>
/// <param name="ValueSize">Bytes of the longest value, 0 to 65,000; public, shorter ones are padded to it.</param>
/// <param name="Bins">Of each side, a multiple of 64.</param>
public sealed record KeywordShape(int Capacity, int ValueSize, int Bins)
{
    /// <summary>The longest value, in bytes.</summary>
    public const int LargestValue = 65_000;

    /// <summary>Beside a value in its cell: its length, 2 bytes, and the synthetic IV.</summary>
    public const int CellOverhead = sizeof(ushort) + AesSiv.Overhead;

    /// <summary>Bytes of a cell.</summary>
    public int CellSize => ValueSize + CellOverhead;

    /// <summary>Cells of a bin: the mean load, a fiftieth more, and five (specs/retrieval-keyword.md, "Parameters and why").</summary>
    public int Depth => DepthFor(Capacity, Bins);

    /// <summary>Each side as a table by index: cell j of bin b is record j·Bins + b.</summary>
    public IndexShape Side => new(Depth * Bins, CellSize, Bins);

    /// <summary>Whether both sides are within the limits.</summary>
    public bool IsSound =>
        Capacity is >= 1 and <= 1 << 28 && ValueSize is >= 0 and <= LargestValue && Bins is >= IndexParameters.ColumnStep and <= IndexParameters.LargestColumns
        && (long)Depth * Bins <= int.MaxValue && Side.IsSound;

    /// <summary>Bytes of both sides, which every key that is asked makes the server read.</summary>
    public long TableBytes => 2 * Side.TableBytes;

    /// <summary>Bytes of both hints.</summary>
    public long HintBytes => 2 * Side.HintBytes;

    /// <summary>The shape that moves the fewest bytes when a client takes the hints once and asks for so many keys.</summary>
    /// <param name="capacity">Records to make room for, 1 or more.</param>
    /// <param name="valueSize">Bytes of the longest value.</param>
    /// <param name="keys">Keys for each time that the hints are given.</param>
    /// <exception cref="ArgumentException">The table would be too large.</exception>
    public static KeywordShape For(int capacity, int valueSize, int keys = IndexParameters.SecretSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(valueSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(valueSize, LargestValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys, 1);
        var best = new KeywordShape(capacity, valueSize, IndexParameters.ColumnStep);
        for (double bins = IndexParameters.ColumnStep; bins <= IndexParameters.LargestColumns; bins *= 1.1)
        {
            var next = best with { Bins = (int)bins / IndexParameters.ColumnStep * IndexParameters.ColumnStep };
            if (next.IsSound && (!best.IsSound || next.BytesFor(keys) < best.BytesFor(keys))) best = next;
        }

        return best.IsSound ? best : throw new ArgumentException("The table would be too large.", nameof(capacity));
    }

    /// <summary>Bytes of both hints and of so many keys' queries and answers, without what messages have beside.</summary>
    public long BytesFor(int keys) => HintBytes + 2L * keys * (Side.QueryBytes + Side.AnswerBytes);

    private static int DepthFor(int capacity, int bins)
    {
        var mean = (capacity + 2L * bins - 1) / (2L * bins);
        return (int)(mean + mean / 50 + 5);
    }
}
