using System.Runtime.InteropServices;
using Collab.Cryptography.Signatures;
using Collab.Primitives;
using static Collab.Cryptography.Signatures.LibCrypto;

namespace Collab.Cryptography.Sm;

/// <summary>SM2, SM3 and SM4 of the system's libcrypto. Inputs were checked by the caller; buffers have the lengths the formats say.</summary>
/// <remarks>Source: OpenSSL 3.0, EVP_PKEY-SM2(7), EVP_PKEY_fromdata(3), EVP_DigestSign(3), EVP_EncryptInit(3), OSSL_PARAM(3), EC_POINT_mul(3).</remarks>
internal static unsafe partial class LibCryptoSm
{
    private const string Library = "libcrypto.so.3";
    private const int Sm2Curve = 1172;           // NID_sm2
    private const int Uncompressed = 4;          // POINT_CONVERSION_UNCOMPRESSED
    private const uint UnsignedInteger = 2;      // OSSL_PARAM_UNSIGNED_INTEGER, of the machine's byte order
    private const uint Utf8 = 4;                 // OSSL_PARAM_UTF8_STRING
    private const uint Octets = 5;               // OSSL_PARAM_OCTET_STRING
    private const int PublicParts = 0x86;        // EVP_PKEY_PUBLIC_KEY
    private const int KeyPair = 0x87;            // EVP_PKEY_KEYPAIR

    /// <summary>The coordinates of d·G; the multiplication by one point is libcrypto's constant-time ladder.</summary>
    public static byte[] DerivePublicKey(ReadOnlySpan<byte> scalar)
    {
        nint group = 0, point = 0, number = 0;
        try
        {
            group = EC_GROUP_new_by_curve_name(Sm2Curve);
            if (group == 0 || (point = EC_POINT_new(group)) == 0) throw Failed();
            fixed (byte* raw = scalar) number = BN_bin2bn(raw, scalar.Length, 0);
            if (number == 0 || EC_POINT_mul(group, point, number, 0, 0, 0) != 1) throw Failed();
            Span<byte> encoded = stackalloc byte[1 + Sm2PublicKey.Size];
            fixed (byte* raw = encoded)
                if (EC_POINT_point2oct(group, point, Uncompressed, raw, (nuint)encoded.Length, 0) != (nuint)encoded.Length) throw Failed();
            return encoded[1..].ToArray();
        }
        finally
        {
            BN_clear_free(number);
            EC_POINT_clear_free(point);
            EC_GROUP_free(group);
        }
    }

    /// <summary>An <c>EVP_PKEY</c> of the point, and of the scalar where one is given.</summary>
    public static EvpKey Key(ReadOnlySpan<byte> point, ReadOnlySpan<byte> scalar)
    {
        Span<byte> encoded = stackalloc byte[1 + Sm2PublicKey.Size];
        encoded[0] = Uncompressed;
        point.CopyTo(encoded[1..]);
        Span<byte> number = stackalloc byte[scalar.Length];
        scalar.CopyTo(number);
        if (BitConverter.IsLittleEndian) number.Reverse();
        using var context = EVP_PKEY_CTX_new_from_name(0, "SM2", null);
        try
        {
            fixed (byte* group = "SM2"u8, groupName = "group\0"u8, pubName = "pub\0"u8, privName = "priv\0"u8, pub = encoded, priv = number)
            {
                var parameters = stackalloc Parameter[4];
                parameters[0] = new Parameter(groupName, Utf8, group, 3);
                parameters[1] = new Parameter(pubName, Octets, pub, (nuint)encoded.Length);
                parameters[2] = scalar.IsEmpty ? default : new Parameter(privName, UnsignedInteger, priv, (nuint)number.Length);
                parameters[3] = default; // OSSL_PARAM_END
                if (context.IsInvalid || EVP_PKEY_fromdata_init(context) != 1
                    || EVP_PKEY_fromdata(context, out var key, scalar.IsEmpty ? PublicParts : KeyPair, parameters) != 1 || key.IsInvalid)
                    throw Failed();
                return key;
            }
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(number);
        }
    }

    public static byte[] Sign(EvpKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message)
    {
        using var context = NewContext();
        if (EVP_DigestSignInit(context, out var keyContext, EVP_sm3(), 0, key) != 1) throw Failed();
        SetIdentity(keyContext, identity);
        var size = (nuint)128;
        Span<byte> signature = stackalloc byte[128];
        byte nothing = 0;
        fixed (byte* m = message)
        fixed (byte* s = signature)
            if (EVP_DigestUpdate(context, m == null ? &nothing : m, (nuint)message.Length) != 1
                || EVP_DigestSignFinal(context, s, ref size) != 1)
                throw Failed();
        return Sm2Format.FromAsn1Signature(signature[..(int)size].ToArray());
    }

