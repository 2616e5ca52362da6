using System.Text.Json;
using Collab.EndToEnd.Tests.Support;
using Collab.Wire.Operator;
using Npgsql;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>A job whose owner keeps its rows in a real PostgreSQL server.</summary>
public sealed class PostgresTests
{
    private const string Variable = "COLLAB_TEST_POSTGRES"; // the nodes inherit it, and only its name is ever registered

    private static string ConnectionString => Environment.GetEnvironmentVariable(Variable)
        ?? throw new InvalidOperationException($"{Variable} holds no connection string. Run the tests with tests/run, which starts a server.");

    [Fact]
    public async Task A_table_gives_what_a_file_gives_and_one_that_changed_since_is_refused_on_all_sides()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        await using var database = NpgsqlDataSource.Create(ConnectionString);
        var table = $"events_{Guid.NewGuid():N}";
        await ExecuteAsync(database, $"CREATE TABLE {table} (id text PRIMARY KEY, happened text)");
        await ExecuteAsync(database, $"INSERT INTO {table} SELECT 'P' || lpad(i::text, 4, '0'), 'visit' FROM generate_series(90, 129) AS i");
        await study.OperatorOf(Registry).CallAsync<DatasetView>(
            Verbs.AddDataset, new AddDatasetRequest("events", null, new PostgresSource(Variable, null, table, null, ["id"]), null), CancellationToken.None);

        var job = await study.SubmitAsync("intersection");
        var verdict = await study.SettledAsync(job);
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(job, verdict);
        var view = await study.FindAsync(Registry, job);
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(view!.Result!, "result.json"), TestContext.Current.CancellationToken));
        Assert.Equal(
            Enumerable.Range(90, 10).Select(i => $"p{i:D4}"), // the clinic has P0000 to P0099; the default key rule makes lower case
            result.RootElement.GetProperty("keys").EnumerateArray().Select(key => key[0].GetString()));

        await ExecuteAsync(database, $"UPDATE {table} SET id = 'P9999' WHERE id = 'P0090'");
        var refused = await study.SettledAsync(await study.SubmitAsync("intersection"));
        Assert.Equal(("aborted", "run.data-changed", Registry.Name), (refused.State, refused.Code, refused.Party));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
