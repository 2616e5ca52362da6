using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evidence.Archives;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>
/// Evidence packed for archives of research data: an RO-Crate 1.1 (w3id.org/ro/crate/1.1) as a zip file with the evidence, the trail as JSON and HTML,
/// and the parties' keys. The crate describes; what proves is the evidence in it.
/// </summary>
public static class RoCrate
{
    private const string Specification = "https://w3id.org/ro/crate/1.1";
    private const string MetadataFile = "ro-crate-metadata.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Packs a crate.</summary>
    /// <param name="trail">What the evidence tells.</param>
    /// <param name="evidence">The files as they were read: name and bytes.</param>
    /// <param name="page">The trail as an HTML page.</param>
    /// <param name="made">When it is packed; of all entries of the zip file, too.</param>
    /// <param name="software">By which program.</param>
    public static byte[] Pack(AuditTrail trail, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> evidence, string page, DateTimeOffset made, string software)
    {
        var files = new List<(string Name, string Type, string Description, ReadOnlyMemory<byte> Content)>();
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, content) in evidence)
            files.Add((Safe(name, used), "application/octet-stream", EvidenceBundle.KindOf(content.Span) == EvidenceKind.Archive ? "Sealed archive of all logs over a period" : "Sealed evidence of one run", content));
        files.Add(("audit-trail.json", "application/json", "Who asked what of whom, by whose authority, what ran, and what came out", TrailJson.Write(trail)));
        files.Add(("audit-trail.html", "text/html", "The same for reading and printing", System.Text.Encoding.UTF8.GetBytes(page)));
        if (trail.Files.FirstOrDefault(f => f.Keys is not null) is { } file)
            files.Add(("keys.bin", "application/octet-stream", $"The parties' public keys, fingerprint {file.Keys!.Fingerprint}; compare it with them by another way", file.Keys.Encode()));

        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, MetadataFile, JsonSerializer.SerializeToUtf8Bytes(Metadata(trail, files, made, software), Indented), made);
            foreach (var (name, _, _, content) in files) Add(archive, name, content, made);
        }

        return zip.ToArray();
    }

    private static JsonObject Metadata(
        AuditTrail trail, IReadOnlyList<(string Name, string Type, string Description, ReadOnlyMemory<byte> Content)> files, DateTimeOffset made, string software)
    {
        var parties = trail.Files.SelectMany(f => f.Keys?.Policy.Parties.Select(p => p.Party) ?? []).Distinct().Order().ToList();
        var graph = new JsonArray
        {
            new JsonObject { ["@id"] = MetadataFile, ["@type"] = "CreativeWork", ["conformsTo"] = Reference(Specification), ["about"] = Reference("./") },
            new JsonObject
            {
                ["@id"] = "./", ["@type"] = "Dataset", ["name"] = $"Audit of {trail.Consortium ?? "a consortium"}",
                ["description"] = $"Evidence of {trail.Jobs.Count} jobs between {string.Join(", ", parties)}, and what an offline verifier says of it: {(trail.Holds ? "everything holds" : "it does not verify")}.",
                ["datePublished"] = made.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                ["license"] = Reference("#use"), ["hasPart"] = new JsonArray([.. files.Select(f => Reference(f.Name))]),
                ["mentions"] = new JsonArray([.. trail.Jobs.SelectMany(j => j.Runs).Select(r => Reference($"#run-{r.Run}"))]),
            },
            new JsonObject
            {
                ["@id"] = "#use", ["@type"] = "CreativeWork", ["name"] = "For the audit it was exported for",
                ["description"] = "No licence is given: the evidence names datasets and parties of the consortium; ask them before passing it on.",
            },
            new JsonObject { ["@id"] = "#software", ["@type"] = "SoftwareApplication", ["name"] = software },
        };
        foreach (var (name, type, description, content) in files)
        {
            graph.Add(new JsonObject
            {
                ["@id"] = name, ["@type"] = "File", ["name"] = name, ["description"] = description, ["encodingFormat"] = type,
                ["contentSize"] = content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), ["identifier"] = $"hash://sha256/{Convert.ToHexStringLower(SHA256.HashData(content.Span))}",
            });
        }

        foreach (var party in parties) graph.Add(new JsonObject { ["@id"] = $"#party-{party}", ["@type"] = "Organization", ["name"] = party.Name });
        foreach (var job in trail.Jobs) foreach (var run in job.Runs) graph.Add(Run(job, run));
        return new JsonObject { ["@context"] = $"{Specification}/context", ["@graph"] = graph };
    }

    private static JsonObject Run(TrailJob job, TrailRun run)
    {
        var events = job.Events.Where(e => e.Run == run.Run).ToList();
        return new JsonObject
        {
            ["@id"] = $"#run-{run.Run}", ["@type"] = "CreateAction", ["name"] = $"Run {run.Run.Short} of job {job.Job.Short}",
            ["description"] = $"{job.Protocol ?? "protocol not known"}, purpose {job.Purpose ?? "not known"}: {run.Outcome}",
            ["startTime"] = events[0].Time.UtcDateTime.ToString("O"), ["endTime"] = events[^1].Time.UtcDateTime.ToString("O"),
            ["agent"] = Reference($"#party-{job.Requester}"), ["instrument"] = Reference("#software"),
            ["actionStatus"] = Reference(run.Outcome switch
            {
                "committed" => "http://schema.org/CompletedActionStatus",
                "not ended" => "http://schema.org/ActiveActionStatus",
                _ => "http://schema.org/FailedActionStatus",
            }),
        };
    }

    private static JsonObject Reference(string id) => new() { ["@id"] = id };

    private static void Add(ZipArchive archive, string name, ReadOnlyMemory<byte> content, DateTimeOffset made)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = made;
        using var stream = entry.Open();
        stream.Write(content.Span);
    }

    // A name in a crate is a relative path without anything to escape, whatever the file was called.
    private static string Safe(string name, HashSet<string> used)
    {
        var safe = string.Concat(Path.GetFileName(name).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')).TrimStart('.');
        safe = $"evidence-{used.Count + 1}{(safe.Length > 0 ? $"-{safe}" : "")}";
        used.Add(safe);
        return safe;
    }
}
