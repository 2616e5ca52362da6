using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>
/// When a checkpoint is final: with valid cosignatures of <c>w ≥ ⌊(n−1)/2⌋ + 1</c> parties <em>other than its author</em>, of n parties.
/// </summary>
/// <remarks>
/// Two final checkpoints of one log then share 2w − (n−1) witnesses at least, so a fork needs that many to collude with the author.
/// The author's own signature never counts: with it, three parties could see two "majorities" (LEDGER.md, section 10).
/// </remarks>
public sealed class FinalityPolicy
{
    private readonly Dictionary<string, LedgerParty> _byOrigin;

    private FinalityPolicy(IReadOnlyList<LedgerParty> parties, int cosignaturesRequired)
    {
        Parties = parties;
        CosignaturesRequired = cosignaturesRequired;
        _byOrigin = parties.ToDictionary(party => party.Origin);
    }

    /// <summary>All parties, in the order of their names.</summary>
    public IReadOnlyList<LedgerParty> Parties { get; }

    /// <summary>The w of the rule.</summary>
    public int CosignaturesRequired { get; }

    /// <summary>How many witnesses may collude with the author before a fork can become final: 2w − (n−1) − 1.</summary>
    public int ColludersWithstood => (2 * CosignaturesRequired) - (Parties.Count - 1) - 1;

    /// <summary>How many witnesses may be silent before nothing becomes final: n − 1 − w.</summary>
    public int SilentTolerated => Parties.Count - 1 - CosignaturesRequired;

    /// <summary>The smallest w that is safe for n parties.</summary>
    public static int LeastCosignatures(int parties) => ((parties - 1) / 2) + 1;

    /// <summary>Checks and takes a rule.</summary>
    /// <param name="parties">Two or more, with names, logs and keys of their own.</param>
    /// <param name="cosignaturesRequired">The w; by default the smallest that is safe.</param>
    /// <exception cref="CollabException"><see cref="LedgerErrors.PolicyUnsafe"/>.</exception>
    public static FinalityPolicy Create(IEnumerable<LedgerParty> parties, int? cosignaturesRequired = null)
    {
        var members = parties.OrderBy(party => party.Party).ToList();
        Demand(members.Count >= 2, "A ledger needs two parties at least: nobody can witness alone.");
        var least = LeastCosignatures(members.Count);
        var required = cosignaturesRequired ?? least;
        Demand(required >= least && required < members.Count, $"{members.Count} parties need {least} to {members.Count - 1} cosignatures.");
        Demand(members.All(party => Checkpoint.IsOrigin(party.Origin)), "A log's name has no spaces, controls or plus signs.");
        Demand(members.All(party => !party.Log.Algorithm.IsCosignature), "A log's key signs checkpoints.");
        Demand(members.All(party => party.Witness.Algorithm.IsCosignature), "A witness's key signs cosignatures.");
        Demand(members.SelectMany(party => new[] { party.Log, party.Witness }).Select(key => key.Algorithm.Signature).Distinct().Count() <= 1, "All keys of a consortium are of one suite.");
        DemandDistinct(members, party => party.Party, "name");
        DemandDistinct(members, party => party.Origin, "log");
        DemandDistinct(members, party => party.Log.Key, "log key");
        DemandDistinct(members, party => party.Witness.Key, "witness key"); // one key must not count twice
        return new FinalityPolicy(members, required);
    }

    /// <summary>The party whose log has that name, or null.</summary>
    public LedgerParty? AuthorOf(string origin) => _byOrigin.GetValueOrDefault(origin);

    /// <summary>Whether the checkpoint is signed by its author and cosigned by enough others.</summary>
    public bool IsFinal(SignedCheckpoint checkpoint) => Judge(checkpoint).IsFinal;

    /// <summary>Who signed the checkpoint, every signature verified.</summary>
    public Finality Judge(SignedCheckpoint checkpoint)
    {
        if (AuthorOf(checkpoint.Origin) is not { } author || !author.Log.HasSigned(checkpoint.Note))
            return new Finality(null, [], CosignaturesRequired);
        var text = checkpoint.Note.TextBytes;
        var cosigned = new List<CosignedBy>();
        foreach (var witness in Parties.Where(party => party != author))
        {
            var times = checkpoint.Note.Signatures
                .Where(witness.Witness.IsNamedBy)
                .Select(signature => witness.Witness.CosignedAt(text, signature))
                .ToList();
            if (times.Count > 0 && times.TrueForAll(time => time is not null))
                cosigned.Add(new CosignedBy(witness.Party, times.Max()!.Value));
        }

        return new Finality(author.Party, cosigned, CosignaturesRequired);
    }

    private static void DemandDistinct<T>(List<LedgerParty> parties, Func<LedgerParty, T> of, string what) =>
        Demand(parties.DistinctBy(of).Count() == parties.Count, $"Every party has a {what} of its own.");

    private static void Demand(bool holds, string message)
    {
        if (!holds) throw new CollabException(LedgerErrors.PolicyUnsafe, message);
    }
}

/// <summary>A witness's statement that a checkpoint is consistent with all it saw of that log before.</summary>
/// <param name="Party">The witness.</param>
/// <param name="Time">When, by the witness's own clock.</param>
public sealed record CosignedBy(PartyId Party, DateTimeOffset Time);

/// <summary>What the signatures under a checkpoint amount to.</summary>
/// <param name="Author">Its author, or null when no known author has signed it.</param>
/// <param name="Cosigned">The other parties whose cosignatures are valid.</param>
/// <param name="Required">How many of them make it final.</param>
public sealed record Finality(PartyId? Author, IReadOnlyList<CosignedBy> Cosigned, int Required)
{
    /// <summary>Whether the checkpoint is final.</summary>
    public bool IsFinal => Author is not null && Cosigned.Count >= Required;

    /// <summary>The latest time that as many witnesses as are required say or exceed, so that no fewer can make a checkpoint look newer; null if it is not final.</summary>
    public DateTimeOffset? WitnessedAt => IsFinal ? Cosigned.Select(c => c.Time).OrderDescending().ElementAt(Required - 1) : null;
}
