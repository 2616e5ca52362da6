using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Collab.Data.Postgres;

/// <summary>A connection for one reading: one read-only transaction that sees one state of the database, with a time limit.</summary>
internal sealed class PostgresConnection : IAsyncDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly NpgsqlConnection _connection;

    private PostgresConnection(NpgsqlConnection connection) => _connection = connection;

    public static async Task<PostgresConnection> OpenAsync(PostgresLocation location, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString(location));
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var begin = new NpgsqlCommand(Begin(location.Timeout), connection);
            await using var _ = begin.ConfigureAwait(false);
            await begin.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return new PostgresConnection(connection);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (Translate(e, SourceException.DatabaseUnreachable, "the database cannot be reached") is { } translated) throw translated;
            throw;
        }
    }

    /// <summary>The columns of the rows: name, type and scale as the database declares them.</summary>
    /// <remarks>
    /// Sent as a batch of one, which the server takes only if it is a single statement: a query that smuggles a second one in
    /// fails here, before it is ever sent as text.
    /// </remarks>
    public async Task<IReadOnlyList<PostgresColumn>> DescribeAsync(PostgresLocation location, CancellationToken cancellationToken)
    {
        try
        {
            var batch = new NpgsqlBatch(_connection) { BatchCommands = { new NpgsqlBatchCommand($"SELECT * FROM (\n{location.Rows}\n) AS source LIMIT 0") } };
            await using var _ = batch.ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var columns = await reader.GetColumnSchemaAsync(cancellationToken).ConfigureAwait(false);
            return [.. columns.Select(column => new PostgresColumn(column.ColumnName, column.DataTypeName ?? "", column.NumericScale))];
        }
        catch (Exception e) when (Translate(e) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Begins to copy the rows of a SELECT out as CSV.</summary>
    public async Task<NpgsqlRawCopyStream> CopyAsync(string select, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await _connection.BeginTextExportAsync(
                $"COPY ({select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')", cancellationToken).ConfigureAwait(false);
            return (NpgsqlRawCopyStream)((StreamReader)reader).BaseStream; // the bytes: the rows are cut as UTF-8, and text is made only of text columns
        }
        catch (Exception e) when (Translate(e) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Tells the server to send no more rows.</summary>
    public static async ValueTask CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or NpgsqlException)
        {
            // The copy has failed already, which is why it is being left; that failure is the one to tell.
        }
    }

    /// <summary>Makes a failure of the client library one of ours, without the server's text, which may quote data.</summary>
    public static SourceException? Translate(Exception e) =>
        Translate(e, SourceException.DatabaseFailed, "the database failed while it was read");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static SourceException? Translate(Exception e, Primitives.ErrorCode otherwise, string rule) => e switch
    {
        PostgresException p => p.SqlState switch
        {
            "57014" => At(SourceException.DatabaseTimeout, "the reading took longer than its limit"),
            "25006" => At(SourceException.DatabaseQuery, "the query writes, and a source is only read"),
            "3D000" or "42501" or ['2', '8', ..] => At(SourceException.DatabaseRefused, $"the database refuses the user (SQLSTATE {p.SqlState})"),
            ['0', 'A', ..] or ['2', '2', ..] or ['4', '2', ..] => At(SourceException.DatabaseQuery, $"the database refuses the query (SQLSTATE {p.SqlState})"),
            _ => At(otherwise, $"{rule} (SQLSTATE {p.SqlState})"),
        },
        NpgsqlException or SocketException or IOException or TimeoutException or AuthenticationException => At(otherwise, rule),
        _ => null,
    };

    private static SourceException At(Primitives.ErrorCode code, string rule) => SourceException.At(code, rule);

    /// <summary>What a session must have so that the same values are written with the same letters.</summary>
    private static string Begin(TimeSpan timeout) => $"""
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL statement_timeout = {(long)timeout.TotalMilliseconds};
        SET LOCAL datestyle = 'ISO, YMD';
        SET LOCAL intervalstyle = 'iso_8601';
        SET LOCAL timezone = 'UTC';
        SET LOCAL extra_float_digits = 1;
        SET LOCAL bytea_output = 'hex';
        """;

    private static string ConnectionString(PostgresLocation location)
    {
        var text = location.ConnectionFile is { } file ? ReadFile(file) : Environment.GetEnvironmentVariable(location.ConnectionVariable!);
        if (string.IsNullOrWhiteSpace(text))
            throw At(SourceException.DatabaseCredential, $"the connection string is not in {Place(location)}");
        try
        {
            return new NpgsqlConnectionStringBuilder(text)
            {
                ApplicationName = "collab",
                Pooling = false, // one job, one connection; nothing of it stays open
                IncludeErrorDetail = false, // details quote rows
                PersistSecurityInfo = false,
                CommandTimeout = 0, // the server's statement_timeout is the limit
                ClientEncoding = "UTF8",
                TcpKeepAlive = true,
            }.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw At(SourceException.DatabaseCredential, $"what is in {Place(location)} is no connection string"); // not e: it quotes the text
        }
    }

    private static string Place(PostgresLocation location) =>
        location.ConnectionFile is null ? $"the variable {location.ConnectionVariable}" : "the file that connectionFile names";

    private static string ReadFile(string file)
    {
        if (OperatingSystem.IsWindows())
            throw At(SourceException.DatabaseCredential, "who may read a file cannot be checked on this system; connectionVariable can be used");
        try
        {
            using var stream = File.OpenRead(file);
            if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0) // of what is open, so that no swap of the file comes between
                throw At(SourceException.DatabaseCredentialOpen, "others than its owner may use the file that connectionFile names");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd().Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw At(SourceException.DatabaseCredential, "the file that connectionFile names cannot be read");
        }
    }
}

/// <summary>A column of a query as the database declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type's name, for example <c>numeric(10,2)</c>.</param>
/// <param name="Scale">The declared scale of a numeric, or null.</param>
internal sealed record PostgresColumn(string Name, string Type, int? Scale);
