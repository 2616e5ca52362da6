using System.Runtime.InteropServices;
using static Collab.Cryptography.Signatures.LibCrypto;

namespace Collab.Cryptography.Sm;

/// <content>The calls, as OpenSSL 3.0 declares them.</content>
internal static unsafe partial class LibCryptoSm
{
    [LibraryImport(Library)]
    private static partial void ERR_clear_error();

    [LibraryImport(Library)]
    private static partial nint EVP_sm3();

    [LibraryImport(Library)]
    private static partial nint EVP_sm4_ctr();

    [LibraryImport(Library)]
    private static partial int EVP_DigestInit_ex(EvpContext context, nint digest, nint engine);

    [LibraryImport(Library)]
    private static partial int EVP_DigestUpdate(EvpContext context, byte* bytes, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_DigestFinal_ex(EvpContext context, byte* digest, out uint size);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(EvpContext context, out nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignFinal(EvpContext context, byte* signature, ref nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(EvpContext context, out nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyFinal(EvpContext context, byte* signature, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_CTX_set1_id(nint keyContext, byte* identity, int size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial KeyContext EVP_PKEY_CTX_new_from_name(nint library, string name, string? properties);

    [LibraryImport(Library)]
    private static partial KeyContext EVP_PKEY_CTX_new(EvpKey key, nint engine);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_fromdata_init(KeyContext context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_fromdata(KeyContext context, out EvpKey key, int selection, Parameter* parameters);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_encrypt_init(KeyContext context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_encrypt(KeyContext context, byte* output, ref nuint size, byte* input, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_decrypt_init(KeyContext context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_decrypt(KeyContext context, byte* output, ref nuint size, byte* input, nuint length);

    [LibraryImport(Library)]
    private static partial CipherContext EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_EncryptInit_ex(CipherContext context, nint cipher, nint engine, byte* key, byte* counter);

    [LibraryImport(Library)]
    private static partial int EVP_EncryptUpdate(CipherContext context, byte* output, out int size, byte* input, int length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_CIPHER_fetch(nint library, string name, string? properties);

    [LibraryImport(Library)]
    private static partial void EVP_CIPHER_free(nint cipher);

    [LibraryImport(Library)]
    private static partial nint EC_GROUP_new_by_curve_name(int name);

    [LibraryImport(Library)]
    private static partial void EC_GROUP_free(nint group);

    [LibraryImport(Library)]
    private static partial nint EC_POINT_new(nint group);

    [LibraryImport(Library)]
    private static partial void EC_POINT_clear_free(nint point);

    [LibraryImport(Library)]
    private static partial int EC_POINT_mul(nint group, nint product, nint generatorFactor, nint point, nint factor, nint context);

    [LibraryImport(Library)]
    private static partial nuint EC_POINT_point2oct(nint group, nint point, int form, byte* bytes, nuint size, nint context);

    [LibraryImport(Library)]
    private static partial nint BN_bin2bn(byte* bytes, int size, nint number);

    [LibraryImport(Library)]
    private static partial void BN_clear_free(nint number);

    private sealed class KeyContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_CTX_free(handle);
            return true;
        }
    }

    private sealed class CipherContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_CIPHER_CTX_free(handle);
            return true;
        }
    }
}
