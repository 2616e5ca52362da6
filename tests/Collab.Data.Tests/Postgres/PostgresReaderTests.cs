using System.Runtime.Versioning;
using Collab.Data.Postgres;
using Collab.Data.Snapshot;
using Collab.Jobs;
using Collab.Primitives;
using Npgsql;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Postgres;

public sealed class PostgresReaderTests
{
    [Fact]
    public async Task Every_type_has_its_proposed_column_and_its_text()
    {
        var location = TestDatabase.Location(
            """
            SELECT 1::int2 AS small, 2::int4 AS middle, 9223372036854775807::int8 AS large, 12.50::numeric(10,2) AS money,
                   0.125::numeric AS exact, 0.1::float8 AS wide, 0.5::float4 AS narrow, true AS yes, 'x'::char(3) AS padded, 'y'::varchar AS short,
                   date '2024-02-29' AS day, timestamptz '2024-02-29 12:00+02' AS moment, '\xDEADBEEF'::bytea AS bytes,
                   '8f14e45f-ceea-467f-a8d5-1c2f0b2a9b11'::uuid AS identity, NULL::int4 AS nothing, '' AS blank
            """,
            "small");
        var schema = await PostgresReader.ProposeSchemaAsync(location);
        Assert.Equal(
            [
                Integer("small"), Integer("middle"), Integer("large"), Decimal("money", 2), Decimal("exact", 3), Decimal("wide", 1),
                Decimal("narrow", 1), Text("yes"), Text("padded"), Text("short"), Text("day"), Text("moment"), Text("bytes"), Text("identity"),
                Integer("nothing"), Text("blank"),
            ],
            schema.Columns);
        AssertCells(
            [
                [
                    "1", "2", "9223372036854775807", "1250", "125", "1", "5", "true", "x", "y", "2024-02-29", "2024-02-29 10:00:00+00", "\\xdeadbeef",
                    "8f14e45f-ceea-467f-a8d5-1c2f0b2a9b11", null, "",
                ],
            ],
            await CellsAsync(new PostgresReader(location, schema)));
    }

    [Theory]
    [InlineData("'NaN'::numeric", "data.value-not-a-number")]
    [InlineData("'Infinity'::float8", "data.value-not-a-number")]
    [InlineData("1e300::float8", "data.value-overflow")]
    [InlineData("0.1234::float8", "data.value-too-precise")]
    [InlineData("12345678901234567890::numeric", "data.value-overflow")]
    public async Task A_number_that_the_schema_cannot_carry_is_told_with_its_row(string value, string code) =>
        await AssertFailsAsync(
            new PostgresReader(TestDatabase.Location($"SELECT 1 AS id, 1 AS v UNION ALL SELECT 2, {value}", "id"), new([Decimal("v", 2)])), code, 2, "v");

    [Fact]
    public async Task Rows_that_the_order_columns_leave_equal_still_come_in_one_order()
    {
        var name = TestDatabase.NewName();
        await TestDatabase.ExecuteAsync($"CREATE TABLE {name} (g int, v text, n numeric)");
        using var salt = SecretBytes.Take(new byte[SnapshotHash.SaltSize]);
        var digests = new HashSet<Digest>();
        foreach (var direction in new[] { "ASC", "DESC" })
        {
            await TestDatabase.ExecuteAsync(
                $"TRUNCATE {name}; INSERT INTO {name} SELECT 1, chr(97 + i % 5) || CASE WHEN i % 2 = 0 THEN 'Z' ELSE 'a' END, (i % 3)::numeric(5,1) "
                + $"FROM generate_series(1, 500) AS i ORDER BY i {direction}");
            var location = PostgresLocation.Create(
                new PostgresLocationLiteral { ConnectionVariable = TestDatabase.Variable, Table = name, OrderBy = ["g"] });
            digests.Add(await CommitAsync(new PostgresReader(location, new([Text("v"), Text("n")])), salt));
        }

        Assert.Single(digests);
    }