    public static bool Verify(EvpKey key, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var context = NewContext();
        if (EVP_DigestVerifyInit(context, out var keyContext, EVP_sm3(), 0, key) != 1) throw Failed();
        SetIdentity(keyContext, identity);
        var encoded = Sm2Format.ToAsn1Signature(signature);
        byte nothing = 0;
        fixed (byte* m = message)
        fixed (byte* s = encoded)
        {
            if (EVP_DigestUpdate(context, m == null ? &nothing : m, (nuint)message.Length) != 1) throw Failed();
            var verdict = EVP_DigestVerifyFinal(context, s, (nuint)encoded.Length);
            if (verdict != 1) ERR_clear_error();
            return verdict == 1;
        }
    }

    public static byte[] Encrypt(EvpKey key, ReadOnlySpan<byte> plaintext)
    {
        using var context = EVP_PKEY_CTX_new(key, 0);
        var size = (nuint)plaintext.Length + 256;
        var output = new byte[(int)size];
        fixed (byte* p = plaintext)
        fixed (byte* c = output)
            if (context.IsInvalid || EVP_PKEY_encrypt_init(context) != 1 || EVP_PKEY_encrypt(context, c, ref size, p, (nuint)plaintext.Length) != 1)
                throw Failed();
        return Sm2Format.FromAsn1Ciphertext(output[..(int)size]);
    }

    public static byte[]? Decrypt(EvpKey key, ReadOnlySpan<byte> ciphertext)
    {
        using var context = EVP_PKEY_CTX_new(key, 0);
        if (context.IsInvalid || EVP_PKEY_decrypt_init(context) != 1) throw Failed();
        var encoded = Sm2Format.ToAsn1Ciphertext(ciphertext);
        var size = (nuint)encoded.Length; // more than the plaintext
        var output = new byte[encoded.Length];
        fixed (byte* c = encoded)
        fixed (byte* p = output)
        {
            var done = EVP_PKEY_decrypt(context, p, ref size, c, (nuint)encoded.Length);
            if (done != 1) ERR_clear_error();
            var expected = ciphertext.Length - Sm2Format.CiphertextOverhead;
            var plaintext = done == 1 && size == (nuint)expected ? output[..expected] : null;
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(output);
            return plaintext;
        }
    }

    public static void Sm4Ctr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter, Span<byte> data)
    {
        using var context = EVP_CIPHER_CTX_new();
        fixed (byte* k = key, c = counter, d = data)
        {
            if (context.IsInvalid || EVP_EncryptInit_ex(context, EVP_sm4_ctr(), 0, k, c) != 1) throw Failed();
            if (!data.IsEmpty && (EVP_EncryptUpdate(context, d, out var size, d, data.Length) != 1 || size != data.Length)) throw Failed();
        }
    }

    /// <summary>Whether this library has SM4 with GCM (OpenSSL 3.1 and later); a fact for reports, no format depends on it.</summary>
    public static bool HasSm4Gcm()
    {
        var cipher = EVP_CIPHER_fetch(0, "SM4-GCM", null);
        if (cipher == 0) ERR_clear_error();
        EVP_CIPHER_free(cipher);
        return cipher != 0;
    }

    public static CollabException Failed()
    {
        ERR_clear_error(); // the queue is per thread and would be read by the next caller
        return new CollabException(SmErrors.LibraryFailed, $"{Library} refused an operation of the SM suite.");
    }

    private static void SetIdentity(nint keyContext, ReadOnlySpan<byte> identity)
    {
        fixed (byte* id = identity)
            if (EVP_PKEY_CTX_set1_id(keyContext, id, identity.Length) != 1) throw Failed();
    }

    /// <summary>SM3 by libcrypto; freeing the context wipes its state.</summary>
    internal sealed class Sm3Hash : ISm3Hash
    {
        private readonly EvpContext _context = NewContext();

        public Sm3Hash()
        {
            if (EVP_DigestInit_ex(_context, EVP_sm3(), 0) == 1) return;
            _context.Dispose();
            throw Failed();
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty) return;
            fixed (byte* raw = bytes)
                if (EVP_DigestUpdate(_context, raw, (nuint)bytes.Length) != 1) throw Failed();
        }

        public void Finish(Span<byte> digest)
        {
            if (digest.Length != 32) throw new ArgumentException("An SM3 digest has 32 bytes.", nameof(digest));
            fixed (byte* raw = digest)
                if (EVP_DigestFinal_ex(_context, raw, out _) != 1) throw Failed();
        }

        public void Dispose() => _context.Dispose();
    }

    /// <summary>One <c>OSSL_PARAM</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Parameter(byte* name, uint type, void* value, nuint size)
    {
        private readonly byte* _name = name;
        private readonly uint _type = type;
        private readonly void* _value = value;
        private readonly nuint _size = size;
        private readonly nuint _returned = unchecked((nuint)(-1)); // OSSL_PARAM_UNMODIFIED
    }
}
