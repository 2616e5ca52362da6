using System.Runtime.InteropServices;
using Collab.Primitives;

namespace Collab.Cryptography.Signatures;

/// <summary>Ed25519 of the system's libcrypto, through its raw-key calls. Public inputs and one secret seed; no other algorithm.</summary>
/// <remarks>Source: OpenSSL 3.0, EVP_PKEY_new_raw_private_key(3), EVP_DigestSign(3), Ed25519(7).</remarks>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";
    private const int Ed25519 = 1087; // NID_ED25519

    private static readonly Lazy<CollabException?> Problem = new(Probe);

    /// <summary>Throws <see cref="SigningKey.LibraryMissing"/> unless libcrypto 3 is there and signs as RFC 8032 says.</summary>
    public static void Require()
    {
        if (Problem.Value is { } problem) throw new CollabException(problem.Code, problem.Message, inner: problem.InnerException);
    }

    public static void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        Require();
        using var key = PrivateKey(seed);
        DerivePublicKey(key, publicKey);
    }

    public static void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Require();
        using var key = PrivateKey(seed);
        SignWith(key, message, signature);
    }

    public static EvpKey VerificationKey(ReadOnlySpan<byte> publicKey)
    {
        Require();
        fixed (byte* raw = publicKey)
            return Checked(EVP_PKEY_new_raw_public_key(Ed25519, 0, raw, (nuint)publicKey.Length));
    }

    public static bool Verify(EvpKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var context = NewContext();
        if (EVP_DigestVerifyInit(context, 0, 0, 0, key) != 1) throw Failed();
        byte nothing = 0; // libcrypto wants a pointer even to an empty message
        fixed (byte* m = message)
        fixed (byte* s = signature)
        {
            var verdict = EVP_DigestVerify(context, s, (nuint)signature.Length, m == null ? &nothing : m, (nuint)message.Length);
            if (verdict != 1) ERR_clear_error();
            return verdict == 1;
        }
    }

    private static EvpKey PrivateKey(ReadOnlySpan<byte> seed)
    {
        fixed (byte* raw = seed) return Checked(EVP_PKEY_new_raw_private_key(Ed25519, 0, raw, (nuint)seed.Length));
    }

    private static void DerivePublicKey(EvpKey key, Span<byte> publicKey)
    {
        var size = (nuint)publicKey.Length;
        fixed (byte* raw = publicKey)
            if (EVP_PKEY_get_raw_public_key(key, raw, ref size) != 1 || size != (nuint)publicKey.Length) throw Failed();
    }

    private static void SignWith(EvpKey key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        using var context = NewContext();
        if (EVP_DigestSignInit(context, 0, 0, 0, key) != 1) throw Failed();
        var size = (nuint)signature.Length;
        byte nothing = 0;
        fixed (byte* m = message)
        fixed (byte* s = signature)
            if (EVP_DigestSign(context, s, ref size, m == null ? &nothing : m, (nuint)message.Length) != 1
                || size != (nuint)signature.Length)
                throw Failed();
    }

    private static CollabException? Probe()
    {
        try
        {
            if (OpenSSL_version_num() >> 28 != 3)
                return new CollabException(SigningKey.LibraryMissing, $"{Library} is not OpenSSL 3.");
            // RFC 8032, section 7.1, test 1: a library that answers this wrongly must not sign anything.
            Span<byte> computed = stackalloc byte[VerifyingKey.Size];
            using var key = PrivateKey(Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
            DerivePublicKey(key, computed);
            return Convert.ToHexStringLower(computed) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
                ? null
                : new CollabException(SigningKey.LibraryMissing, $"{Library} derives a wrong Ed25519 public key.");
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new CollabException(SigningKey.LibraryMissing, $"{Library} cannot be used for Ed25519.", inner: fault);
        }
        catch (CollabException fault)
        {
            return fault;
        }
    }

    private static EvpKey Checked(EvpKey key)
    {
        if (!key.IsInvalid) return key;
        key.Dispose();
        throw Failed();
    }

    internal static EvpContext NewContext()
    {
        var context = EVP_MD_CTX_new();
        return context.IsInvalid ? throw Failed() : context;
    }

    private static CollabException Failed()
    {
        ERR_clear_error(); // the queue is per thread and would be read by the next caller
        return new CollabException(SigningKey.LibraryFailed, $"{Library} refused an Ed25519 operation.");
    }

    [LibraryImport(Library)]
    private static partial nuint OpenSSL_version_num();

    [LibraryImport(Library)]
    private static partial void ERR_clear_error();

    [LibraryImport(Library)]
    private static partial EvpKey EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint size);

    [LibraryImport(Library)]
    private static partial EvpKey EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(EvpKey key, byte* raw, ref nuint size);

    [LibraryImport(Library)]
    private static partial EvpContext EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(EvpContext context, nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(EvpContext context, byte* signature, ref nuint size, byte* message, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(EvpContext context, nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(EvpContext context, byte* signature, nuint size, byte* message, nuint length);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    /// <summary>An <c>EVP_PKEY</c>; libcrypto wipes a private key when it frees it.</summary>
    internal sealed class EvpKey() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    internal sealed class EvpContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
