using System.Globalization;
using Collab.Primitives;

namespace Collab.Data;

/// <summary>One thing wrong in a source, told without a value.</summary>
/// <param name="Code">Which rule is broken.</param>
/// <param name="Row">The row, from 1, headers not counted; 0 for the header; null when no row is at fault.</param>
/// <param name="Column">The column, when one is at fault.</param>
/// <param name="Rule">What holds not, as the end of a sentence: "the value is not a number".</param>
public sealed record SourceProblem(ErrorCode Code, long? Row, string? Column, string Rule)
{
    /// <summary>The sentence a user reads.</summary>
    public string Message
    {
        get
        {
            var row = Row switch
            {
                null => null,
                0 => "header",
                { } number => string.Create(CultureInfo.InvariantCulture, $"row {number}"),
            };
            var place = (row, Column) switch
            {
                (null, null) => "",
                (null, _) => $"column '{Column}': ",
                (_, null) => $"{row}: ",
                _ => $"{row}, column '{Column}': ",
            };
            var sentence = place + Rule;
            return char.ToUpperInvariant(sentence[0]) + sentence[1..] + ".";
        }
    }
}

/// <summary>A source cannot be read, or what it holds breaks a rule. Carries row and column, never a value.</summary>
public sealed class SourceException(SourceProblem problem) : CollabException(problem.Code, problem.Message)
{
    /// <summary>A column is not declared, or not in the source.</summary>
    public static readonly ErrorCode ColumnMissing = new(
        "data.column-missing", ErrorKind.InvalidInput, "Correct the column's name in the job or in the dataset's schema.");

    /// <summary>A column was asked for twice.</summary>
    public static readonly ErrorCode ColumnTwice = new(
        "data.column-twice", ErrorKind.InvalidInput, "Name each column once.");

    /// <summary>The description of a source is wrong.</summary>
    public static readonly ErrorCode LocationInvalid = new(
        "data.location-invalid", ErrorKind.InvalidInput, "Correct the description of the dataset and add it again.");

    /// <summary>A file cannot be opened or read.</summary>
    public static readonly ErrorCode FileUnreadable = new(
        "data.file-unreadable", ErrorKind.InvalidInput, "Check that the file exists and that the node may read it.");

    /// <summary>The file is an archive or compressed.</summary>
    public static readonly ErrorCode FileCompressed = new(
        "data.file-compressed", ErrorKind.InvalidInput, "Unpack the file and add the unpacked one.");

    /// <summary>The file has no header row.</summary>
    public static readonly ErrorCode HeaderMissing = new(
        "data.header-missing", ErrorKind.InvalidInput, "Write the names of the columns in the first line.");

    /// <summary>A column has no name.</summary>
    public static readonly ErrorCode HeaderBlank = new(
        "data.header-blank", ErrorKind.InvalidInput, "Give each column a name in the first line.");

    /// <summary>Two columns have one name.</summary>
    public static readonly ErrorCode HeaderDuplicate = new(
        "data.header-duplicate", ErrorKind.InvalidInput, "Give each column a name of its own in the first line.");

    /// <summary>More columns than the limit.</summary>
    public static readonly ErrorCode ColumnsTooMany = new(
        "data.columns-too-many", ErrorKind.InvalidInput, "Check the delimiter; leave out columns that no job needs.");

    /// <summary>A row has more or fewer fields than the header.</summary>
    public static readonly ErrorCode RowRagged = new(
        "data.row-ragged", ErrorKind.InvalidInput, "Correct the row; quote a field that holds the delimiter.");

    /// <summary>A row is longer than the limit.</summary>
    public static readonly ErrorCode RowTooLong = new(
        "data.row-too-long", ErrorKind.InvalidInput, "Look for a quote that is not closed; shorten the row.");

    /// <summary>A field is longer than the limit.</summary>
    public static readonly ErrorCode FieldTooLong = new(
        "data.field-too-long", ErrorKind.InvalidInput, "Look for a quote that is not closed; shorten the field.");

    /// <summary>A NUL character.</summary>
    public static readonly ErrorCode Nul = new(
        "data.nul", ErrorKind.InvalidInput, "Declare the file's encoding if it is UTF-16; otherwise remove the NUL characters.");

