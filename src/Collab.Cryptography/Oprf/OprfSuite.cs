namespace Collab.Cryptography.Oprf;

/// <summary>The groups and hashes of RFC 9497 that we offer.</summary>
public enum OprfSuite
{
    /// <summary>ristretto255-SHA512: elements and scalars of 32 bytes, outputs of 64. The default.</summary>
    Ristretto255Sha512,

    /// <summary>P256-SHA256: elements of 33 bytes (SEC 1, compressed), scalars and outputs of 32.</summary>
    P256Sha256,
}

/// <summary>The modes of RFC 9497 that we offer, with its numbers.</summary>
public enum OprfMode
{
    /// <summary>The server may answer with any key.</summary>
    Oprf = 0,

    /// <summary>The server proves that it used the key of its public key.</summary>
    Voprf = 1,
}
