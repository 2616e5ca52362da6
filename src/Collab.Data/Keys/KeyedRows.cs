namespace Collab.Data.Keys;

/// <summary>The distinct keys of a table, and which rows have which: what the outcome for a key means for the rows.</summary>
/// <remarks>
/// Memory is that of the <see cref="KeyList"/>; with several alternative keys, or when a key stands for all of its rows, another
/// 4 bytes for each row and alternative.
/// </remarks>
public sealed class KeyedRows
{
    private const int Blank = -1;

    private readonly List<int>? _keyOfRow;
    private readonly bool _forAllRows;

    internal KeyedRows(int alternatives, bool forAllRows)
    {
        (Alternatives, _forAllRows) = (alternatives, forAllRows);
        if (alternatives > 1 || forAllRows) _keyOfRow = [];
        CountOf = new int[alternatives];
    }

    /// <summary>The distinct keys of all alternatives, in the order in which they first stand in the table.</summary>
    public KeyList Keys { get; } = new();

    /// <summary>How many alternative keys a row has; 1 or more.</summary>
    public int Alternatives { get; }

    /// <summary>How many distinct keys each alternative has.</summary>
    public int[] CountOf { get; }

    /// <summary>The number of the last row that was read.</summary>
    public long RowCount { get; private set; }

    /// <summary>What the outcome of a comparison is for the rows, in the order of the table.</summary>
    /// <param name="matched">Whether the key at this place of <see cref="Keys"/> matched.</param>
    /// <returns>The rows that have a key at all; of a key that stands for its first row only, that row.</returns>
    public IEnumerable<KeyedRow> Outcome(Func<int, bool> matched)
    {
        if (_keyOfRow is null)
        {
            for (var key = 0; key < Keys.Count; key++) yield return new KeyedRow(Keys.Row(key), [key], [matched(key)]);
            yield break;
        }

        for (var row = 1L; row <= RowCount; row++)
        {
            var keys = _keyOfRow.GetRange(checked((int)((row - 1) * Alternatives)), Alternatives).ToArray();
            if (keys.All(key => key == Blank)) continue;
            yield return new KeyedRow(row, keys, [.. keys.Select(key => key != Blank && matched(key) && (_forAllRows || Keys.Row(key) == row))]);
        }
    }

    /// <summary>Begins a row, whose keys come next. Rows between, which a filter left out, are as ones without a key.</summary>
    internal void AddRow(long row)
    {
        for (; RowCount < row - 1; RowCount++)
        {
            for (var i = 0; i < Alternatives; i++) AddBlank();
        }

        RowCount = row;
    }

    internal void AddKey(int key) => _keyOfRow?.Add(key);

    internal void AddBlank() => _keyOfRow?.Add(Blank);
}

/// <summary>What a comparison said of one row.</summary>
/// <param name="Row">The row, from 1.</param>
/// <param name="Keys">For each alternative the place of the row's key in the list, or −1 where it is blank.</param>
/// <param name="Matched">For each alternative whether the row matches by it.</param>
public sealed record KeyedRow(long Row, IReadOnlyList<int> Keys, IReadOnlyList<bool> Matched);
