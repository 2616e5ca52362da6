using System.Buffers.Binary;
using System.Numerics;

namespace Collab.Arithmetic.Hashing;

/// <summary>Keccak-256 as Ethereum has it: the sponge of FIPS 202 with rate 136 and the padding of the original submission (0x01, not 0x06).</summary>
/// <remarks>It is not SHA3-256. Timing depends on the length alone. Source: FIPS 202, sections 3.2 and 4; Keccak reference 3.0, section 1.1.2.</remarks>
public static class Keccak256
{
    /// <summary>The length of a hash, in bytes.</summary>
    public const int Size = 32;

    private const int Rate = 136;
    private const int Rounds = 24;

    // FIPS 202, section 3.2.5; a test compares the permutation with the SHA3-256 of the class library.
    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    // Rotation of the lane that step ρ brings to a place, and the place that step π brings it to, along the one cycle of π from (1, 0).
    private static ReadOnlySpan<byte> Rotations => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static ReadOnlySpan<byte> Places => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    /// <summary>The hash of the bytes.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var hash = new byte[Size];
        Hash(message, hash);
        return hash;
    }

    /// <summary>The hash of the bytes, into 32 bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> hash) => Hash(message, 0x01, hash);

    /// <summary>The sponge with another first byte of padding; 0x06 makes it SHA3-256.</summary>
    internal static void Hash(ReadOnlySpan<byte> message, byte padding, Span<byte> hash)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        for (; message.Length >= Rate; message = message[Rate..]) Absorb(state, message[..Rate]);
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        message.CopyTo(last);
        last[message.Length] = padding;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        for (var i = 0; i < Size / 8; i++) BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], state[i]);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        Permute(state);
    }

    private static void Permute(Span<ulong> a)
    {
        Span<ulong> c = stackalloc ulong[5];
        for (var round = 0; round < Rounds; round++)
        {
            for (var x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]; // θ
            for (var x = 0; x < 5; x++)
            {
                var d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (var y = 0; y < 25; y += 5) a[x + y] ^= d;
            }

            var lane = a[1];                                                                        // ρ and π
            for (var i = 0; i < 24; i++) (a[Places[i]], lane) = (BitOperations.RotateLeft(lane, Rotations[i]), a[Places[i]]);
            for (var y = 0; y < 25; y += 5)                                                         // χ
            {
                a.Slice(y, 5).CopyTo(c);
                for (var x = 0; x < 5; x++) a[x + y] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
            }

            a[0] ^= RoundConstants[round];                                                          // ι
        }
    }
}
