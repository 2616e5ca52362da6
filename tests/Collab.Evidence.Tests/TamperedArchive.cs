using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

/// <summary>Archives by dishonest parties, whose seal is valid: only what is in them can give them away.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Code">What the verifier must say first.</param>
/// <param name="Part">And of which part.</param>
/// <param name="Make">The archive.</param>
internal sealed record TamperedArchive(string Name, ErrorCode Code, string Part, Func<Trial, byte[]> Make)
{
    private static readonly PartyId Lakeside = Trial.Lakeside, Registry = Trial.Registry, Riverside = Trial.Riverside;

    public static IReadOnlyList<TamperedArchive> All { get; } =
    [
        Resealed("an unknown part", EvidenceErrors.Unsupported, "notes", (_, p) => p.Add("notes", [1])),
        Resealed("no period", EvidenceErrors.Malformed, "period", (_, p) => p.Remove("period")),
        Resealed("a period that ends before it begins", EvidenceErrors.Malformed, "period",
            (t, p) => p.Put("period", new ArchivePeriod(t.Clock.GetUtcNow(), t.Clock.GetUtcNow().AddDays(-1)).Encode())),
        Resealed("a plan twice", EvidenceErrors.Malformed, "plans", (t, p) => p.Put("plans", ListOf(t.Plan.Encode(), t.Plan.Encode()))),
        Resealed("a log of a stranger", EvidenceErrors.Malformed, "log/harbour", (_, p) => p.Add("log/harbour", p["log/lakeside"].ToArray())),
        Resealed("a bundle for a log", EvidenceErrors.Malformed, "log/lakeside", (t, p) => p.Put("log/lakeside", t.Export())),
        new("a bundle under the name of an archive", EvidenceErrors.SealInvalid, "contents", t =>
            EvidenceBundle.Write(Registry, t.LogKeys[Lakeside], t.Clock.GetUtcNow(), "collab 0.1.0", EvidenceBundle.Read(Archives.Export(t), EvidenceKind.Archive).Parts, EvidenceKind.Archive)),
        new("an archive of another version", EvidenceErrors.Unsupported, "header", t =>
        {
            var archive = Archives.Export(t);
            archive["collab-archive/".Length] = (byte)'2';
            return archive;
        }),
        Resealed("a forged entry", EvidenceErrors.SignatureInvalid, "log/lakeside", (t, p) => p.ChangeLog(Lakeside, log => log with
        {
            Entries = [.. log.Entries.SkipLast(1), SignedOperation.Sign(OperationIn(log, ^1), t.LogKeys[Registry]).Encode()],
        })),
        Written("an entry of another party in a log", EvidenceErrors.SignatureInvalid, "log/lakeside", Lakeside, (t, entries) => [.. entries, Archives.EntriesOf(t, Registry)[0]]),
        Written("an entry that is no operation", EvidenceErrors.Malformed, "log/riverside", Riverside, (_, entries) => [.. entries, new byte[] { 1, 2, 3 }]),
        Written("an entry of an unknown kind", EvidenceErrors.Unsupported, "log/lakeside", Lakeside, (t, entries) => [.. entries, Archives.UnknownEntry(t, Lakeside)]),
        Resealed("a removed entry", EvidenceErrors.NotIncluded, "log/lakeside",
            (_, p) => p.ChangeLog(Lakeside, log => log with { Entries = [log.Entries[0], .. log.Entries.Skip(2)] })),
        Resealed("the last entry removed", EvidenceErrors.NotIncluded, "log/riverside",
            (_, p) => p.ChangeLog(Riverside, log => log with { Entries = [.. log.Entries.SkipLast(1)] })),
        Resealed("two entries in another order", EvidenceErrors.NotIncluded, "log/riverside",
            (_, p) => p.ChangeLog(Riverside, log => log with { Entries = [log.Entries[1], log.Entries[0], .. log.Entries.Skip(2)] })),
        Resealed("an entry twice", EvidenceErrors.Malformed, "log/riverside", // one more than the checkpoint has
            (_, p) => p.ChangeLog(Riverside, log => log with { Entries = [log.Entries[0], .. log.Entries] })),
        Resealed("a checkpoint without its cosignatures", EvidenceErrors.NotFinal, "log/lakeside",
            (t, p) => p.ChangeLog(Lakeside, log => log with { Checkpoint = log.Checkpoint.OnlyWith(s => s.Name == Trial.OriginOf(Lakeside)) })),
        Resealed("the checkpoint of another party", EvidenceErrors.NotFinal, "log/lakeside",
            (t, p) => p.ChangeLog(Lakeside, log => Archives.Write(t, Registry, log.Entries) is var other ? log with { Checkpoint = other.Final } : log)),
        Resealed("a log left out that others have seen", ArchiveErrors.LogMissing, "log/riverside", (_, p) => p.Remove("log/riverside")),
        Written("a log cut short by all who signed it", EvidenceErrors.Inconsistent, "log/lakeside", Riverside, (_, entries) => [.. entries.Take(1)]), // the first entry after it is lakeside's
        Written("a rewritten beginning that all signed", EvidenceErrors.Inconsistent, "log/lakeside", Riverside, (t, entries) => [Archives.Entry(t, Repeated(t)), .. entries.Skip(1)]),
        Resealed("a plan that no log speaks of", EvidenceErrors.OtherPlan, "plans",
            (t, p) => p.Put("plans", ListOf((t.Plan with { Purpose = "another" }).Encode()))),
        Resealed("a receipt nobody committed to", EvidenceErrors.ReceiptMismatch, "receipts",
            (t, p) => p.Put("receipts", ListOf((t.Receipts[Registry] with { Software = "another" }).Encode()))),
        Written("a run of a job nobody proposed", EvidenceErrors.NotProposed, "log/registry", Registry, (t, entries) =>
            [.. entries, Archives.Entry(t, new LedgerOperation.StartRun(Registry, Digest.Sha256("a"u8), t.Clock.GetUtcNow(), [], Digest.Sha256("b"u8), Digest.Sha256("c"u8), t.Clock.GetUtcNow()))]),
        Written("a run without grants, of a plan nobody shows", EvidenceErrors.GrantMissing, "log/lakeside", Registry, (t, entries) =>
            [.. entries, Archives.Entry(t, new LedgerOperation.StartRun(Registry, Digest.Sha256("a"u8), t.Clock.GetUtcNow(), [], Archives.SecondJob, Digest.Sha256("c"u8), t.Clock.GetUtcNow()))]),
        Written("a run opened of two jobs", EvidenceErrors.UsesExceeded, "log/registry", Registry, (t, entries) =>
            [.. entries, Archives.Entry(t, new LedgerOperation.StartRun(Registry, Digest.Sha256("a"u8), t.Clock.GetUtcNow(), [], Archives.SecondJob, t.Run, t.Clock.GetUtcNow()))]),
        Written("more runs spent than granted", EvidenceErrors.UsesExceeded, "log/lakeside", Lakeside, (t, entries) =>
        [
            .. entries,
            .. Enumerable.Range(0, 2).Select(i => Archives.Entry(t, new LedgerOperation.Spend(
                Lakeside, Digest.Sha256([(byte)i]), t.Clock.GetUtcNow(), [], t.Plan.Digest, Digest.Sha256([(byte)i]), t.Plan.Inputs[0].DatasetId, 2))),
        ]),
        Written("a register whose numbers fall", ArchiveErrors.RegisterOrder, "log/lakeside", Lakeside, (t, entries) =>
            [.. entries, Archives.Entry(t, new LedgerOperation.RegisterConsents(
                Lakeside, Digest.Sha256("r"u8), t.Clock.GetUtcNow(), [], Digest.Sha256("register"u8), 1, 1, Digest.Sha256("v2"u8)))]),
        Windowed("a window that begins with another cover", EvidenceErrors.NotIncluded, "log/registry",
            (_, p) => p.ChangeLog(Registry, log => log with { Before = [.. log.Before.Select(_ => Digest.Sha256("x"u8))] })),
        Windowed("a window without its cover", EvidenceErrors.Malformed, "log/registry", (_, p) => p.ChangeLog(Registry, log => log with { Before = [] })),
        Windowed("another entry beside the window", EvidenceErrors.NotIncluded, "log/lakeside",
            (_, p) => p.ChangeLog(Lakeside, log => log with { Others = [log.Others[0] with { Entry = log.Entries[0] }, .. log.Others.Skip(1)] })),
        new("a state left unproven", EvidenceErrors.Inconsistent, "log/registry", t => // where the run was opened, having seen lakeside's grant
            Archives.Reseal(t, p => p.ChangeLog(Lakeside, log => log with { Histories = [] }), From<LedgerOperation.Commit>(t))),
    ];

