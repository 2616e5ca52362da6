namespace Collab.Ledger.Notes;

/// <summary>The signature type byte of C2SP signed-note: the key identifier covers it, so one key never answers for two types.</summary>
public enum NoteAlgorithm : byte
{
    /// <summary>Ed25519 over the note's text; what a log signs with.</summary>
    Ed25519 = 0x01,

    /// <summary>Timestamped Ed25519 cosignature of tlog-cosignature; what a witness signs with.</summary>
    Ed25519Cosignature = 0x04,
}
