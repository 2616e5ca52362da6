using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>Takes from a party's copies of all logs what they say of one run, with the proofs.</summary>
public static class EvidenceGathering
{
    /// <summary>The evidence cannot be put together yet.</summary>
    public static readonly ErrorCode NotReady = new(
        "evidence.not-ready", ErrorKind.Failed, "Wait until the run has ended and every party's log is final ('collab job show').");

    /// <summary>Extracts every log.</summary>
    /// <param name="ledger">The ledger of the party that exports.</param>
    /// <param name="policy">The parties.</param>
    /// <param name="plan">The plan; what a party has no say in under it counts for nothing and is left out.</param>
    /// <param name="run">Operations of other runs of the job are left out.</param>
    /// <exception cref="CollabException"><see cref="NotReady"/>.</exception>
    public static IReadOnlyDictionary<PartyId, LogExtract> Extract(EmbeddedLedger ledger, FinalityPolicy policy, Plan plan, Digest run)
    {
        var logs = policy.Parties.ToDictionary(p => p.Party, p => new LogAtEnd(p.Party, ledger.LogOf(p.Party)));
        var found = logs.ToDictionary(l => l.Key, l => l.Value.Find(plan, run).ToList());

        // Every state that any of these operations names must be proven against the same final checkpoint.
        var heads = found.Values.SelectMany(entries => entries).SelectMany(e => e.Operation.Heads).ToLookup(h => h.Party);
        return found
            .Where(f => f.Value.Count > 0 || heads[f.Key].Any())
            .ToDictionary(f => f.Key, f => logs[f.Key].Extract(f.Value, heads[f.Key]));
    }

    // Without this, any member could spoil the evidence of others with an entry of its own that names states nobody has.
    internal static bool Counts(LedgerOperation operation, Plan plan) => operation switch
    {
        LedgerOperation.DeclareRefusal => false, // of no run that was
        LedgerOperation.Propose or LedgerOperation.Approve or LedgerOperation.Refuse or LedgerOperation.Revoke or LedgerOperation.StartRun
            or LedgerOperation.Spend or LedgerOperation.Commit or LedgerOperation.Abort or LedgerOperation.Endorse or LedgerOperation.ApproveAlgorithm
            => Authorization.HasSay(plan, operation),
        _ => plan.InputOf(operation.Author) is not null,
    };

    /// <summary>Whether it says which version of the plan's algorithm stands: of another job, and yet of this one's evidence.</summary>
    internal static bool IsOfAlgorithm(LedgerOperation operation, Plan plan) =>
        operation is LedgerOperation.RegisterAlgorithm && operation.Job == plan.Algorithm?.Id && operation.Author == plan.Algorithm.Provider;

    /// <summary>The run an operation is of, or null.</summary>
    internal static Digest? RunOf(LedgerOperation operation) => operation switch
    {
        LedgerOperation.StartRun o => o.Run,
        LedgerOperation.Spend o => o.Run,
        LedgerOperation.Commit o => o.Run,
        LedgerOperation.Abort o => o.Run,
        LedgerOperation.DeclareRefusal o => o.Run,
        _ => null,
    };

    private sealed class LogAtEnd(PartyId party, ILogView view)
    {
        private readonly Ledger.Notes.SignedCheckpoint? _final = view.Final;

        public IEnumerable<(long Index, ReadOnlyMemory<byte> Entry, LedgerOperation Operation)> Find(Plan plan, Digest run)
        {
            if (_final is null) yield break;
            var job = plan.Digest;
            var entries = view.ReadEntries(0, _final.Size);
            for (var i = 0; i < entries.Count; i++)
            {
                if (Decode(entries[i]) is { } operation && (operation.Job == job ? Counts(operation, plan) : IsOfAlgorithm(operation, plan))
                    && RunOf(operation) is var of && (of is null || of == run))
                    yield return (i, entries[i], operation);
            }
        }

        public LogExtract Extract(
            IReadOnlyList<(long Index, ReadOnlyMemory<byte> Entry, LedgerOperation Operation)> entries, IEnumerable<LedgerHead> heads)
        {
            var seen = heads.Where(h => h.Size > 0).DistinctBy(h => (h.Size, h.Root)).OrderBy(h => h.Size).ToList();
            if (_final is null || seen.Exists(h => h.Size > (ulong)_final.Size))
                throw new CollabException(NotReady, $"This node's copy of {party}'s log is behind what others have seen of it.", party);
            return new LogExtract(
                _final,
                [.. entries.Select(e => new ProvenEntry(e.Entry, view.ProveInclusion(e.Index, _final.Size)))],
                [.. seen.Select(h => new ProvenHistory(h.Root, view.ProveConsistency((long)h.Size, _final.Size)))
                    .Where(h => h.Consistency.Verify(h.Root, _final.Root))]); // a state that never was stays unproven, and its teller is named
        }

        private LedgerOperation? Decode(ReadOnlyMemory<byte> entry)
        {
            try
            {
                var operation = SignedOperation.Decode(entry.Span).Operation;
                return operation.Author == party ? operation : null;
            }
            catch (MalformedException)
            {
                return null; // an entry that is no operation is of no job
            }
        }

    }
}
