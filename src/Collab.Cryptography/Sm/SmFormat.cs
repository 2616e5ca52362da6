using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>What every provider asks of its caller before it computes.</summary>
internal static class SmFormat
{
    public const int Sm3Size = 32;
    public const int Sm4KeySize = 16;
    public const int Sm4BlockSize = 16;

    public static void RequireSm4(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter)
    {
        if (key.Length != Sm4KeySize) throw new ArgumentException($"An SM4 key has {Sm4KeySize} bytes.", nameof(key));
        if (counter.Length != Sm4BlockSize) throw new ArgumentException($"A counter block has {Sm4BlockSize} bytes.", nameof(counter));
    }

    public static SecretBytes RequirePrivate(SecretBytes scalar)
    {
        if (scalar.Use(0, static (secret, _) => Sm2Curve.IsPrivate(secret))) return scalar;
        scalar.Dispose();
        throw new ArgumentException("A private SM2 scalar has 32 bytes and is from 1 to n - 2.", nameof(scalar));
    }
}
