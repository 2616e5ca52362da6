using System.Globalization;
using System.Text;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>A trail as a table: one line an event (RFC 4180), for spreadsheets.</summary>
public static class TrailCsv
{
    private static readonly string[] Header = ["job", "requester", "purpose", "datasets", "state", "time", "party", "kind", "code", "text", "run", "index"];

    /// <summary>The table's bytes, in UTF-8.</summary>
    public static byte[] Write(AuditTrail trail)
    {
        var text = new StringBuilder();
        Line(text, Header);
        foreach (var job in trail.Jobs)
            foreach (var e in job.Events)
                Line(text, [job.Job.ToString(), job.Requester.Name, job.Purpose, string.Join("; ", job.Datasets.Select(d => $"{d.Owner} {d.Name ?? d.Id.Short}")), job.State, .. Cells(e)]);
        foreach (var e in trail.Others) Line(text, ["", "", "", "", "", .. Cells(e)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string?[] Cells(TrailEvent e) =>
    [
        e.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), e.Party.Name, e.Kind, e.Code, e.Text, e.Run?.ToString(),
        e.Index?.ToString(CultureInfo.InvariantCulture),
    ];

    private static void Line(StringBuilder text, IEnumerable<string?> cells) => text.AppendJoin(',', cells.Select(c => Cell(c ?? ""))).Append("\r\n");

    // What begins like a formula is run by a spreadsheet, and names of datasets are other parties' to choose; an apostrophe makes it text.
    private static string Cell(string value)
    {
        var safe = value.FirstOrDefault() is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? $"'{value}" : value;
        return safe.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
