namespace Collab.Pir.Index;

/// <summary>How records lie in the matrix of bytes: record i in column i mod <see cref="Columns"/>, one byte below the other, ⌊i/Columns⌋ records down.</summary>
/// <param name="Records">How many records, 1 or more; public.</param>
/// <param name="RecordSize">Of each, in bytes; public.</param>
/// <param name="Columns">A multiple of 64.</param>
public sealed record IndexShape(int Records, int RecordSize, int Columns)
{
    /// <summary>Records of a full column.</summary>
    public int Depth => (Records + Columns - 1) / Columns;

    /// <summary>Rows of the matrix.</summary>
    public int Rows => Depth * RecordSize;

    /// <summary>Bytes of the matrix, which is what every query makes the server read.</summary>
    public long TableBytes => (long)Rows * Columns;

    /// <summary>Bytes of a hint.</summary>
    public long HintBytes => (long)Rows * IndexParameters.SecretSize * sizeof(uint);

    /// <summary>Bytes of one query.</summary>
    public long QueryBytes => (long)Columns * sizeof(uint);

    /// <summary>Bytes of one answer.</summary>
    public long AnswerBytes => (long)Rows * sizeof(uint);

    /// <summary>Whether such a matrix is within the limits; a received shape is checked by it before memory is taken.</summary>
    public bool IsSound =>
        Records >= 1 && RecordSize is >= 1 and <= IndexParameters.LargestRecord
        && Columns is >= IndexParameters.ColumnStep and <= IndexParameters.LargestColumns && Columns % IndexParameters.ColumnStep == 0
        && (Records + (long)Columns - 1) / Columns * RecordSize * Columns <= IndexParameters.LargestTable
        && (Records + (long)Columns - 1) / Columns * RecordSize * IndexParameters.SecretSize <= int.MaxValue;

    /// <summary>The shape that moves the fewest bytes when a client takes the hint once and asks so many times.</summary>
    /// <param name="records">1 or more.</param>
    /// <param name="recordSize">1 to 65,536 bytes.</param>
    /// <param name="queries">Queries for each hint that is given; 1152 makes hint and queries about equal, a matrix half as high as wide.</param>
    /// <exception cref="ArgumentException">The table would be too large.</exception>
    public static IndexShape For(int records, int recordSize, int queries = IndexParameters.SecretSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(records, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(recordSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recordSize, IndexParameters.LargestRecord);
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        // Bytes: 4·n·R + 4·k·(C + R) with R·C given; least where C = √(N·(n + k)/k).
        var best = Math.Sqrt((double)records * recordSize * (IndexParameters.SecretSize + (double)queries) / queries);
        var columns = Rounded(Math.Min(IndexParameters.LargestColumns, Math.Min(best, records)));
        var depth = (records + columns - 1) / columns;
        var shape = new IndexShape(records, recordSize, Rounded((records + depth - 1) / (double)depth));
        return shape.IsSound ? shape : throw new ArgumentException("The table would be too large.", nameof(records));
    }

    /// <summary>Where a record lies.</summary>
    public (int Column, int FirstRow) PlaceOf(int record) => (record % Columns, record / Columns * RecordSize);

    private static int Rounded(double columns) =>
        ((int)columns + IndexParameters.ColumnStep - 1) / IndexParameters.ColumnStep * IndexParameters.ColumnStep;
}
