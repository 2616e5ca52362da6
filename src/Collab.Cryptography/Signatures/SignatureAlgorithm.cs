namespace Collab.Cryptography.Signatures;

/// <summary>How a key signs; written beside every signature of an operation.</summary>
public enum SignatureAlgorithm : byte
{
    /// <summary>Ed25519 (RFC 8032).</summary>
    Ed25519 = 1,

    /// <summary>SM2 with SM3 and the default identity (GB/T 32918.2, GB/T 35276).</summary>
    Sm2 = 2,
}
