using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>Who asked what of whom, by whose authority, what ran, and what came out: the story that files of evidence tell together.</summary>
/// <param name="Consortium">The consortium; null when no file could be read.</param>
/// <param name="Jobs">The jobs, by when they were first heard of.</param>
/// <param name="Others">What is of no job: registers of consents, records, what this program does not understand.</param>
/// <param name="Files">The files, each with what its verifier says.</param>
/// <param name="Contradictions">Where files contradict each other.</param>
public sealed record AuditTrail(
    string? Consortium, IReadOnlyList<TrailJob> Jobs, IReadOnlyList<TrailEvent> Others, IReadOnlyList<VerifiedFile> Files,
    IReadOnlyList<(string File, Finding Finding)> Contradictions)
{
    /// <summary>Whether every file verifies and none contradicts another: a trail is no better than what it was read from.</summary>
    public bool Holds => Contradictions.Count == 0 && Files.All(f => f.Report.Holds);

    /// <summary>Tells the story.</summary>
    /// <param name="files">Verified files; of entries that stand in several one counts.</param>
    /// <param name="now">The moment of asking; what has expired is derived from it.</param>
    /// <param name="filter">What to tell; everything when null.</param>
    public static AuditTrail Of(IReadOnlyList<VerifiedFile> files, DateTimeOffset now, TrailFilter? filter = null)
    {
        var entries = files.SelectMany(f => f.Entries).Where(e => e.Envelope is not null).DistinctBy(e => (e.Log, e.Index)).ToList();
        var plans = files.SelectMany(f => f.Plans).DistinctBy(p => p.Digest).ToDictionary(p => p.Digest);
        var receipts = files.SelectMany(f => f.Receipts).DistinctBy(r => r.Digest).ToLookup(r => r.Run);
        var registers = entries.Where(e => e.Operation?.Operation is LedgerOperation.RegisterConsents).ToLookup(e => e.Log);
        var proposed = entries.Where(e => e.Operation?.Operation is LedgerOperation.Propose).Select(e => e.Envelope!.Job).ToHashSet();

        var jobs = entries.Where(e => proposed.Contains(e.Envelope!.Job)).GroupBy(e => e.Envelope!.Job)
            .Select(g => TrailOfJob.Tell(g.Key, plans.GetValueOrDefault(g.Key), [.. g], receipts, registers, now))
            .Where(j => filter?.Fits(j) != false)
            .OrderBy(j => j.Events[0].Time).ThenBy(j => j.Job);
        var others = SeenOrder.Of([.. entries.Where(e => !proposed.Contains(e.Envelope!.Job))])
            .Select(e => TrailWords.Of(e, null, null)).Where(e => filter?.Fits(e) != false);
        return new(files.FirstOrDefault(f => f.Keys is not null)?.Keys!.Consortium, [.. jobs], [.. others], files, EvidenceComparison.Compare(files).Findings);
    }
}
