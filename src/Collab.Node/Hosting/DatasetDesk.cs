using Collab.Data;
using Collab.Data.Csv;
using Collab.Data.Postgres;
using Collab.Engine.Datasets;
using Collab.Jobs;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What the operator asks about datasets.</summary>
internal sealed class DatasetDesk(NodeParts parts)
{
    public async Task<DatasetView> AddAsync(AddDatasetRequest request, CancellationToken cancellation) => Views.Of(await parts.Datasets.AddAsync(
        Describe(request.Name, request.Csv, request.Postgres, request.Columns) with { Record = request.Record, Subject = request.Subject }, cancellation));

    public async Task<DatasetsView> ListAsync(CancellationToken cancellation)
    {
        var (offers, silent) = (new List<DatasetOffer>(parts.Datasets.Offers), new List<string>());
        foreach (var peer in parts.Peers.Members.Where(m => m != parts.Self))
        {
            try
            {
                offers.AddRange(await parts.Peers.ListDatasetsAsync(peer, cancellation));
            }
            catch (CollabException)
            {
                silent.Add(peer.Name);
            }
        }

        return new([.. offers.Select(Views.Of)], silent);
    }

    public OwnDatasetsView ListOwn() => new([.. parts.Datasets.Own.Select(own => own.Description switch
    {
        { Csv: { } csv } => new OwnDatasetView(Views.Of(own.Offer), "csv", csv.Path, own.RowCount),
        { Postgres: { } postgres } => new OwnDatasetView(Views.Of(own.Offer), "postgres", postgres.Table ?? postgres.Query ?? "", own.RowCount),
        _ => new OwnDatasetView(Views.Of(own.Offer), "record", "", own.RowCount),
    })]);

    public async Task<DatasetCheckView> CheckAsync(CheckDatasetRequest request, CancellationToken cancellation)
    {
        var description = Describe("checked", request.Csv, request.Postgres, request.Columns);
        var reading = await DatasetReading.OfAsync(description, request.Key ?? [], RandomSource.System, cancellation);
        return new(
            reading.Report.Complete, reading.Report.RowCount, reading.Encoding, reading.Delimiter is '\t' ? "tab" : reading.Delimiter?.ToString(),
            [.. reading.Report.Columns.Select(Of)],
            [.. reading.Report.Problems.Select(Of)]);
    }

    public ReceivedFileView Receive(FilePieceRequest request)
    {
        if (request.File is { } known) return new(known, parts.Received.Append(known, request.Offset, request.Content));
        if (request.Offset != 0) throw new CollabException(OperatorEndpoint.RequestInvalid, "The first piece of a file begins at its first byte.");
        var (name, bytes) = parts.Received.Begin(request.Content, parts.Datasets.Own.Select(own => own.Description.Csv?.Path).OfType<string>());
        return new(name, bytes);
    }

    private DatasetDescription Describe(string name, CsvSource? csv, PostgresSource? postgres, IReadOnlyList<ColumnView>? columns) => new(
        name,
        csv is null ? null : new CsvLocationLiteral { Path = PathOf(csv), Encoding = csv.Encoding, Delimiter = csv.Delimiter, Missing = csv.Missing },
        postgres is null
            ? null
            : new PostgresLocationLiteral
            {
                ConnectionVariable = postgres.ConnectionVariable, ConnectionFile = postgres.ConnectionFile, Table = postgres.Table,
                Query = postgres.Query, OrderBy = postgres.OrderBy,
            },
        columns is null ? null : [.. columns.Select(ToSchema)]);

    private string PathOf(CsvSource csv) => (csv.Path, csv.Received) switch
    {
        ({ } path, null) => path,
        (null, { } received) => parts.Received.PathOf(received),
        _ => throw new CollabException(DatasetDescription.Invalid, "A CSV file is named by its path on the node's machine, or by the name under which the node received it."),
    };

    private static CheckedColumnView Of(CheckedColumn found)
    {
        var column = Views.Of(found.Column);
        return new(column.Name, column.Type, column.Scale, found.MissingCount);
    }

    private static ProblemView Of(ProblemTally problem) =>
        new(problem.Code, problem.Count, [.. problem.First.Select(place => new ProblemPlaceView(place.Row, place.Column, place.Message))], problem.Next);

    private static ColumnSchema ToSchema(ColumnView column) => Enum.TryParse<ColumnType>(column.Type, ignoreCase: true, out var type)
        ? new ColumnSchema(column.Name, type, column.Scale)
        : throw new CollabException(OperatorEndpoint.RequestInvalid, "A column's type is text, integer or decimal.");
}