    [Fact]
    public async Task A_table_of_a_schema_is_found_letter_by_letter()
    {
        var name = TestDatabase.NewName();
        await TestDatabase.ExecuteAsync($"CREATE SCHEMA \"S {name}\"; CREATE TABLE \"S {name}\".\"My \"\"Table\" (\"An Id\" int); INSERT INTO \"S {name}\".\"My \"\"Table\" VALUES (2), (1)");
        var location = PostgresLocation.Create(
            new PostgresLocationLiteral { ConnectionVariable = TestDatabase.Variable, Table = $"S {name}.My \"Table", OrderBy = ["An Id"] });
        AssertCells([["1"], ["2"]], await CellsAsync(new PostgresReader(location, await PostgresReader.ProposeSchemaAsync(location))));
    }

    [Theory]
    [InlineData("SELECT 1 AS a; DROP TABLE secret_patient", "data.database-query")]
    [InlineData("SELECT 1 AS a) AS source; COMMIT; CREATE TABLE x (a int); SELECT * FROM (SELECT 1 AS a", "data.database-query")]
    [InlineData("DELETE FROM pg_class RETURNING 1 AS a", "data.database-query")]
    [InlineData("SELECT nextval('no_such_sequence') AS a", "data.database-query")]
    [InlineData("SELECT secret_column AS a FROM pg_class", "data.database-query")]
    [InlineData("SELECT 1/0 AS a", "data.database-query")]
    [InlineData("SELECT 'secret-4711'::int AS a", "data.database-query")]
    public async Task A_query_that_is_not_one_reading_select_is_refused_without_its_text(string query, string code)
    {
        var failure = await FailureAsync(new PostgresReader(TestDatabase.Location(query, "a"), new([Integer("a")])));
        Assert.Equal(code, failure.Code.Name);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_writes_through_a_function_is_refused()
    {
        var name = TestDatabase.NewName();
        await TestDatabase.ExecuteAsync(
            $"CREATE TABLE {name} (a int); CREATE FUNCTION f{name}() RETURNS int LANGUAGE sql AS $$ INSERT INTO {name} VALUES (1) RETURNING 1 $$");
        var failure = await FailureAsync(new PostgresReader(TestDatabase.Location($"SELECT f{name}() AS a", "a"), new([Integer("a")])));
        Assert.Equal("data.database-query", failure.Code.Name);
    }

    [Fact]
    public async Task A_query_longer_than_its_limit_is_stopped_by_the_server()
    {
        var location = PostgresLocation.Create(
            new PostgresLocationLiteral
            {
                ConnectionVariable = TestDatabase.Variable, Query = "SELECT 1 AS a FROM pg_sleep(600)", OrderBy = ["a"], TimeoutSeconds = 1,
            });
        Assert.Equal("data.database-timeout", (await FailureAsync(new PostgresReader(location, new([Integer("a")])))).Code.Name);
    }

    [Fact]
    public async Task A_slow_query_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var name = TestDatabase.NewName();
        var reader = new PostgresReader(TestDatabase.Location($"SELECT 1 AS a /* {name} */ FROM pg_sleep(600)", "a"), new([Integer("a")]));
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in reader.ReadAsync(["a"], cancel.Token)) { }
        });
        await TestDatabase.UntilRunningAsync($"COPY%{name}%");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_server_that_ends_the_session_while_rows_come_is_told()
    {
        var name = TestDatabase.NewName();
        var reader = new PostgresReader(TestDatabase.Location($"SELECT 1 AS a /* {name} */ FROM pg_sleep(600)", "a"), new([Integer("a")]));
        var reading = Task.Run(() => FailureAsync(reader));
        await TestDatabase.UntilRunningAsync($"COPY%{name}%");
        await TestDatabase.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%{name}%'");
        Assert.Equal("data.database-failed", (await reading).Code.Name);
    }

    [Fact]
    public async Task Two_columns_of_one_name_are_refused() => Assert.Equal(
        "data.header-duplicate",
        (await Assert.ThrowsAsync<SourceException>(() => PostgresReader.ProposeSchemaAsync(TestDatabase.Location("SELECT 1 AS a, 2 AS a", "a")))).Code.Name);

    [Fact]
    public async Task An_order_column_that_is_not_there_is_named() =>
        await AssertFailsAsync(new PostgresReader(TestDatabase.Location("SELECT 1 AS a", "b"), new([Integer("a")])), "data.column-missing", null, "b");

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        var user = TestDatabase.NewName();
        await TestDatabase.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'right'");
        var wrong = new NpgsqlConnectionStringBuilder(TestDatabase.ConnectionString) { Username = user, Password = "hunter2-secret" };
        var failure = await FailureWithAsync(wrong.ConnectionString);
        Assert.Equal("data.database-refused", failure.Code.Name);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Password=hunter2-secret", "data.database-unreachable")]
    [InlineData("Host=no-such-host.invalid;Username=x;Password=hunter2-secret", "data.database-unreachable")]
    [InlineData("hunter2-secret", "data.database-credential")]
    [InlineData("Host=x;Hunter2=secret", "data.database-credential")]
    [InlineData("Port=hunter2", "data.database-credential")]
    [InlineData(" ", "data.database-credential")]
    public async Task A_connection_that_does_not_come_about_is_told_without_its_string(string connection, string code)
    {
        var failure = await FailureWithAsync(connection);
        Assert.Equal(code, failure.Code.Name);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_missing_variable_is_named()
    {
        var location = PostgresLocation.Create(
            new PostgresLocationLiteral { ConnectionVariable = "COLLAB_NO_SUCH_VARIABLE", Query = "SELECT 1 AS a", OrderBy = ["a"] });
        var failure = await FailureAsync(new PostgresReader(location, new([Integer("a")])));
        Assert.Equal("data.database-credential", failure.Code.Name);
        Assert.Contains("COLLAB_NO_SUCH_VARIABLE", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_credential_file_that_others_may_read_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "connection");
            await File.WriteAllTextAsync(file, TestDatabase.ConnectionString + "\n");
            var location = PostgresLocation.Create(
                new PostgresLocationLiteral { ConnectionFile = "connection", Query = "SELECT 1 AS a", OrderBy = ["a"] }, folder.FullName);
            var reader = new PostgresReader(location, new([Integer("a")]));
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Equal("data.database-credential-open", (await FailureAsync(reader)).Code.Name);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            AssertCells([["1"]], await CellsAsync(reader));
            File.Delete(file);
            Assert.Equal("data.database-credential", (await FailureAsync(reader)).Code.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static TheoryData<string, PostgresLocationLiteral> WrongLiterals
    {
        get
        {
            var good = new PostgresLocationLiteral { ConnectionVariable = "X", Table = "t", OrderBy = ["id"] };
            return new TheoryData<string, PostgresLocationLiteral>
            {
                { "no connection", good with { ConnectionVariable = null } },
                { "two connections", good with { ConnectionFile = "f" } },
                { "a connection string for a variable", good with { ConnectionVariable = "Host=h;Password=p" } },
                { "no rows", good with { Table = null } },
                { "table and query", good with { Query = "SELECT 1" } },
                { "three parts", good with { Table = "a.b.c" } },
                { "no order", good with { OrderBy = null } },
                { "an empty order", good with { OrderBy = [] } },
                { "no time", good with { TimeoutSeconds = 0 } },
                { "too much time", good with { TimeoutSeconds = 86_401 } },
            };
        }
    }

    [Theory, MemberData(nameof(WrongLiterals))]
    public void A_wrong_description_is_refused(string what, PostgresLocationLiteral literal)
    {
        Assert.NotEmpty(what);
        Assert.Equal("data.location-invalid", Assert.Throws<SourceException>(() => PostgresLocation.Create(literal)).Code.Name);
    }

    private static async Task<SourceException> FailureWithAsync(string connectionString)
    {
        var variable = $"COLLAB_TEST_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, connectionString);
        try
        {
            var location = PostgresLocation.Create(new PostgresLocationLiteral { ConnectionVariable = variable, Query = "SELECT 1 AS a", OrderBy = ["a"] });
            return await FailureAsync(new PostgresReader(location, new([Integer("a")])));
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }
}
