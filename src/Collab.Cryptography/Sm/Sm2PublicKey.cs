using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>A public SM2 key: a point of the curve that is not the neutral one. Whoever holds this type holds a checked point.</summary>
public sealed class Sm2PublicKey : IEquatable<Sm2PublicKey>
{
    /// <summary>The length of the encoding x ‖ y, in bytes.</summary>
    public const int Size = 2 * Sm2Curve.Size;

    private readonly byte[] _encoded;

    private Sm2PublicKey(byte[] encoded) => _encoded = encoded;

    /// <summary>The 64 bytes x ‖ y, big-endian.</summary>
    public ReadOnlySpan<byte> Bytes => _encoded;

    /// <summary>Checks and takes a public key.</summary>
    /// <exception cref="MalformedException">Not 64 bytes, a coordinate not below the prime, or not a point of the curve.</exception>
    public static Sm2PublicKey Parse(ReadOnlySpan<byte> encoded) =>
        Sm2Curve.IsPointVariableTime(encoded)
            ? new Sm2PublicKey(encoded.ToArray())
            : throw new MalformedException("the coordinates of a point of the SM2 curve");

    /// <inheritdoc/>
    public bool Equals(Sm2PublicKey? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Sm2PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_encoded);

    /// <summary>128 hexadecimal digits, lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(_encoded);
}
