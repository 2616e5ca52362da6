using Collab.Console.Hosting;
using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Collab.Wire.Operator;

namespace Collab.Console.Pages.Audit;

/// <summary>Takes evidence from the node, and has it verified and told as the command line does: by the bytes alone, whoever gave them.</summary>
internal static class AuditDesk
{
    /// <summary>The logs of all members over a period.</summary>
    public static async Task<byte[]> ArchiveAsync(IOperator node, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await node.CopyAsync(Verbs.ExportEvidence, new EvidenceRequest(true, from, to), content, cancellation);
        return content.ToArray();
    }

    /// <summary>The evidence of a run.</summary>
    /// <param name="node">The node.</param>
    /// <param name="job">The job.</param>
    /// <param name="run">The run; the newest when null.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<byte[]> BundleAsync(IOperator node, string job, string? run, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await node.CopyAsync(Verbs.ExportEvidence, new JobRequest(job, run), content, cancellation);
        return content.ToArray();
    }

    /// <summary>What a file of either kind shows.</summary>
    /// <param name="name">Its name, for people.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="trust">Whose keys are trusted; null for the word of the file alone.</param>
    public static VerifiedFile Verify(string name, ReadOnlyMemory<byte> content, TrustedConsortium? trust) => VerifiedFile.Verify(name, content, trust?.Keys, null, trust?.Founding);

    /// <summary>The story of the node's logs over a period.</summary>
    public static async Task<AuditTrail> TrailAsync(IOperator node, ConsoleSettings settings, TrailFilter filter, CancellationToken cancellation)
    {
        var archive = await ArchiveAsync(node, filter.From, filter.To, cancellation);
        return AuditTrail.Of([Verify("archive", archive, settings.OwnTrust)], settings.Clock.GetUtcNow(), filter);
    }
}
