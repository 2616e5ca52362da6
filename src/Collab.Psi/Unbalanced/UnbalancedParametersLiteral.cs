using Collab.HomomorphicEncryption;

namespace Collab.Psi.Unbalanced;

/// <summary>Numbers of an unbalanced intersection that nobody checked: <see cref="UnbalancedParameters.Create"/> does. specs/psi-unbalanced.md, "Parameters and why".</summary>
public sealed record UnbalancedParametersLiteral
{
    /// <summary>M: what the receiver's number of items is padded to.</summary>
    public required int ReceiverItems { get; init; }

    /// <summary>n: the most items of the sender.</summary>
    public required int SenderItems { get; init; }

    /// <summary>Bytes of a label; 0 without labels.</summary>
    public required int LabelSize { get; init; }

    /// <summary>c: tables of N bins each.</summary>
    public required int Tables { get; init; }

    /// <summary>G: bundles of each table.</summary>
    public required int Bundles { get; init; }

    /// <summary>B: items of one bin in one bundle, and coefficients of a polynomial.</summary>
    public required int Places { get; init; }

    /// <summary>K: numbers modulo t by which an item is recognised.</summary>
    public required int Tags { get; init; }

    /// <summary>Ring, t and primes of the ciphertexts; no prime for key switching.</summary>
    public required BfvParametersLiteral Encryption { get; init; }
}
