namespace Collab.Wire.Operator;

/// <summary>A request to read a source as a job would, before it is registered. Nothing is kept of it.</summary>
/// <param name="Csv">A CSV file on the node's machine, or one that the node received.</param>
/// <param name="Postgres">A PostgreSQL table or query.</param>
/// <param name="Columns">Declared columns; null to take those that are inferred.</param>
/// <param name="Key">Key columns to be looked at for blanks and repetitions; null for none.</param>
public sealed record CheckDatasetRequest(
    CsvSource? Csv, PostgresSource? Postgres, IReadOnlyList<ColumnView>? Columns = null, IReadOnlyList<string>? Key = null);

/// <summary>What a check found. It holds no value of the data.</summary>
/// <param name="Complete">Whether the source could be read to its end.</param>
/// <param name="Rows">Rows whose fields could be read.</param>
/// <param name="Encoding">Of a CSV file: how it is written; null elsewhere, or where it cannot be read.</param>
/// <param name="Delimiter">Of a CSV file: what stands between fields, <c>tab</c> for a tabulator.</param>
/// <param name="Columns">Its columns as declared, else as inferred.</param>
/// <param name="Problems">What would make a job fail, one entry a rule.</param>
public sealed record DatasetCheckView(
    bool Complete, long Rows, string? Encoding, string? Delimiter, IReadOnlyList<CheckedColumnView> Columns, IReadOnlyList<ProblemView> Problems);

/// <summary>A column that was checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>text</c>, <c>integer</c> or <c>decimal</c>.</param>
/// <param name="Scale">Decimal digits behind the point.</param>
/// <param name="Missing">Rows without a value in it.</param>
public sealed record CheckedColumnView(string Name, string Type, int Scale, long Missing);

/// <summary>All breaches of one rule.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first of them.</param>
/// <param name="Next">What to do about them.</param>
public sealed record ProblemView(string Code, long Count, IReadOnlyList<ProblemPlaceView> First, string Next);

/// <summary>Where one problem is.</summary>
/// <param name="Row">The row, from 1; 0 for the header; null when no row is at fault.</param>
/// <param name="Column">The column, when one is at fault.</param>
/// <param name="Message">One sentence without a value.</param>
public sealed record ProblemPlaceView(long? Row, string? Column, string Message);

/// <summary>The datasets of this party as it registered them.</summary>
/// <param name="Datasets">In the order of their names.</param>
public sealed record OwnDatasetsView(IReadOnlyList<OwnDatasetView> Datasets);

/// <summary>A dataset of this party: what others see of it, and what they do not.</summary>
/// <param name="Offered">What the other parties see.</param>
/// <param name="Source"><c>csv</c>, <c>postgres</c> or <c>record</c>.</param>
/// <param name="Place">Where the rows are: a file, a table or a query. Others do not see it.</param>
/// <param name="Rows">How many rows were registered. Others see a band.</param>
public sealed record OwnDatasetView(DatasetView Offered, string Source, string Place, long Rows);

/// <summary>A piece of a file that is sent to the node to be registered there.</summary>
/// <param name="File">Null with the first piece; then the name that the node gave it.</param>
/// <param name="Offset">How many bytes were sent before; the node refuses any other number.</param>
/// <param name="Content">The bytes, at most 1 MiB.</param>
public sealed record FilePieceRequest(string? File, long Offset, byte[] Content);

/// <summary>A file that the node is receiving.</summary>
/// <param name="File">The name that the node gave it: 32 hexadecimal digits.</param>
/// <param name="Bytes">How many bytes of it are there.</param>
public sealed record ReceivedFileView(string File, long Bytes);
