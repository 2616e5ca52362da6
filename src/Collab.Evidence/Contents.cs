using Collab.Cryptography;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>The parts of a bundle, decoded; nothing is verified by that.</summary>
internal sealed class Contents
{
    public const string KeysPart = "keys";
    public const string PlanPart = "plan";
    public const string RunPart = "run";
    public const string LogPrefix = "log/";
    public const string ReceiptPrefix = "receipt/";

    public required TrustedKeys Keys { get; init; }

    public required Plan Plan { get; init; }

    /// <summary>The name of the job: the plan's digest, unless the plan is only what a ledger alone says of it.</summary>
    public Digest Job { get => field == default ? Plan.Digest : field; init; }

    public required Digest Run { get; init; }

    public required IReadOnlyDictionary<PartyId, LogExtract> Logs { get; init; }

    public required IReadOnlyDictionary<PartyId, Receipt> Receipts { get; init; }

    public required IReadOnlyList<Entry> Entries { get; init; }

    /// <summary>The commits of the run, by those who take part in it; nobody else's count.</summary>
    public IEnumerable<Entry> Commits => Plan.Parties.Select(CommitOf).OfType<Entry>();

    /// <summary>Why the run was ended, by those who may end it: the earliest by their clocks, then the first by name. Null when it was not.</summary>
    public LedgerOperation.Abort? Abort => Entries.Select(e => e.Operation).OfType<LedgerOperation.Abort>()
        .Where(a => a.Run == Run && (a.Author == Plan.Requester || Plan.Parties.Contains(a.Author)))
        .OrderBy(a => a.Time).ThenBy(a => a.Author).FirstOrDefault();

    /// <summary>That party's commit of the run, or null.</summary>
    public Entry? CommitOf(PartyId party) => Find<LedgerOperation.Commit>(party, c => c.Run == Run);

    /// <summary>That owner's spend for the run, or null.</summary>
    public Entry? SpendOf(PartyId owner) => Find<LedgerOperation.Spend>(owner, s => s.Run == Run);

    /// <summary>The first operation of one kind in one party's log, or null.</summary>
    public Entry? Find<T>(PartyId author, Func<T, bool>? holds = null)
        where T : LedgerOperation =>
        Entries.FirstOrDefault(e => e.Log == author && e.Operation is T operation && (holds is null || holds(operation)));

    /// <exception cref="EvidenceException">Names the part that is missing, unknown or malformed.</exception>
    public static Contents Read(EvidenceBundle bundle)
    {
        var keys = Part(bundle, KeysPart, TrustedKeys.Decode);
        var logs = Parts(bundle, LogPrefix, keys, LogExtract.Decode);
        var unknown = bundle.Parts.FirstOrDefault(p => p.Name is not (KeysPart or PlanPart or RunPart)
            && !p.Name.StartsWith(LogPrefix, StringComparison.Ordinal) && !p.Name.StartsWith(ReceiptPrefix, StringComparison.Ordinal));
        if (unknown is not null) throw new EvidenceException(EvidenceErrors.Unsupported, unknown.Name, "This verifier does not know such a part.");
        return new Contents
        {
            Keys = keys,
            Plan = Part(bundle, PlanPart, Plan.Decode),
            Run = Part(bundle, RunPart, static bytes => new Digest(bytes)),
            Logs = logs,
            Receipts = Parts(bundle, ReceiptPrefix, keys, Receipt.Decode).ToDictionary(r => r.Key, r => Known($"{ReceiptPrefix}{r.Key}", r.Value)),
            Entries = [.. logs.SelectMany(log => log.Value.Entries.Select(entry => ReadEntry(log.Key, entry)))],
        };
    }

    internal static Receipt Known(string part, Receipt receipt) =>
        new[] { receipt.Result, receipt.Replay }.All(c => c is null || Enum.IsDefined((CommitmentAlgorithm)c.Algorithm))
            ? receipt
            : throw new EvidenceException(EvidenceErrors.Unsupported, part, "This verifier does not know how the result or the seed was committed to.");

    private static Entry ReadEntry(PartyId log, ProvenEntry entry)
    {
        try
        {
            return new Entry(log, entry.Inclusion.Index, SignedOperation.Decode(entry.Entry.Span));
        }
        catch (MalformedException e)
        {
            throw new EvidenceException(EvidenceErrors.Malformed, $"{LogPrefix}{log}", $"Entry {entry.Inclusion.Index} is malformed: expected {e.Rule}.");
        }
    }

    internal static Dictionary<PartyId, T> Parts<T>(EvidenceBundle bundle, string prefix, TrustedKeys keys, Decoder<T> decode)
    {
        var parts = new Dictionary<PartyId, T>();
        foreach (var name in bundle.Parts.Select(p => p.Name).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var party = PartyId.TryParse(name[prefix.Length..]);
            if (party is null || keys.Policy.Parties.All(p => p.Party != party))
                throw new EvidenceException(EvidenceErrors.Malformed, name, "The part is of no party of the consortium.");
            parts.Add(party, Part(bundle, name, decode));
        }

        return parts;
    }

    internal static T Part<T>(EvidenceBundle bundle, string name, Decoder<T> decode)
    {
        var part = bundle.Find(name) ?? throw new EvidenceException(EvidenceErrors.Malformed, name, $"Part '{name}' is missing.");
        try
        {
            return decode(part.Content.Span);
        }
        catch (MalformedException e)
        {
            throw new EvidenceException(EvidenceErrors.Malformed, name, $"Part '{name}' is malformed: expected {e.Rule}.");
        }
        catch (CollabException e) when (e is not EvidenceException)
        {
            throw new EvidenceException(EvidenceErrors.Malformed, name, $"Part '{name}' does not hold: {e.Message}");
        }
        catch (ArgumentException)
        {
            throw new EvidenceException(EvidenceErrors.Malformed, name, $"Part '{name}' is malformed.");
        }
    }

    internal delegate T Decoder<out T>(ReadOnlySpan<byte> bytes);

    /// <summary>One entry of one log.</summary>
    public sealed record Entry(PartyId Log, long Index, SignedOperation Signed)
    {
        public LedgerOperation Operation => Signed.Operation;

        public string Place => $"entry {Index}";

        /// <summary>Whether the author of this entry had seen the other one, in its own log or under a final checkpoint of the other's.</summary>
        public bool HadSeen(Entry other) => other.Log == Log
            ? other.Index < Index
            : Operation.Heads.Any(h => h.Party == other.Log && h.Size > (ulong)other.Index);
    }
}
