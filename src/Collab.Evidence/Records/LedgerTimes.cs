using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>How new a party's copy of the ledger is, by the witnesses' clocks.</summary>
/// <param name="Policy">The parties and their keys; null where the ledger has no checkpoints.</param>
/// <param name="ByAuthor">Time and size of each log's newest final checkpoint.</param>
public sealed record LedgerTimes(FinalityPolicy? Policy, IReadOnlyDictionary<PartyId, (DateTimeOffset At, long Size)> ByAuthor)
{
    /// <summary>A ledger without checkpoints.</summary>
    public static LedgerTimes None { get; } = new(null, new Dictionary<PartyId, (DateTimeOffset, long)>());

    /// <summary>The newest of them, or null.</summary>
    public DateTimeOffset? Newest => ByAuthor.Count > 0 ? ByAuthor.Values.Max(log => log.At) : null;

    /// <summary>Reads the times of all logs; verifies each newest checkpoint's signatures.</summary>
    public static LedgerTimes Of(EmbeddedLedger ledger, FinalityPolicy policy) => new(
        policy,
        policy.Parties
            .Select(p => (p.Party, Final: ledger.LogOf(p.Party).Final))
            .Where(log => log.Final is not null)
            .Select(log => (log.Party, At: policy.Judge(log.Final!).WitnessedAt, log.Final!.Size))
            .Where(log => log.At is not null)
            .ToDictionary(log => log.Party, log => (log.At!.Value, log.Size)));

    internal (DateTimeOffset At, long Size)? Of(PartyId author) => ByAuthor.TryGetValue(author, out var log) ? log : null;
}
