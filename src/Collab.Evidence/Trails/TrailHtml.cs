using System.Net;
using System.Text;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>A trail as one HTML page that needs nothing else and is ready to be printed: for a file, an e-mail, a court.</summary>
public static class TrailHtml
{
    // Nothing is fetched and nothing runs, whatever stands in a name: the page says so to the browser, too.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private const string Styles = """
        :root { color-scheme: light; }
        body { font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'DejaVu Sans', sans-serif; color: #1c1e21; background: #fff; margin: 0 auto; padding: 32px 24px 64px; max-width: 1040px; }
        h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 18px; margin: 0 0 4px; } h3 { font-size: 14px; margin: 16px 0 4px; }
        p { margin: 4px 0; } .soft { color: #555b63; } code { font: 13px ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
        .verdict { border-left: 4px solid #00795a; background: #eef8f4; padding: 10px 14px; margin: 20px 0; } .verdict.refused { border-color: #b3261e; background: #fdf0ee; }
        section { border-top: 1px solid #d9dce0; margin-top: 28px; padding-top: 18px; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 8px 0; } th { text-align: left; font-weight: 600; font-size: 13px; color: #555b63; }
        th, td { padding: 5px 12px 5px 0; vertical-align: top; border-bottom: 1px solid #eceef0; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; } td.party { white-space: nowrap; font-weight: 600; }
        td.what { width: 100%; overflow-wrap: anywhere; } .code { color: #b3261e; font: 13px ui-monospace, 'DejaVu Sans Mono', monospace; } .state { font-weight: 600; }
        ul { margin: 4px 0; padding-left: 20px; } li { overflow-wrap: anywhere; } figure { margin: 20px 0; } figure svg { max-width: 100%; height: auto; }
        @media print { body { padding: 0; max-width: none; font-size: 11px; } section { break-inside: auto; } tr, h2, h3 { break-inside: avoid; break-after: auto; } .scroll { overflow: visible; } @page { margin: 16mm; } }
        """;

    /// <summary>The page.</summary>
    /// <param name="trail">What it tells.</param>
    /// <param name="made">When it was made.</param>
    /// <param name="software">By which program.</param>
    /// <param name="picture">An SVG document of the time line, drawn by this program; null for none.</param>
    public static string Write(AuditTrail trail, DateTimeOffset made, string software, string? picture)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n<title>Audit of {Text(trail.Consortium ?? "nothing that could be read")}</title>\n<style>\n{Styles}\n</style>\n</head>\n<body>\n");
        page.Append($"<h1>Audit of {Text(trail.Consortium ?? "nothing that could be read")}</h1>\n")
            .Append($"<p class=\"soft\">{trail.Jobs.Count} {Plural(trail.Jobs.Count, "job")}. Made {TrailWords.At(made)} UTC by {Text(software)}. All times are UTC, by the clocks of who acted.</p>\n");
        Verdict(page, trail);
        if (picture is not null) page.Append("<figure>\n").Append(picture).Append("</figure>\n");
        foreach (var job in trail.Jobs) Job(page, job);
        if (trail.Others.Count > 0)
        {
            page.Append("<section>\n<h2>Of no job</h2>\n");
            Events(page, trail.Others);
            page.Append("</section>\n");
        }

        Files(page, trail);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Verdict(StringBuilder page, AuditTrail trail)
    {
        var first = trail.Files.SelectMany(f => f.Report.Findings).Concat(trail.Contradictions.Select(c => c.Finding)).FirstOrDefault();
        page.Append(first is null
            ? $"<div class=\"verdict\"><strong>Verified.</strong> Every signature, every proof and the order of every run hold in {trail.Files.Count} {Plural(trail.Files.Count, "file")}; what cannot be shown is listed at the end.</div>\n"
            : $"<div class=\"verdict refused\"><strong>Does not verify.</strong> <span class=\"code\">{Text(first.Code.Name)}</span> in part <code>{Text(first.Part)}</code>: {Text(first.Message)}</div>\n");
    }

    private static void Job(StringBuilder page, TrailJob job)
    {
        page.Append($"<section>\n<h2>Job <code>{job.Job.Short}</code></h2>\n<p><span class=\"state\">{Text(job.State)}</span>. Asked by <strong>{Text(job.Requester.Name)}</strong>");
        if (job.Purpose is not null) page.Append($" for the purpose <strong>{Text(job.Purpose)}</strong>, with {Text(job.Protocol ?? "")}");
        page.Append($". {(job.Receivers.Count > 0 ? $"Result to {Text(string.Join(", ", job.Receivers))}." : "Who receives the result is not known here.")}</p>\n<ul>\n");
        foreach (var dataset in job.Datasets)
            page.Append($"<li>{Text(dataset.Owner.Name)}: {(dataset.Name is null ? $"dataset <code>{dataset.Id.Short}</code>" : $"<strong>{Text(dataset.Name)}</strong>, columns {Text(string.Join(", ", dataset.Columns))}")}</li>\n");
        page.Append("</ul>\n");
        Events(page, job.Events);
        foreach (var run in job.Runs) page.Append($"<p>Run <code>{run.Run.Short}</code>: <span class=\"state\">{Text(run.Outcome)}</span></p>\n");
        if (job.Missing.Count > 0)
        {
            page.Append("<h3>Not in these files</h3>\n<ul>\n");
            foreach (var missing in job.Missing) page.Append($"<li>{Text(missing)}</li>\n");
            page.Append("</ul>\n");
        }

        page.Append($"<p class=\"soft\">Digest of the plan: <code>{job.Job}</code></p>\n</section>\n");
    }

    private static void Events(StringBuilder page, IReadOnlyList<TrailEvent> events)
    {
        page.Append("<div class=\"scroll\"><table>\n<thead><tr><th>Time</th><th>Party</th><th>What</th></tr></thead>\n<tbody>\n");
        foreach (var e in events)
            page.Append($"<tr><td class=\"time\">{TrailWords.At(e.Time)}</td><td class=\"party\">{Text(e.Party.Name)}</td><td class=\"what\">{Text(e.Text)}{(e.Code is null ? "" : $" <span class=\"code\">{Text(e.Code)}</span>")}</td></tr>\n");
        page.Append("</tbody>\n</table></div>\n");
    }

    private static void Files(StringBuilder page, AuditTrail trail)
    {
        page.Append("<section>\n<h2>Files</h2>\n");
        foreach (var file in trail.Files)
        {
            page.Append($"<h3>{Text(Path.GetFileName(file.Name))}</h3>\n<p>{(file.Exporter is null ? "It could not be read." : $"Exported by {Text(file.Exporter.Name)} {TrailWords.At(file.Exported)}; fingerprint of the parties' keys <code>{file.Keys!.Fingerprint}</code>.")}</p>\n");
            List(page, "Holds", file.Report.Checked);
            List(page, "Does not hold", file.Report.Findings.Select(f => $"{f.Code.Name} in part '{f.Part}'{(f.Entry is null ? "" : $", {f.Entry}")}: {f.Message}"));
            List(page, "Notices", file.Report.Notices);
            List(page, "Not checked", file.Report.NotChecked);
        }

        List(page, "Contradictions", trail.Contradictions.Select(c => $"{c.Finding.Code.Name} in part '{c.Finding.Part}' of {Path.GetFileName(c.File)}: {c.Finding.Message}"));
        page.Append("</section>\n");
    }

    private static void List(StringBuilder page, string heading, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0) return;
        page.Append($"<h3>{heading}</h3>\n<ul>\n");
        foreach (var line in all) page.Append($"<li>{Text(line)}</li>\n");
        page.Append("</ul>\n");
    }

    private static string Plural(int count, string word) => count == 1 ? word : $"{word}s";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
