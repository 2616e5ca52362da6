using Collab.Data;
using Collab.Data.Csv;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Datasets;

/// <summary>What a source is found to be before it is registered. It holds no value of the data.</summary>
/// <param name="Report">Its columns, and what would make a job fail.</param>
/// <param name="Encoding">Of a CSV file: how it is written; else null.</param>
/// <param name="Delimiter">Of a CSV file: what stands between fields; else null.</param>
public sealed record DatasetReading(DatasetCheckReport Report, string? Encoding, char? Delimiter)
{
    /// <summary>Reads a source as a job would, to its end, and tells every problem by row and column.</summary>
    /// <param name="description">The source; its columns are inferred when it declares none.</param>
    /// <param name="key">Key columns to be looked at for blanks and repetitions; empty for none.</param>
    /// <param name="random">For the salt under which keys are compared.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <remarks>Where rows are so broken that no types can be inferred, every column counts as text and the rows are told.</remarks>
    /// <exception cref="CollabException">The description is wrong, or the source cannot be opened or has no header.</exception>
    public static async Task<DatasetReading> OfAsync(
        DatasetDescription description, IReadOnlyList<string> key, RandomSource random, CancellationToken cancellation)
    {
        description.Check();
        var location = description.Csv is { } csv ? CsvLocation.Create(csv) : null;
        var form = location is null ? ((string Encoding, char Delimiter)?)null : await CsvReader.FormOfAsync(location, cancellation);
        var schema = description.Columns is { } declared ? new DatasetSchema(declared) : await ProposeAsync(description, location, cancellation);
        var report = await DatasetCheck.RunAsync(description.Open(schema), key, KeyRule.Default, random, cancellationToken: cancellation);
        return new DatasetReading(report, form?.Encoding, form?.Delimiter);
    }

    private static async Task<DatasetSchema> ProposeAsync(DatasetDescription description, CsvLocation? location, CancellationToken cancellation)
    {
        try
        {
            return await description.ProposeSchemaAsync(cancellation);
        }
        catch (SourceException) when (location is not null)
        {
            return (await CsvReader.OpenAsTextAsync(location, cancellation)).Schema; // a row is broken: the check names it, and all others
        }
    }
}
