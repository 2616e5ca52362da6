using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>Puts the logs of all members over a period into one file, at any member: each holds copies of all of them (protocols/specs/audit-archive.md).</summary>
public sealed class ArchiveExporter
{
    private readonly ArchivePeriod _period;
    private readonly IReadOnlyList<CopyOfLog> _logs;

    private ArchiveExporter(ArchivePeriod period, IReadOnlyList<CopyOfLog> logs) => (_period, _logs) = (period, logs);

    /// <summary>Reads the copies of all logs as they are now.</summary>
    /// <param name="period">What is asked for.</param>
    /// <param name="logs">The copies; one without a final checkpoint holds nothing anybody vouches for and is left out.</param>
    public static ArchiveExporter Read(ArchivePeriod period, IReadOnlyDictionary<PartyId, ILogView> logs) =>
        new(period, [.. logs.OrderBy(l => l.Key).Where(l => l.Value.Final is not null).Select(l => new CopyOfLog(l.Key, l.Value, period))]);

    /// <summary>
    /// Whether every state that an entry saw is held here. A copy lags behind for moments; whoever exports waits for it, and no longer than
    /// moments, for a party may name a state that never was.
    /// </summary>
    public bool IsCurrent => _logs.SelectMany(l => l.Entries).All(e => e.Envelope is null
        || e.Envelope.Heads.All(h => h.Size == 0 || _logs.Any(l => l.Party == h.Party && h.Size <= (ulong)l.Size)));

    /// <summary>Writes the archive.</summary>
    /// <param name="exporter">Who exports.</param>
    /// <param name="key">The exporter's log key, for the seal.</param>
    /// <param name="now">The exporter's clock.</param>
    /// <param name="software">Name and version of the program.</param>
    /// <param name="keys">The parties' public keys.</param>
    /// <param name="planOf">The plan of a job, as far as this party holds it and shows it.</param>
    /// <param name="receiptOf">A party's receipt of a run, as far as this party holds it and shows it.</param>
    public byte[] Write(
        PartyId exporter, SigningKey key, DateTimeOffset now, string software, TrustedKeys keys,
        Func<Digest, Plan?> planOf, Func<Digest, PartyId, Receipt?> receiptOf)
    {
        var within = _logs.SelectMany(l => l.Window).ToList();
        var jobs = within.Select(e => e.Envelope?.Job).OfType<Digest>().ToHashSet();
        var runs = within.Select(RunOf).OfType<Digest>().ToHashSet();
        var taken = _logs.ToDictionary(l => l, l => l.OthersOn(jobs, runs).ToList());
        var all = within.Concat(taken.Values.SelectMany(o => o)).ToList();
        var heads = all.SelectMany(e => e.Envelope?.Heads ?? []).ToLookup(h => h.Party);

        var plans = jobs.Order().Select(planOf).OfType<Plan>().ToList();
        var receipts = all.Select(e => e.Operation?.Operation).OfType<LedgerOperation.Commit>()
            .Select(c => (c.Run, c.Author)).Distinct().Order()
            .Select(c => receiptOf(c.Run, c.Author)).OfType<Receipt>().ToList();
        List<BundlePart> parts =
        [
            new(Contents.KeysPart, keys.Encode()),
            new(ArchiveContents.PeriodPart, _period.Encode()),
            .. _logs.Select(l => new BundlePart($"{Contents.LogPrefix}{l.Party}", l.ToPart(taken[l], heads[l.Party]).Encode())),
            new(ArchiveContents.PlansPart, ArchiveContents.Encode(plans, p => p.Encode())),
            new(ArchiveContents.ReceiptsPart, ArchiveContents.Encode(receipts, r => r.Encode())),
        ];
        return EvidenceBundle.Write(exporter, key, now, software, parts, EvidenceKind.Archive);
    }

    private static Digest? RunOf(ArchiveEntry entry) => entry.Operation is { } signed ? EvidenceGathering.RunOf(signed.Operation) : null;

    private sealed class CopyOfLog
    {
        private readonly ILogView _view;
        private readonly Ledger.Notes.SignedCheckpoint _final;
        private readonly IReadOnlyList<ReadOnlyMemory<byte>> _bytes;
        private readonly int _first;
        private readonly int _end;

        public CopyOfLog(PartyId party, ILogView view, ArchivePeriod period)
        {
            (Party, _view, _final) = (party, view, view.Final!);
            _bytes = view.ReadEntries(0, _final.Size);
            Entries = [.. _bytes.Select((e, i) => ArchiveEntry.Of(party, i, e.Span))];

            // An author's clock may jump; the window is one piece that holds every entry of the period, and whatever stands between them.
            _first = period.From is null ? 0 : IndexOf(0, e => e.Time >= period.From);
            _end = period.To is null ? Entries.Count : _first;
            for (var i = _first; period.To is not null && i < Entries.Count; i++)
                if (Entries[i].Envelope is { } e && e.Time < period.To) _end = i + 1;
        }

        public PartyId Party { get; }

        public IReadOnlyList<ArchiveEntry> Entries { get; }

        public long Size => _final.Size;

        public IEnumerable<ArchiveEntry> Window => Entries.Skip(_first).Take(_end - _first);

        // What the jobs of the window need from outside of it: all that is of no run, and what is of a run of the window.
        public IEnumerable<ArchiveEntry> OthersOn(HashSet<Digest> jobs, HashSet<Digest> runs) => Entries.Where(e =>
            (e.Index < _first || e.Index >= _end) && e.Envelope is { } envelope && jobs.Contains(envelope.Job)
            && (RunOf(e) is not { } run || runs.Contains(run)));

        public ArchiveLog ToPart(IReadOnlyList<ArchiveEntry> others, IEnumerable<LedgerHead> heads) => new(
            _final,
            _first,
            WindowTree.CoverBefore(_first, i => MerkleTree.LeafHash(_bytes[(int)i].Span), _view.ProveInclusion),
            [.. _bytes.Skip(_first).Take(_end - _first)],
            _view.ProveConsistency(_end, _final.Size).Path,
            [.. others.Select(e => new ProvenEntry(_bytes[(int)e.Index], _view.ProveInclusion(e.Index, _final.Size)))],
            [.. heads.Where(h => h.Size > 0 && h.Size <= (ulong)_final.Size && (h.Size < (ulong)_first || h.Size > (ulong)_end))
                .DistinctBy(h => (h.Size, h.Root)).OrderBy(h => h.Size)
                .Select(h => new ProvenHistory(h.Root, _view.ProveConsistency((long)h.Size, _final.Size)))
                .Where(h => h.Consistency.Verify(h.Root, _final.Root))]); // a state that never was stays unproven, and its teller is named

        private int IndexOf(int from, Func<OperationEnvelope, bool> holds)
        {
            for (var i = from; i < Entries.Count; i++)
                if (Entries[i].Envelope is { } envelope && holds(envelope)) return i;
            return Entries.Count;
        }
    }
}