    private static TamperedArchive Resealed(string name, ErrorCode code, string part, Action<Trial, Parts> change) =>
        new(name, code, part, trial => Archives.Reseal(trial, parts => change(trial, parts)));

    private static TamperedArchive Windowed(string name, ErrorCode code, string part, Action<Trial, Parts> change) =>
        new(name, code, part, trial => Archives.Reseal(trial, parts => change(trial, parts), AfterGrants(trial)));

    // Everybody signs a log with these entries, and an honest member archives what it then holds.
    private static TamperedArchive Written(
        string name, ErrorCode code, string part, PartyId author, Func<Trial, IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<ReadOnlyMemory<byte>>> change) =>
        new(name, code, part, trial =>
        {
            var logs = Archives.LogsOf(trial);
            logs[author] = Archives.Write(trial, author, change(trial, Archives.EntriesOf(trial, author)));
            return Archives.Export(trial, logs: logs);
        });

    /// <summary>A period in which the honest run is opened: its proposal and grants lie before.</summary>
    public static ArchivePeriod AfterGrants(Trial trial) => From<LedgerOperation.StartRun>(trial);

    private static ArchivePeriod From<T>(Trial trial)
        where T : LedgerOperation =>
        new(Archives.EntriesOf(trial, Registry).Select(e => SignedOperation.Decode(e.Span).Operation).OfType<T>().First().Time, null);

    private static LedgerOperation OperationIn(ArchiveLog log, Index index) => SignedOperation.Decode(log.Entries[index.GetOffset(log.Entries.Count)].Span).Operation;

    private static LedgerOperation.Approve Repeated(Trial trial) =>
        (LedgerOperation.Approve)SignedOperation.Decode(Archives.EntriesOf(trial, Riverside)[0].Span).Operation with { Uses = 1 };

    private static byte[] ListOf(params byte[][] items) => new CanonicalWriter().List(items, (w, i) => w.Bytes(i)).ToArray();
}
