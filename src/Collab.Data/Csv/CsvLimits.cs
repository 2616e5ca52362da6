namespace Collab.Data.Csv;

/// <summary>What a CSV file may hold at most, so that memory stays bounded whatever the file is.</summary>
/// <param name="FieldSize">Bytes of one field as UTF-8, quotes not counted.</param>
/// <param name="RowSize">Bytes of one row as UTF-8.</param>
/// <param name="ColumnCount">Columns.</param>
public sealed record CsvLimits(int FieldSize, int RowSize, int ColumnCount)
{
    /// <summary>1 MiB a field, 16 MiB a row, 16,384 columns (as many as spreadsheets have).</summary>
    public static CsvLimits Default { get; } = new(1 << 20, 1 << 24, 1 << 14);
}
