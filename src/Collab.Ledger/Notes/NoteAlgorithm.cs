using Collab.Cryptography.Signatures;

namespace Collab.Ledger.Notes;

/// <summary>The signature type of C2SP signed-note: the key identifier covers it, so one key never answers for two types.</summary>
public enum NoteAlgorithm : byte
{
    /// <summary>Ed25519 over the note's text; what a log signs with.</summary>
    Ed25519 = 0x01,

    /// <summary>Timestamped Ed25519 cosignature of tlog-cosignature; what a witness signs with.</summary>
    Ed25519Cosignature = 0x04,

    /// <summary>SM2 over the note's text. Ours and no type of C2SP: its type is the byte 0xff and <c>collab.sm2.v1</c>.</summary>
    Sm2 = 0xf1,

    /// <summary>SM2 over the time and the text, as tlog-cosignature puts them together. Ours: 0xff and <c>collab.sm2-cosignature.v1</c>.</summary>
    Sm2Cosignature = 0xf4,
}

/// <summary>What a signature type means, and how it is written.</summary>
public static class NoteAlgorithms
{
    extension(NoteAlgorithm algorithm)
    {
        /// <summary>Whether a witness signs so: over the time and the text.</summary>
        public bool IsCosignature => algorithm is NoteAlgorithm.Ed25519Cosignature or NoteAlgorithm.Sm2Cosignature;

        /// <summary>How the key signs.</summary>
        public SignatureAlgorithm Signature => algorithm is NoteAlgorithm.Sm2 or NoteAlgorithm.Sm2Cosignature ? SignatureAlgorithm.Sm2 : SignatureAlgorithm.Ed25519;

        /// <summary>The type as it stands before the key: one byte, or 0xff and a name, as signed-note asks of types it does not know.</summary>
        internal byte[] Prefix => algorithm switch
        {
            NoteAlgorithm.Sm2 => [0xff, .. "collab.sm2.v1"u8],
            NoteAlgorithm.Sm2Cosignature => [0xff, .. "collab.sm2-cosignature.v1"u8],
            _ => [(byte)algorithm],
        };
    }

    /// <summary>What a log with such a key signs with.</summary>
    public static NoteAlgorithm OfLog(VerifyingKey key) => key.Algorithm == SignatureAlgorithm.Sm2 ? NoteAlgorithm.Sm2 : NoteAlgorithm.Ed25519;

    /// <summary>What a witness with such a key signs with.</summary>
    public static NoteAlgorithm OfWitness(VerifyingKey key) =>
        key.Algorithm == SignatureAlgorithm.Sm2 ? NoteAlgorithm.Sm2Cosignature : NoteAlgorithm.Ed25519Cosignature;
}
