using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>One party of a consortium as its ledger knows it.</summary>
/// <param name="Party">Who it is.</param>
/// <param name="Origin">The name of its log.</param>
/// <param name="Log">What its checkpoints are signed with.</param>
/// <param name="Witness">What it cosigns the others' checkpoints with.</param>
public sealed record LedgerParty(PartyId Party, string Origin, NoteVerifier Log, NoteVerifier Witness);
