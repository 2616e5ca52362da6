using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Pages.Datasets;

/// <summary>What the form of a dataset holds.</summary>
internal sealed record DatasetInput(
    string From, string? Received, string? Path, string? Encoding, string? Delimiter, string? Missing,
    string? ConnectionVariable, string? ConnectionFile, string? Table, string? Query, string? OrderBy, string? Key, string? Name, string? Subject)
{
    /// <summary>The form before anything is filled in.</summary>
    public static DatasetInput Empty { get; } = new("upload", null, null, null, null, null, null, null, null, null, null, null, null, null);

    /// <summary>What tells one source from another: columns that were found in one are not declared for another.</summary>
    public string Signature => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new[] { From, From == "upload" ? Received : From == "path" ? Path : null, Encoding, Delimiter, Missing, Table, Query })));

    /// <summary>The columns of the form; null where it has none of this source.</summary>
    public IReadOnlyList<ColumnView>? Columns { get; private init; }

    public static DatasetInput Of(IFormCollection form)
    {
        string? Text(string name) => form[name].ToString().Trim() is { Length: > 0 } text ? text : null;
        var input = new DatasetInput(
            Text("from") is "path" or "postgres" ? Text("from")! : "upload", Text("received"), Text("path"), Text("encoding"), Text("delimiter"), Text("missing"),
            Text("connection-variable"), Text("connection-file"), Text("table"), Text("query"), Text("order-by"), Text("key"), Text("name"), Text("subject"));
        var (names, types, scales) = (form["column-name"], form["column-type"], form["column-scale"]);
        return names.Count == 0 || names.Count != types.Count || names.Count != scales.Count || Text("checked") != input.Signature
            ? input
            : input with { Columns = [.. names.Zip(types, scales).Select(column => Column(column.First!, column.Second!, column.Third!))] };
    }

    /// <summary>With another file, whose columns are not known yet.</summary>
    public DatasetInput With(string received) => this with { Received = received, Columns = null };

    public CsvSource? Csv => From switch
    {
        "upload" => new CsvSource(null, Encoding, DelimiterText, Words(Missing), Received ?? ""),
        "path" => new CsvSource(Path ?? "", Encoding, DelimiterText, Words(Missing)),
        _ => null,
    };

    public PostgresSource? Postgres => From == "postgres" ? new PostgresSource(ConnectionVariable, ConnectionFile, Table, Query, Words(OrderBy)) : null;

    public IReadOnlyList<string>? KeyColumns => Words(Key);

    private string? DelimiterText => Delimiter == "tab" ? "\t" : Delimiter;

    private static string[]? Words(string? text) => text?.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // A scale counts for decimals alone; what is no number is said by the node.
    private static ColumnView Column(string name, string type, string scale) =>
        new(name, type, type != "decimal" ? 0 : int.TryParse(scale, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : -1);
}
