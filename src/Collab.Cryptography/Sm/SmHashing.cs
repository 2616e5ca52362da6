using System.Security.Cryptography;

namespace Collab.Cryptography.Sm;

/// <summary>SM3 in one call, and HMAC (RFC 2104, GB/T 15852.2) over it.</summary>
public static class SmHashing
{
    private const int BlockSize = 64;

    extension(ISmProvider provider)
    {
        /// <summary>SM3 of the bytes: 32 bytes.</summary>
        public byte[] Sm3(ReadOnlySpan<byte> bytes)
        {
            var digest = new byte[SmFormat.Sm3Size];
            using var hash = provider.BeginSm3();
            hash.Append(bytes);
            hash.Finish(digest);
            return digest;
        }

        /// <summary>HMAC-SM3 of the parts one after another: 32 bytes. The caller makes their lengths explicit.</summary>
        /// <param name="key">At most 64 bytes; the key of a use is drawn for it and is shorter.</param>
        /// <param name="first">The bytes that come first.</param>
        /// <param name="second">The bytes that follow.</param>
        public byte[] HmacSm3(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
        {
            if (key.Length > BlockSize) throw new ArgumentException($"A key has at most {BlockSize} bytes.", nameof(key));
            Span<byte> pad = stackalloc byte[BlockSize];
            var tag = new byte[SmFormat.Sm3Size];
            try
            {
                Fill(pad, key, 0x36);
                using (var inner = provider.BeginSm3())
                {
                    inner.Append(pad);
                    inner.Append(first);
                    inner.Append(second);
                    inner.Finish(tag);
                }

                Fill(pad, key, 0x5c);
                using var outer = provider.BeginSm3();
                outer.Append(pad);
                outer.Append(tag);
                outer.Finish(tag);
                return tag;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pad);
            }
        }
    }

    private static void Fill(Span<byte> pad, ReadOnlySpan<byte> key, byte with)
    {
        pad.Clear();
        key.CopyTo(pad);
        foreach (ref var b in pad) b ^= with;
    }
}
