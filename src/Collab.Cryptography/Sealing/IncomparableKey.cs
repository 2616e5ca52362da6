using System.Security.Cryptography;
using Collab.Arithmetic.Curves;
using Collab.Primitives;

namespace Collab.Cryptography.Sealing;

/// <summary>A public key (B, Y = x·B) of which anybody can make others, (r·B, r·Y), that the same secret opens and that nobody else can tell to belong together.</summary>
/// <remarks>
/// Group ristretto255; about 126 bits. Incomparable public keys: B. Waters, E. Felten, A. Sahai, "Receiver anonymity via incomparable public keys",
/// CCS 2003: that (B, Y) and (r·B, r·Y) look like unrelated pairs is the decisional Diffie-Hellman assumption. What is sealed under one is
/// DHIES with the base B (M. Abdalla, M. Bellare, P. Rogaway, CT-RSA 2001): U = s·B, and AES-256-GCM under HKDF-SHA256 of s·Y, U and the context.
/// Any number of boxes may be sealed under one key. Source: specs/trace.md, "Keys".
/// </remarks>
public sealed class IncomparableKey
{
    /// <summary>The size of an encoding, in bytes.</summary>
    public const int Size = 2 * RistrettoPoint.Size;

    /// <summary>What sealing adds to a text, in bytes.</summary>
    public const int Overhead = RistrettoPoint.Size + TagSize;

    private const int TagSize = 16;

    private readonly RistrettoPoint _base;
    private readonly RistrettoPoint _key;

    internal IncomparableKey(RistrettoPoint @base, RistrettoPoint key) => (_base, _key) = (@base, key);

    /// <summary>Reads 64 bytes; null unless they are two points other than the neutral one.</summary>
    public static IncomparableKey? TryDecode(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size
        && RistrettoPoint.TryDecode(bytes[..RistrettoPoint.Size], out var @base) && RistrettoPoint.TryDecode(bytes[RistrettoPoint.Size..], out var key)
        && (@base.IsNeutral() | key.IsNeutral()) == 0
            ? new IncomparableKey(@base, key)
            : null;

    /// <summary>Bytes that nobody tells from a sealed box who cannot open it.</summary>
    /// <param name="size">The size of the text that it would hold, in bytes.</param>
    /// <param name="random">All of it.</param>
    public static byte[] Dummy(int size, RandomSource random)
    {
        var box = random.Bytes(size + Overhead);
        RistrettoPoint.MultiplyGenerator(RistrettoScalar.Random(random)).Encode(box);
        return box;
    }

    /// <summary>Writes 64 bytes.</summary>
    public void Encode(Span<byte> destination)
    {
        _base.Encode(destination);
        _key.Encode(destination[RistrettoPoint.Size..]);
    }

    /// <summary>Another key for the same secret: (r·B, r·Y).</summary>
    /// <param name="random">r.</param>
    public IncomparableKey Renewed(RandomSource random)
    {
        var r = RistrettoScalar.Random(random);
        return new(r * _base, r * _key);
    }

    /// <summary>Seals a text so that only the holder of the secret reads it: U ‖ ciphertext ‖ tag.</summary>
    /// <param name="text">Any length, in bytes.</param>
    /// <param name="context">What the box is bound to; it opens with the same alone.</param>
    /// <param name="random">s.</param>
    /// <remarks>Two multiplications. The key of a box is used once, so its nonce is zero.</remarks>
    public byte[] Seal(ReadOnlySpan<byte> text, ReadOnlySpan<byte> context, RandomSource random)
    {
        var s = RistrettoScalar.Random(random);
        var box = new byte[text.Length + Overhead];
        (s * _base).Encode(box);
        using var cipher = CipherOf(s * _key, box.AsSpan(0, RistrettoPoint.Size), context);
        cipher.Encrypt(Nonce, text, box.AsSpan(RistrettoPoint.Size, text.Length), box.AsSpan(RistrettoPoint.Size + text.Length));
        return box;
    }

    /// <summary>What opens a box, given x·U.</summary>
    internal static byte[]? Open(RistrettoPoint shared, ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        var text = new byte[box.Length - Overhead];
        using var cipher = CipherOf(shared, box[..RistrettoPoint.Size], context);
        try
        {
            cipher.Decrypt(Nonce, box[RistrettoPoint.Size..^TagSize], box[^TagSize..], text);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static AesGcm CipherOf(RistrettoPoint shared, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> context)
    {
        Span<byte> secret = stackalloc byte[RistrettoPoint.Size], key = stackalloc byte[32];
        shared.Encode(secret);
        var info = new CanonicalWriter().Text("collab.incomparable-box.v1").Raw(encapsulated).Bytes(context);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info.Written);
        var cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
