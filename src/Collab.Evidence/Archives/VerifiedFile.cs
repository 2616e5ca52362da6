using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>A file of evidence of either kind, verified on its own, with what it says of the states of logs for comparing it with others.</summary>
public sealed class VerifiedFile
{
    private readonly OpenedArchive? _archive;
    private readonly IReadOnlyDictionary<PartyId, LogExtract> _extracts = new Dictionary<PartyId, LogExtract>();

    private VerifiedFile(string name, VerificationReport report, OpenedArchive? archive, (EvidenceBundle File, Contents Contents)? run)
    {
        (Name, Report, _archive) = (name, report, archive);
        if (archive is { } a)
        {
            (Keys, Exporter, Exported) = (a.Contents.Keys, a.File.Exporter, a.File.Exported);
            Checkpoints = a.Contents.Logs.ToDictionary(l => l.Key, l => l.Value.Checkpoint);
            (Entries, Plans, Receipts) = (a.Contents.Entries, [.. a.Contents.Plans.Values], [.. a.Contents.Receipts.Values]);
        }
        else if (run is { } r)
        {
            (Keys, Exporter, Exported) = (r.Contents.Keys, r.File.Exporter, r.File.Exported);
            _extracts = r.Contents.Logs;
            Checkpoints = _extracts.ToDictionary(l => l.Key, l => l.Value.Checkpoint);
            Entries = [.. _extracts.SelectMany(l => l.Value.Entries.Select(e => ArchiveEntry.Of(l.Key, e.Inclusion.Index, e.Entry.Span)))];
            (Plans, Receipts) = ([r.Contents.Plan], [.. r.Contents.Receipts.Values]);
        }
    }

    /// <summary>The file's name, for people.</summary>
    public string Name { get; }

    /// <summary>What its verifier says.</summary>
    public VerificationReport Report { get; }

    /// <summary>The parties' keys in it; null when it could not be read. They are as trustworthy as the report says.</summary>
    public TrustedKeys? Keys { get; }

    /// <summary>Who exported it; null when it could not be read.</summary>
    public PartyId? Exporter { get; }

    /// <summary>When, by the exporter's clock.</summary>
    public DateTimeOffset Exported { get; }

    /// <summary>The checkpoint of each log in it, for whoever compares them with something else, such as an anchor on a chain.</summary>
    public IReadOnlyDictionary<PartyId, SignedCheckpoint> Checkpoints { get; } = new Dictionary<PartyId, SignedCheckpoint>();

    /// <summary>The entries in it, log by log and by index.</summary>
    public IReadOnlyList<ArchiveEntry> Entries { get; } = [];

    /// <summary>The plans in it.</summary>
    public IReadOnlyList<Plan> Plans { get; } = [];

    /// <summary>The receipts in it.</summary>
    public IReadOnlyList<Receipt> Receipts { get; } = [];

    /// <summary>How much of each log it holds without a gap, from the first index to the one after the last; a bundle holds none.</summary>
    public IReadOnlyDictionary<PartyId, (long First, long End)> Windows =>
        _archive?.Contents.Logs.ToDictionary(l => l.Key, l => (l.Value.First, l.Value.End)) ?? [];

    /// <summary>Verifies a file of either kind.</summary>
    /// <param name="name">The file's name, for people.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="trusted">The keys the auditor trusts, from another way than the file; null when there are none.</param>
    /// <param name="shown">A result with the opening of its commitment, when the auditor was shown one; of bundles only.</param>
    /// <param name="founding">How the consortium was founded, by which roles are judged; of archives only.</param>
    public static VerifiedFile Verify(string name, ReadOnlyMemory<byte> file, TrustedKeys? trusted = null, ShownResult? shown = null, Standing? founding = null)
    {
        if (EvidenceBundle.KindOf(file.Span) == EvidenceKind.Archive)
        {
            var (report, archive) = ArchiveVerifier.Open(file, trusted, founding);
            return new(name, report, archive, null);
        }

        var verified = BundleVerifier.Verify(file, trusted, shown);
        try
        {
            var bundle = EvidenceBundle.Read(file);
            return new(name, verified, null, (bundle, Contents.Read(bundle)));
        }
        catch (EvidenceException)
        {
            return new(name, verified, null, null); // the report says why
        }
    }

    /// <summary>The states of a log that this file proves and names: its checkpoint and what its entries had seen.</summary>
    internal IEnumerable<(long Size, Digest Root)> StatesOf(PartyId party)
    {
        if (Checkpoints.TryGetValue(party, out var checkpoint)) yield return (checkpoint.Size, checkpoint.Root);
        var histories = _extracts.TryGetValue(party, out var extract) ? extract.Histories
            : _archive is not null && _archive.Contents.Logs.TryGetValue(party, out var log) ? log.Histories : [];
        foreach (var history in histories) yield return (history.Consistency.OldSize, history.Root);
    }

    /// <summary>The root this file has for a size of a log, or null when it cannot tell.</summary>
    internal Digest? RootAt(PartyId party, long size)
    {
        if (_archive is not null && _archive.Trees.TryGetValue(party, out var tree) && size >= tree.First && size <= tree.End) return tree.RootAt(size);
        foreach (var state in StatesOf(party)) if (state.Size == size) return state.Root;
        return null;
    }
}
