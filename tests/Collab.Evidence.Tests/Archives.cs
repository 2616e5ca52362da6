using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

/// <summary>Archives of a trial's ledgers, honest and changed.</summary>
internal static class Archives
{
    private static readonly Lazy<Task<Trial>> Period = new(OpenPeriodAsync);

    /// <summary>A whole run, a register of consents, then a second job that one owner refuses and the other grants and revokes.</summary>
    public static Task<Trial> TrialAsync() => Period.Value;

    public static bool WasOpened => Period.IsValueCreated;

    public static Dictionary<PartyId, ILogView> LogsOf(Trial trial, PartyId? holder = null) =>
        trial.Keys.Policy.Parties.ToDictionary(p => p.Party, p => trial.Ledgers[holder ?? Trial.Registry].LogOf(p.Party));

    public static byte[] Export(
        Trial trial, ArchivePeriod? period = null, PartyId? exporter = null, Dictionary<PartyId, ILogView>? logs = null, bool bare = false)
    {
        var by = exporter ?? Trial.Registry;
        return ArchiveExporter.Read(period ?? ArchivePeriod.Always, logs ?? LogsOf(trial, by)).Write(
            by, trial.LogKeys[by], trial.Clock.GetUtcNow(), "collab 0.1.0", trial.Keys,
            job => !bare && job == trial.Plan.Digest ? trial.Plan : null,
            (run, party) => !bare && run == trial.Run ? trial.Receipts.GetValueOrDefault(party) : null);
    }

    /// <summary>The honest archive, changed and sealed again with the exporter's own key.</summary>
    public static byte[] Reseal(Trial trial, Action<Parts> change, ArchivePeriod? period = null)
    {
        var parts = new Parts(EvidenceBundle.Read(Export(trial, period), EvidenceKind.Archive).Parts);
        change(parts);
        return EvidenceBundle.Write(Trial.Registry, trial.LogKeys[Trial.Registry], trial.Clock.GetUtcNow(), "collab 0.1.0", parts.All, EvidenceKind.Archive);
    }

    /// <summary>Changes the log of a party in an archive.</summary>
    public static void ChangeLog(this Parts parts, PartyId party, Func<ArchiveLog, ArchiveLog> change) =>
        parts.Put($"log/{party}", change(ArchiveLog.Decode(parts[$"log/{party}"].Span)).Encode());

    /// <summary>A log with these entries, signed by its author and cosigned by all others: what only colluding parties make.</summary>
    public static WrittenLog Write(Trial trial, PartyId author, IEnumerable<ReadOnlyMemory<byte>> entries) => new(trial, author, entries);

    public static IReadOnlyList<ReadOnlyMemory<byte>> EntriesOf(Trial trial, PartyId party)
    {
        var log = trial.Ledgers[Trial.Registry].LogOf(party);
        return log.ReadEntries(0, log.Final!.Size);
    }

    /// <summary>An entry signed by its author: an operation as it would stand in the log.</summary>
    public static ReadOnlyMemory<byte> Entry(Trial trial, LedgerOperation operation) => SignedOperation.Sign(operation, trial.LogKeys[operation.Author]).Encode();

    /// <summary>An entry of a kind that this version does not know, signed by its author.</summary>
    public static ReadOnlyMemory<byte> UnknownEntry(Trial trial, PartyId author)
    {
        var operation = new CanonicalWriter().Byte(1).Byte(250).Party(author).Digest(Digest.Sha256("id"u8)).Time(trial.Clock.GetUtcNow())
            .List<LedgerHead>([], LedgerHead.Encode).Digest(trial.Plan.Digest).Text("something new").ToArray();
        var signature = trial.LogKeys[author].Sign(Digest.Of("collab.operation.v1", operation).ToArray());
        return new CanonicalWriter().Bytes(operation).Byte(1).Bytes(signature).ToArray();
    }

    private static async Task<Trial> OpenPeriodAsync()
    {
        var trial = await Trial.OfAsync(Trial.Honest);
        await trial.SayAsync(Trial.Lakeside, s => new LedgerOperation.RegisterConsents(s.Author, s.Id, s.Time, s.Heads, Digest.Sha256("register"u8), 1, 1, Digest.Sha256("v1"u8)));
        await trial.SayAsync(Trial.Registry, s => Second(trial, s));
        await trial.SayAsync(Trial.Riverside, s => new LedgerOperation.Approve(
            s.Author, s.Id, s.Time, s.Heads, SecondJob, trial.Plan.Inputs[1].DatasetId, trial.Plan.Inputs[1].Version, trial.Plan.Expires, 1));
        await trial.SayAsync(Trial.Lakeside, s => new LedgerOperation.Refuse(s.Author, s.Id, s.Time, s.Heads, SecondJob, "policy.purpose"));
        await trial.SayAsync(Trial.Riverside, s => new LedgerOperation.Revoke(s.Author, s.Id, s.Time, s.Heads, SecondJob));
        return trial;
    }

    public static Digest SecondJob { get; } = Digest.Sha256("a second job, whose plan nobody shows"u8);

    private static LedgerOperation.Propose Second(Trial trial, OperationStamp s) => new(
        s.Author, s.Id, s.Time, s.Heads, SecondJob, [.. trial.Plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId))],
        trial.Plan.Parties, trial.Plan.Expires, 1);
}

/// <summary>A log in memory whose checkpoint everybody signed.</summary>
internal sealed class WrittenLog : ILogView
{
    private readonly List<ReadOnlyMemory<byte>> _entries;
    private readonly MemoryTree _tree = new();

    public WrittenLog(Trial trial, PartyId author, IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        _entries = [.. entries];
        foreach (var entry in _entries) _tree.Add(entry.Span);
        Final = trial.LogKeys.Keys.Where(party => party != author).Aggregate(
            SignedCheckpoint.Sign(new Checkpoint(Trial.OriginOf(author), _tree.Size, _tree.Root), trial.LogSigner(author)),
            (checkpoint, witness) => checkpoint.CosignedBy(trial.WitnessSigner(witness)));
    }

    public SignedCheckpoint Final { get; }

    public LedgerHead Head(PartyId party) => new(party, (ulong)_tree.Size, _tree.Root);

    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to) => _entries[(int)from..(int)to];

    public InclusionProof ProveInclusion(long index, long size) => _tree.ProveInclusion(index, size);

    public ConsistencyProof ProveConsistency(long oldSize, long newSize) => _tree.ProveConsistency(oldSize, newSize);
}