    /// <summary>Bytes that are no text in the file's encoding.</summary>
    public static readonly ErrorCode Encoding = new(
        "data.encoding", ErrorKind.InvalidInput, "Declare the file's encoding (utf-8, utf-16, gb18030, gbk), or save it as UTF-8.");

    /// <summary>A quoted field that does not end before the file does.</summary>
    public static readonly ErrorCode QuoteUnclosed = new(
        "data.quote-unclosed", ErrorKind.InvalidInput, "Close the quote that begins in this row.");

    /// <summary>A quote inside a field that is not quoted, or text behind a closing quote.</summary>
    public static readonly ErrorCode QuoteMisplaced = new(
        "data.quote-misplaced", ErrorKind.InvalidInput, "Quote the whole field and write each quote in it twice.");

    /// <summary>The value of a number column is not a number.</summary>
    public static readonly ErrorCode ValueNotNumber = new(
        "data.value-not-a-number", ErrorKind.InvalidInput, "Correct the value, declare how missing values are written, or declare text.");

    /// <summary>A number does not fit 64 bits at the declared scale.</summary>
    public static readonly ErrorCode ValueOverflow = new(
        "data.value-overflow", ErrorKind.InvalidInput, "Correct the value, or declare a smaller scale.");

    /// <summary>A number has more decimal digits than declared.</summary>
    public static readonly ErrorCode ValueTooPrecise = new(
        "data.value-too-precise", ErrorKind.InvalidInput, "Declare a larger scale, or round the values before they are added.");

    /// <summary>A key column of a type that does not compare as a key.</summary>
    public static readonly ErrorCode KeyType = new(
        "data.key-type", ErrorKind.InvalidInput, "Declare key columns as text or integer.");

    /// <summary>A key is blank and the rule forbids it.</summary>
    public static readonly ErrorCode KeyBlank = new(
        "data.key-blank", ErrorKind.InvalidInput, "Fill in the key, or let the job skip blank keys.");

    /// <summary>A key stands twice and the rule forbids it.</summary>
    public static readonly ErrorCode KeyDuplicate = new(
        "data.key-duplicate", ErrorKind.InvalidInput, "Remove the repeated row, or let the job count repeated keys once.");

    /// <summary>The runtime cannot apply Unicode NFKC, which the key rule asks for.</summary>
    public static readonly ErrorCode KeyForm = new(
        "data.key-form", ErrorKind.Failed, "Install the ICU library (libicu) and start again without DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");

    /// <summary>The connection string is not where the location says.</summary>
    public static readonly ErrorCode DatabaseCredential = new(
        "data.database-credential", ErrorKind.InvalidInput, "Set the named variable, or put the connection string into the named file.");

    /// <summary>Others than its owner may read the credential file.</summary>
    public static readonly ErrorCode DatabaseCredentialOpen = new(
        "data.database-credential-open", ErrorKind.InvalidInput, "Let only the owner read the file: chmod 600.");

    /// <summary>The database cannot be reached.</summary>
    public static readonly ErrorCode DatabaseUnreachable = new(
        "data.database-unreachable", ErrorKind.Failed, "Check that the database runs and that host and port are right.");

    /// <summary>The database refuses the user.</summary>
    public static readonly ErrorCode DatabaseRefused = new(
        "data.database-refused", ErrorKind.Failed, "Check user, password, database and the rights on the table.");

    /// <summary>The database refuses the query.</summary>
    public static readonly ErrorCode DatabaseQuery = new(
        "data.database-query", ErrorKind.InvalidInput, "Run the query by hand as the same user, correct it and add the dataset again.");

    /// <summary>The query took longer than the limit.</summary>
    public static readonly ErrorCode DatabaseTimeout = new(
        "data.database-timeout", ErrorKind.Failed, "Add an index on the order columns, or raise the time limit of the dataset.");

    /// <summary>The database failed while rows were coming.</summary>
    public static readonly ErrorCode DatabaseFailed = new(
        "data.database-failed", ErrorKind.Failed, "Look into the log of the database; then submit the job again.");

    /// <summary>What is wrong and where.</summary>
    public SourceProblem Problem { get; } = problem;

    internal static SourceException At(ErrorCode code, string rule, long? row = null, string? column = null) =>
        new(new SourceProblem(code, row, column, rule));
}
