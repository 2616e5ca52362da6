using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Data;
using Collab.Data.Csv;
using Collab.Data.Postgres;
using Collab.Data.Record;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Datasets;

/// <summary>A dataset as its owner adds it. Credentials are named by reference only.</summary>
/// <param name="Name">The name others will see: 1 to 64 of <c>a-z 0-9 - _</c>.</param>
/// <param name="Csv">A CSV file; this or <paramref name="Postgres"/>.</param>
/// <param name="Postgres">A PostgreSQL table or query; this or <paramref name="Csv"/>.</param>
/// <param name="Columns">The declared columns; null to take those that inference proposes.</param>
public sealed record DatasetDescription(
    string Name, CsvLocationLiteral? Csv, PostgresLocationLiteral? Postgres, IReadOnlyList<ColumnSchema>? Columns)
{
    /// <summary>One record in words, its values by column, instead of a source elsewhere: all text, and kept in the node's encrypted store alone.</summary>
    public IReadOnlyDictionary<string, string>? Record { get; init; }

    /// <summary>The column whose values name whose a row is, for consent; null when none does.</summary>
    public string? Subject { get; init; }

    /// <summary>The description is not one.</summary>
    public static readonly ErrorCode Invalid = new(
        "dataset.invalid", ErrorKind.InvalidInput, "See 'collab dataset add --help' for what describes a dataset.");

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Checks the name and that there is one source.</summary>
    /// <exception cref="CollabException"><see cref="Invalid"/>.</exception>
    public void Check()
    {
        var named = Name.Length is >= 1 and <= 64 && Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
        if (!named) throw new CollabException(Invalid, "A dataset's name is 1 to 64 of a-z, 0-9, '-' and '_'.");
        if (new object?[] { Csv, Postgres, Record }.Count(source => source is not null) != 1)
            throw new CollabException(Invalid, "A dataset has one source: a CSV file, a PostgreSQL table or query, or one record.");
        if (Record is not null && (Record.Count == 0 || Columns is not null))
            throw new CollabException(Invalid, "A record has at least one value, and its columns are text.");
    }

    /// <summary>Opens the source with the declared columns.</summary>
    public IDataSource Open(DatasetSchema schema) => Record is not null ? new RecordSource(Record) : Csv is not null
        ? new CsvReader(CsvLocation.Create(Csv), schema)
        : new PostgresReader(PostgresLocation.Create(Postgres!), schema);

    /// <summary>Reads the source once and proposes its columns.</summary>
    public async Task<DatasetSchema> ProposeSchemaAsync(CancellationToken cancellation) => Record is not null ? new RecordSource(Record).Schema : Csv is not null
        ? await SchemaInference.ProposeAsync(await CsvReader.OpenAsTextAsync(CsvLocation.Create(Csv), cancellation), cancellation)
        : await PostgresReader.ProposeSchemaAsync(PostgresLocation.Create(Postgres!), cancellation);
}
