namespace Collab.HomomorphicEncryption;

/// <summary>Parameters as a person or a file states them; nothing is checked before <see cref="BfvParameters.Create"/>.</summary>
public sealed record BfvParametersLiteral
{
    /// <summary>N, the ring's degree: a power of two.</summary>
    public required int RingDegree { get; init; }

    /// <summary>t, a prime ≡ 1 mod 2N: slots hold numbers modulo t.</summary>
    public required ulong PlaintextModulus { get; init; }

    /// <summary>The primes of Q, each ≡ 1 mod 2N and below 2^48; modulus switching drops the last.</summary>
    public required IReadOnlyList<ulong> CiphertextModuli { get; init; }

    /// <summary>The prime of key switching, at least as large as every prime of Q; without it there is no relinearisation and no rotation.</summary>
    public ulong? SpecialModulus { get; init; }
}
