using System.Globalization;
using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>The words of an event: ids and codes as the ledger has them, names only where the plan is known.</summary>
internal static class TrailWords
{
    public static TrailEvent Of(ArchiveEntry entry, Plan? plan, Receipt? receipt)
    {
        var envelope = entry.Envelope!;
        if (entry.Operation?.Operation is not { } operation)
            return new(envelope.Time, entry.Log, "unknown", $"writes an operation of kind {envelope.Kind}, which this program does not understand", null, null, entry.Index);
        return Of(operation, plan, receipt) with { Party = entry.Log, Index = entry.Index };
    }

    public static TrailEvent Of(LedgerOperation operation, Plan? plan, Receipt? receipt)
    {
        var (kind, text, code) = Words(operation, plan, receipt);
        return new(operation.Time, operation.Author, kind, text, code, EvidenceGathering.RunOf(operation), null);
    }

    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static (string Kind, string Text, string? Code) Words(LedgerOperation operation, Plan? plan, Receipt? receipt) => operation switch
    {
        LedgerOperation.Propose o => ("proposed", $"asks {List(o.Datasets.Select(d => d.Owner))} for data{Terms(o.Terms)}: {Uses(o.Uses)} until {At(o.Expires)}", null),
        LedgerOperation.Approve o => ("granted", $"grants {NameOf(plan, o.Author, o.DatasetId)} version {o.Version.Short}: {Uses(o.Uses)} until {At(o.Expires)}", null),
        LedgerOperation.Refuse o => ("refused", "refuses", o.Reason),
        LedgerOperation.Revoke o when o.Author == plan?.Requester => ("revoked", "takes the job back", null),
        LedgerOperation.Revoke => ("revoked", "revokes its grant", null),
        LedgerOperation.StartRun o => ("opened", $"opens run {o.Run.Short}, until {At(o.Deadline)}", null),
        LedgerOperation.Spend o => ("spent", $"spends use {o.Use} of its grant on run {o.Run.Short}", null),
        LedgerOperation.Commit o => ("committed", $"commits to receipt {o.Receipt.Short} of run {o.Run.Short}{Held(receipt)}", null),
        LedgerOperation.Abort o => ("aborted", $"ends run {o.Run.Short}{(o.AtFault is { } party ? $", {party} at fault" : "")}{(o.Step is { } step ? $" at {step}" : "")}", o.Code),
        LedgerOperation.RegisterConsents o => ("consents", $"commits to version {o.Number} of its consent register {o.Job.Short}: {o.Root.Short}", null),
        LedgerOperation.Attest o => ("attested", $"attests records {o.Attestation.Short} until {At(o.Expires)}: {o.Root.Short}", null),
        LedgerOperation.RevokeRecord o => ("record-revoked", $"revokes record {o.Record.Short}", o.Reason),
        LedgerOperation.RecordChecked o => ("record-checked", $"commits to having checked a record: {o.Commitment.Short}", null),
        LedgerOperation.OpenMotion o => ("motion-opened", $"moves {Change(o.Change)}; votes until {At(o.Closes)}, motion {o.Job.Short}", null),
        LedgerOperation.Vote o => ("voted", $"votes for motion {o.Job.Short}", null),
        LedgerOperation.RegisterAlgorithm o when o.Digest == default => ("algorithm-withdrawn", $"withdraws algorithm {o.Job.Short} with version {o.Version}", null),
        LedgerOperation.RegisterAlgorithm o => ("algorithm-registered", $"registers version {o.Version} of algorithm {o.Job.Short}: {o.Digest.Short}", null),
        LedgerOperation.ApproveAlgorithm o => ("algorithm-approved", $"lets version {o.Version} of its algorithm {o.Algorithm.Short} be used", null),
        LedgerOperation.Endorse o => ("endorsed", $"endorses until {At(o.Expires)}", null),
        LedgerOperation.DeclareRefusal o => ("declined", $"does not do what {(o.Of == o.Author ? "its own operator" : o.Of.Name)} tried{(o.Run is { } run ? $" on run {run.Short}" : "")}", o.Code),
        _ => (KindOf(operation), $"writes {KindOf(operation).Replace('-', ' ')}", null), // understood by the ledger; it has no words here yet
    };

    private static string Terms(ProposalTerms? terms) =>
        (terms?.Algorithm is { } a ? $", {a.Provider} for version {a.Version} of algorithm {a.Id.Short}" : "")
        + (terms?.Endorsers is { } rule ? $", and {rule.AtLeast} of {List(rule.Of)} to endorse" : "");

    private static string Change(MotionChange change) => change switch
    {
        MotionChange.Member { Active: false } c => $"to suspend {c.Subject}",
        MotionChange.Member c => $"that {c.Subject} has the roles {RoleText.Of(c.Roles)}",
        MotionChange.Pause c => c.Paused ? "to pause the consortium" : "to end the pause",
        MotionChange.Quorum c => $"that {c.Votes} votes carry a motion",
        MotionChange.Successor c => $"that the consortium goes on by file {c.File.Short}",
        _ => "a change",
    };

    private static string Held(Receipt? receipt)
    {
        if (receipt is null) return "";
        var sent = receipt.Conversations.SelectMany(c => c.Sent).ToList();
        var (messages, bytes) = (sent.Aggregate(0UL, (sum, c) => unchecked(sum + c.Messages)), sent.Aggregate(0UL, (sum, c) => unchecked(sum + c.Bytes)));
        return $": {(receipt.Snapshot is { } read ? $"read snapshot {read.Commitment.Short}, " : "")}sent {messages} messages of {bytes} bytes"
            + (receipt.Result is { } result ? $", holds result {result.Value.Short}" : "");
    }

    private static string NameOf(Plan? plan, PartyId owner, Digest dataset) =>
        plan?.InputOf(owner) is { } input && input.DatasetId == dataset ? $"'{input.Dataset}'" : $"dataset {dataset.Short}";

    private static string Uses(int uses) => uses == 1 ? "1 use" : $"{uses} uses";

    private static string List(IEnumerable<PartyId> parties) => string.Join(", ", parties.Distinct());

    private static string KindOf(LedgerOperation operation) =>
        string.Concat(operation.GetType().Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
