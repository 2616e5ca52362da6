using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>The known answers every provider gives before it is used: a library that fails one must neither sign nor hash.</summary>
/// <remarks>Sources: GB/T 32905-2016, appendix A.1; GB/T 32907-2016, appendix A.1; GB/T 32918.5-2017, appendices A.2 and B.2.</remarks>
internal static class SmVectors
{
    /// <summary>Whether the provider computes SM3 and SM4 as the standards do, verifies the standard's signature and refuses an altered one,
    /// and, where it holds private keys, decrypts the standard's ciphertext.</summary>
    public static bool Answers(ISmProvider provider)
    {
        Span<byte> digest = stackalloc byte[SmFormat.Sm3Size];
        using (var hash = provider.BeginSm3())
        {
            hash.Append("abc"u8);
            hash.Finish(digest);
        }

        var block = new byte[SmFormat.Sm4BlockSize]; // E(key, counter) is the key stream over zeros
        var key = Convert.FromHexString("0123456789abcdeffedcba9876543210");
        provider.Sm4Ctr(key, key, block);

        var signer = Sm2PublicKey.Parse(Convert.FromHexString(
            "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"));
        var signature = Convert.FromHexString(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
        return Convert.ToHexStringLower(digest) == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
            && Convert.ToHexStringLower(block) == "681edf34d206965e86b3e94f536e4246"
            && provider.Verify(signer, Sm2Format.DefaultIdentity, "message digest"u8, signature)
            && !provider.Verify(signer, Sm2Format.DefaultIdentity, "message digesu"u8, signature)
            && (!provider.HoldsPrivateKeys || Decrypts(provider));
    }

    private static bool Decrypts(ISmProvider provider)
    {
        var scalar = Convert.FromHexString("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        using var key = provider.Import(SecretBytes.Take(scalar));
        var plaintext = key.Decrypt(Convert.FromHexString(
            "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"
            + "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766" + "21886ca989ca9c7d58087307ca93092d651efa"));
        return plaintext is not null && CryptographicOperations.FixedTimeEquals(plaintext, "encryption standard"u8);
    }
}
