using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>A trail as JSON, by the schema protocols/specs/audit-trail.schema.json.</summary>
public static class TrailJson
{
    // The default encoder on purpose: what stands in names is escaped for HTML too, wherever such a file may be shown.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NewLine = "\n",
    };

    /// <summary>The document's bytes, in UTF-8.</summary>
    public static byte[] Write(AuditTrail trail) => JsonSerializer.SerializeToUtf8Bytes(Document(trail), Options);

    /// <summary>The document.</summary>
    public static object Document(AuditTrail trail) => new
    {
        format = "collab-audit-trail/1",
        consortium = trail.Consortium,
        holds = trail.Holds,
        files = trail.Files.Select(f => new
        {
            name = Path.GetFileName(f.Name), exporter = f.Exporter?.Name, exported = f.Exporter is null ? (DateTimeOffset?)null : f.Exported, holds = f.Report.Holds,
            keys = f.Keys?.Fingerprint.ToString(), findings = f.Report.Findings.Select(Finding), notices = f.Report.Notices, notChecked = f.Report.NotChecked,
        }),
        contradictions = trail.Contradictions.Select(c => Finding(c.Finding)),
        jobs = trail.Jobs.Select(j => new
        {
            job = j.Job.ToString(), planKnown = j.PlanKnown, requester = j.Requester.Name, purpose = j.Purpose, protocol = j.Protocol,
            datasets = j.Datasets.Select(d => new { owner = d.Owner.Name, name = d.Name, id = d.Id.ToString(), columns = d.Columns }),
            receivers = j.Receivers.Select(r => r.Name), state = j.State, events = j.Events.Select(Event),
            runs = j.Runs.Select(r => new { run = r.Run.ToString(), outcome = r.Outcome }), missing = j.Missing,
        }),
        others = trail.Others.Select(Event),
    };

    private static object Event(TrailEvent e) =>
        new { time = e.Time, party = e.Party.Name, kind = e.Kind, text = e.Text, code = e.Code, run = e.Run?.ToString(), index = e.Index };

    private static object Finding(Finding f) => new { code = f.Code.Name, part = f.Part, entry = f.Entry, message = f.Message, next = f.Code.Next };
}
