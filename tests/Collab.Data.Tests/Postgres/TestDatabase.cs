using Collab.Data.Postgres;
using Collab.Data.Tests.Contract;
using Npgsql;

namespace Collab.Data.Tests.Postgres;

/// <summary>A real PostgreSQL server; tests/run starts one and says where it is.</summary>
internal static class TestDatabase
{
    public const string Variable = "COLLAB_TEST_POSTGRES";

    public static string ConnectionString => Environment.GetEnvironmentVariable(Variable)
        ?? throw new InvalidOperationException($"{Variable} holds no connection string. Run the tests with tests/run, which starts a server.");

    public static PostgresLocation Location(string query, params string[] orderBy) =>
        PostgresLocation.Create(new PostgresLocationLiteral { ConnectionVariable = Variable, Query = query, OrderBy = orderBy });

    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A new table of text columns and one more that numbers the rows.</summary>
    public static async Task<string> CreateTableAsync(TestTable table)
    {
        var name = NewName();
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        var columns = string.Join(", ", table.Names.Select(column => $"{PostgresLocation.Quote(column)} text"));
        await using (var create = new NpgsqlCommand($"CREATE TABLE {name} (row_number_of_test int, {columns})", connection))
            await create.ExecuteNonQueryAsync();

        // The rows are stored backwards, so that only the order columns can bring them into order.
        await using var writer = await connection.BeginBinaryImportAsync($"COPY {name} FROM STDIN (FORMAT binary)");
        for (var row = table.Rows.Count - 1; row >= 0; row--)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(row);
            foreach (var cell in table.Rows[row])
            {
                if (cell is null) await writer.WriteNullAsync();
                else await writer.WriteAsync(cell);
            }
        }

        await writer.CompleteAsync();
        return name;
    }

    /// <summary>Waits until the server runs a statement that is like the pattern.</summary>
    public static async Task UntilRunningAsync(string pattern)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_sleep(0.02), pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' AND query LIKE $1", connection);
        command.Parameters.AddWithValue(pattern);
        while ((long)(await command.ExecuteScalarAsync())! == 0) { }
    }

    public static string NewName() => $"test_{Guid.NewGuid():N}";
}
