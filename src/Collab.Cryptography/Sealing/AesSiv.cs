using System.Security.Cryptography;

namespace Collab.Cryptography.Sealing;

/// <summary>Deterministic authenticated encryption, AES-SIV with two AES-128 keys (RFC 5297, AEAD_AES_SIV_CMAC_256): the same key and text give the
/// same bytes, and nothing else is told of either.</summary>
/// <remarks>Needs no nonce: for keys that are used for one text, or where equal texts may be seen to be equal. 128 bits. A forged or foreign text passes with
/// chance 2^-128. Time depends on lengths alone. Source: RFC 5297; Rogaway, Shrimpton, EUROCRYPT 2006.</remarks>
public sealed class AesSiv : IDisposable
{
    /// <summary>The size of a key, in bytes: one half authenticates, one encrypts.</summary>
    public const int KeySize = 32;

    /// <summary>How much longer a sealed text is, in bytes.</summary>
    public const int Overhead = 16;

    private const int Block = 16;

    private readonly Aes _mac = Aes.Create();
    private readonly Aes _cipher = Aes.Create();
    private readonly byte[] _subkey = new byte[2 * Block]; // K1, K2 of RFC 4493

    /// <summary>Takes a key.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesSiv(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize) throw new ArgumentException($"A key has {KeySize} bytes.", nameof(key));
        _mac.SetKey(key[..Block]);
        _cipher.SetKey(key[Block..]);
        Span<byte> first = _subkey.AsSpan(0, Block), second = _subkey.AsSpan(Block);
        _mac.EncryptEcb(first, first, PaddingMode.None);
        Double(first);
        first.CopyTo(second);
        Double(second);
    }

    /// <summary>Seals a text: the synthetic IV, then the encrypted text.</summary>
    /// <param name="text">Any length.</param>
    /// <param name="destination">Receives 16 bytes more; must not overlap.</param>
    /// <param name="associated">What is authenticated beside it, each part by itself; at most 126.</param>
    public void Seal(ReadOnlySpan<byte> text, Span<byte> destination, params ReadOnlySpan<byte[]> associated)
    {
        if (destination.Length != text.Length + Overhead) throw new ArgumentException("Room for the text and 16 bytes.", nameof(destination));
        Synthetic(associated, text, destination[..Block]);
        Stream(destination[..Block], text, destination[Block..]);
    }

    /// <summary>Opens a sealed text.</summary>
    /// <param name="sealedText">16 bytes or more.</param>
    /// <param name="destination">Receives 16 bytes less; zeroed when it does not open.</param>
    /// <param name="associated">As when it was sealed.</param>
    /// <returns>Whether this key sealed just this.</returns>
    public bool TryOpen(ReadOnlySpan<byte> sealedText, Span<byte> destination, params ReadOnlySpan<byte[]> associated)
    {
        if (destination.Length != sealedText.Length - Overhead) throw new ArgumentException("Room for the text.", nameof(destination));
        Stream(sealedText[..Block], sealedText[Block..], destination);
        Span<byte> expected = stackalloc byte[Block];
        Synthetic(associated, destination, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, sealedText[..Block])) return true;
        CryptographicOperations.ZeroMemory(destination);
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(AesSiv)} (secret)";

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _mac.Dispose();
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_subkey);
    }

    /// <summary>S2V of RFC 5297, section 2.4.</summary>
    private void Synthetic(ReadOnlySpan<byte[]> associated, ReadOnlySpan<byte> text, Span<byte> iv)
    {
        Span<byte> d = stackalloc byte[Block], mac = stackalloc byte[Block], last = stackalloc byte[Block];
        d.Clear();
        Cmac(d, default, d);
        foreach (var part in associated)
        {
            Double(d);
            Cmac(part, default, mac);
            Xor(mac, d);
        }

        if (text.Length >= Block)
        {
            Cmac(text, d, iv);
            return;
        }

        Double(d);
        last.Clear();
        text.CopyTo(last);
        last[text.Length] = 0x80;
        Xor(last, d);
        Cmac(d, default, iv);
    }

    /// <summary>CMAC (RFC 4493) of a text, into whose last 16 bytes <paramref name="end"/> is added where it is given.</summary>
    private void Cmac(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end, Span<byte> mac)
    {
        Span<byte> chain = stackalloc byte[Block], tail = stackalloc byte[2 * Block];
        chain.Clear();
        tail.Clear();
        // All but the last block and, with an end, the one before it, which the end may reach into.
        var keep = end.IsEmpty ? Block : 2 * Block;
        while (text.Length > keep)
        {
            Xor(text[..Block], chain);
            _mac.EncryptEcb(chain, chain, PaddingMode.None);
            text = text[Block..];
        }

        text.CopyTo(tail);
        if (!end.IsEmpty) Xor(end, tail.Slice(text.Length - Block, Block));
        var size = text.Length;
        Span<byte> rest = tail;
        if (size > Block)
        {
            Xor(rest[..Block], chain);
            _mac.EncryptEcb(chain, chain, PaddingMode.None);
            rest = rest[Block..];
            size -= Block;
        }

        Span<byte> final = rest[..Block];
        if (size == Block)
        {
            Xor(_subkey.AsSpan(0, Block), final);
        }
        else
        {
            final[size] = 0x80;
            Xor(_subkey.AsSpan(Block), final);
        }

        Xor(final, chain);
        _mac.EncryptEcb(chain, mac, PaddingMode.None);
    }

    /// <summary>Counter mode from the IV with two of its bits cleared (RFC 5297, section 2.5).</summary>
    private void Stream(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var blocks = (text.Length + Block - 1) / Block;
        var stream = blocks <= 32 ? stackalloc byte[blocks * Block] : new byte[blocks * Block];
        Span<byte> counter = stackalloc byte[Block];
        iv.CopyTo(counter);
        counter[8] &= 0x7F;
        counter[12] &= 0x7F;
        for (var i = 0; i < blocks; i++)
        {
            counter.CopyTo(stream[(i * Block)..]);
            for (var at = Block - 1; at >= 0; at--)
            {
                if (unchecked(++counter[at]) != 0) break; // the counter is public
            }
        }

        _cipher.EncryptEcb(stream, stream, PaddingMode.None);
        for (var i = 0; i < text.Length; i++) destination[i] = (byte)(text[i] ^ stream[i]);
        CryptographicOperations.ZeroMemory(stream);
    }

    /// <summary>Multiplication by x in GF(2^128), big-endian, without a branch.</summary>
    private static void Double(Span<byte> block)
    {
        var carry = block[0] >> 7;
        for (var i = 0; i < Block - 1; i++) block[i] = (byte)(((block[i] << 1) | (block[i + 1] >> 7)) & 0xFF);
        block[Block - 1] = (byte)(((block[Block - 1] << 1) & 0xFF) ^ (0x87 & -carry));
    }

    private static void Xor(ReadOnlySpan<byte> value, Span<byte> into)
    {
        for (var i = 0; i < value.Length; i++) into[i] ^= value[i];
    }
}
