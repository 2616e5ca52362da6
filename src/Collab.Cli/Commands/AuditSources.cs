using System.CommandLine;
using Collab.Wire.Operator;

namespace Collab.Cli.Commands;

/// <summary>Where a verb of the auditor takes its evidence from: files that somebody was given, else the own node.</summary>
internal static class AuditSources
{
    public static Option<FileInfo[]> Files { get; } = new("--in")
    {
        Description = "Bundles and archives to read, with no node and no network.", AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.ZeroOrMore,
    };

    public static Option<DateTimeOffset?> From { get; } = new("--from") { Description = "From this moment on, for example 2026-11-01." };

    public static Option<DateTimeOffset?> To { get; } = new("--to") { Description = "Before this moment." };

    /// <summary>The files named, or what the node answers to a request.</summary>
    public static async Task<IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)>> ReadAsync(ParseResult parsed, object request, CancellationToken cancellation)
    {
        if (parsed.GetValue(Files) is { Length: > 0 } files) return [.. files.Select(f => (f.FullName, AuditCommands.ReadBundle(f)))];
        using var client = Shared.Connect(parsed);
        using var memory = new MemoryStream();
        await client.CopyAsync(Verbs.ExportEvidence, request, memory, cancellation);
        return [(request is EvidenceRequest ? "archive" : "run.evidence", memory.ToArray())];
    }
}
