using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>
/// Bytes for one recipient: SM2 carries two fresh keys, SM4 in counter mode encrypts, HMAC-SM3 covers what it is for, for whom, and all of it.
/// It says nothing of who sent it: the sender signs the sealed bytes where that matters.
/// </summary>
/// <remarks>Source: protocols/specs/suite-sm.md, "Sealed delivery". Encrypt-then-MAC: Bellare and Namprempre, ASIACRYPT 2000.</remarks>
public static class SmSealing
{
    /// <summary>How much longer the sealed bytes are, in bytes.</summary>
    public const int Overhead = WrappedSize + SmFormat.Sm3Size;

    private const int MacKeySize = 32;
    private const int KeysSize = SmFormat.Sm4KeySize + MacKeySize;
    private const int WrappedSize = KeysSize + Sm2Format.CiphertextOverhead;

    /// <summary>Seals bytes to a key.</summary>
    /// <param name="provider">Where the algorithms come from.</param>
    /// <param name="recipient">Who opens it.</param>
    /// <param name="context">What it is for, public; it opens for that alone.</param>
    /// <param name="plaintext">Any number of bytes.</param>
    /// <param name="random">Where the keys come from; they are used once and zeroed.</param>
    public static byte[] Seal(
        ISmProvider provider, Sm2PublicKey recipient, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        Span<byte> keys = stackalloc byte[KeysSize];
        try
        {
            random.Fill(keys);
            var delivery = new byte[checked(plaintext.Length + Overhead)];
            provider.Encrypt(recipient, keys).CopyTo(delivery, 0);
            var body = delivery.AsSpan(WrappedSize, plaintext.Length);
            plaintext.CopyTo(body);
            provider.Sm4Ctr(keys[..SmFormat.Sm4KeySize], FirstCounter, body); // the key is fresh, so no counter block repeats under it
            Tag(provider, keys[SmFormat.Sm4KeySize..], recipient, context, delivery).CopyTo(delivery.AsSpan(WrappedSize + plaintext.Length));
            return delivery;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>Opens what was sealed to this key for this context.</summary>
    /// <exception cref="CollabException"><see cref="SmErrors.NotOpened"/>, one answer for every reason.</exception>
    public static byte[] Open(ISmProvider provider, ISm2PrivateKey recipient, ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery)
    {
        var keys = delivery.Length < Overhead ? null : recipient.Decrypt(delivery[..WrappedSize]);
        try
        {
            if (keys is null) throw NotOpened();
            var tag = Tag(provider, keys.AsSpan(SmFormat.Sm4KeySize), recipient.PublicKey, context, delivery);
            if (!CryptographicOperations.FixedTimeEquals(tag, delivery[^SmFormat.Sm3Size..])) throw NotOpened();
            var plaintext = delivery[WrappedSize..^SmFormat.Sm3Size].ToArray();
            provider.Sm4Ctr(keys.AsSpan(0, SmFormat.Sm4KeySize), FirstCounter, plaintext);
            return plaintext;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private static ReadOnlySpan<byte> FirstCounter => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Tag(ISmProvider provider, ReadOnlySpan<byte> key, Sm2PublicKey recipient, ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)context.Length);
        return provider.HmacSm3(key, [.. "collab.delivery.sm.v1"u8, .. length, .. context, .. recipient.Bytes], delivery[..^SmFormat.Sm3Size]);
    }

    private static CollabException NotOpened() => new(SmErrors.NotOpened, "The sealed delivery does not open with this key for this purpose.");
}
