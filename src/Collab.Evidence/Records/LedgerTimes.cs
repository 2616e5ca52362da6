using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>How new a party's copy of the ledger is, by the witnesses' clocks.</summary>
/// <param name="Policy">The parties and their keys; null where the ledger has no checkpoints.</param>
/// <param name="ByAuthor">The time of each log's newest final checkpoint.</param>
public sealed record LedgerTimes(FinalityPolicy? Policy, IReadOnlyDictionary<PartyId, DateTimeOffset> ByAuthor)
{
    /// <summary>A ledger without checkpoints.</summary>
    public static LedgerTimes None { get; } = new(null, new Dictionary<PartyId, DateTimeOffset>());

    /// <summary>The newest of them, or null.</summary>
    public DateTimeOffset? Newest => ByAuthor.Count > 0 ? ByAuthor.Values.Max() : null;

    /// <summary>Reads the times of all logs; verifies each newest checkpoint's signatures.</summary>
    public static LedgerTimes Of(EmbeddedLedger ledger, FinalityPolicy policy) => new(
        policy,
        policy.Parties
            .Select(p => (p.Party, At: ledger.LogOf(p.Party).Final is { } final ? policy.Judge(final).WitnessedAt : null))
            .Where(log => log.At is not null)
            .ToDictionary(log => log.Party, log => log.At!.Value));

    internal DateTimeOffset? Of(PartyId author) => ByAuthor.TryGetValue(author, out var at) ? at : null;
}
