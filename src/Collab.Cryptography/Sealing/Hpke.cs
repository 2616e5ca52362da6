using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.Curves;
using Collab.Primitives;

namespace Collab.Cryptography.Sealing;

/// <summary>HPKE of RFC 9180 in base mode, one message per key: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-GCM.</summary>
/// <remarks>
/// Names are those of the RFC's sections 4 to 6. The ephemeral key is derived from 32 fresh bytes (section 7.1.3), so that the published vectors are reproduced
/// byte for byte. Timing depends on lengths alone. Source: RFC 9180; protocols/specs/sealed-delivery.md.
/// </remarks>
internal static class Hpke
{
    public const int KeySize = 32;
    public const int TagSize = 16;

    private const int HashSize = 32;
    private const int NonceSize = 12;
    private const byte Base = 0;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;
    private static ReadOnlySpan<byte> KemSuite => "KEM\0\x20"u8;
    private static ReadOnlySpan<byte> BasePoint => [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>DeriveKeyPair (7.1.3): a secret scalar of 32 bytes, and the public key.</summary>
    public static byte[] DeriveKeyPair(ReadOnlySpan<byte> material, Span<byte> secret)
    {
        Span<byte> prk = stackalloc byte[HashSize];
        LabeledExtract(KemSuite, default, "dkp_prk"u8, material, prk);
        LabeledExpand(KemSuite, prk, "sk"u8, default, secret);
        CryptographicOperations.ZeroMemory(prk);
        var publicKey = new byte[KeySize];
        X25519(secret, BasePoint, publicKey);
        return publicKey;
    }

    /// <summary>SealBase (6.1): enc ‖ ciphertext ‖ tag.</summary>
    /// <exception cref="MalformedException">The key is not 32 bytes, or of small order: the shared point is 0 (7.1.4).</exception>
    public static byte[] Seal(
        ushort aead, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        if (recipient.Length != KeySize) throw new MalformedException("a public key of 32 bytes");
        Span<byte> secret = stackalloc byte[KeySize], shared = stackalloc byte[KeySize];
        try
        {
            random.Fill(shared);
            var enc = DeriveKeyPair(shared, secret);
            if (!SharedSecret(secret, recipient, enc, recipient, shared)) throw new MalformedException("a public key that is not of small order");
            var delivery = new byte[checked(KeySize + plaintext.Length + TagSize)];
            enc.CopyTo(delivery, 0);
            Span<byte> nonce = stackalloc byte[NonceSize];
            using var cipher = KeySchedule(aead, shared, info, nonce);
            cipher.Encrypt(nonce, plaintext, delivery.AsSpan(KeySize, plaintext.Length), delivery.AsSpan(KeySize + plaintext.Length), aad);
            return delivery;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    /// <summary>OpenBase (6.1), or null: one answer for every reason.</summary>
    public static byte[]? Open(
        ushort aead, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> delivery)
    {
        if (delivery.Length < KeySize + TagSize) return null;
        Span<byte> shared = stackalloc byte[KeySize], nonce = stackalloc byte[NonceSize];
        var plaintext = new byte[delivery.Length - KeySize - TagSize];
        try
        {
            if (!SharedSecret(secret, delivery[..KeySize], delivery[..KeySize], publicKey, shared)) return null;
            using var cipher = KeySchedule(aead, shared, info, nonce);
            cipher.Decrypt(nonce, delivery[KeySize..^TagSize], delivery[^TagSize..], plaintext, aad);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    /// <summary>Encap and Decap (4.1) after the Diffie-Hellman; false where the shared point is 0.</summary>
    private static bool SharedSecret(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> recipient, Span<byte> shared)
    {
        Span<byte> point = stackalloc byte[KeySize], prk = stackalloc byte[HashSize];
        X25519(secret, theirs, point);
        var holds = point.ContainsAnyExcept((byte)0);
        LabeledExtract(KemSuite, default, "eae_prk"u8, point, prk);
        LabeledExpand(KemSuite, prk, "shared_secret"u8, [.. enc, .. recipient], shared);
        CryptographicOperations.ZeroMemory(point);
        CryptographicOperations.ZeroMemory(prk);
        return holds;
    }

    /// <summary>KeySchedule (5.1) without a pre-shared key; the first nonce is the base nonce.</summary>
    private static AesGcm KeySchedule(ushort aead, ReadOnlySpan<byte> shared, ReadOnlySpan<byte> info, Span<byte> nonce)
    {
        ReadOnlySpan<byte> suite = [.. "HPKE"u8, 0, 0x20, 0, 1, 0, checked((byte)aead)];
        Span<byte> context = stackalloc byte[1 + (2 * HashSize)], secret = stackalloc byte[HashSize], key = stackalloc byte[aead == 2 ? 32 : 16];
        context[0] = Base;
        LabeledExtract(suite, default, "psk_id_hash"u8, default, context.Slice(1, HashSize));
        LabeledExtract(suite, default, "info_hash"u8, info, context[(1 + HashSize)..]);
        LabeledExtract(suite, shared, "secret"u8, default, secret);
        LabeledExpand(suite, secret, "key"u8, context, key);
        LabeledExpand(suite, secret, "base_nonce"u8, context, nonce);
        try
        {
            return new AesGcm(key, TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void X25519(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> point, Span<byte> product)
    {
        Span<byte> scalar = stackalloc byte[KeySize];
        secret.CopyTo(scalar);
        scalar[0] &= 0xF8;
        scalar[31] = (byte)((scalar[31] & 0x7F) | 0x40);
        Curve25519.Multiply(point, scalar, product);
        CryptographicOperations.ZeroMemory(scalar);
    }

    private static void LabeledExtract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> material, Span<byte> prk)
    {
        byte[] labelled = [.. Version, .. suite, .. label, .. material];
        HKDF.Extract(HashAlgorithmName.SHA256, labelled, salt, prk);
        CryptographicOperations.ZeroMemory(labelled);
    }

    private static void LabeledExpand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)output.Length));
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, [.. length, .. Version, .. suite, .. label, .. info]);
    }
}
