namespace Collab.SecretSharing.Preprocessing;

/// <summary>What triples are of.</summary>
public enum TripleKind
{
    /// <summary>Words: c = a·b modulo 2^64, one product each.</summary>
    Words = 0,

    /// <summary>Bits, 64 in a word: c = a and b, 64 conjunctions each.</summary>
    Bits = 1,
}
