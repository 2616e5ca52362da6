using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Hashing;

/// <summary>SHA-256 of many messages of exactly 48 bytes: a common prefix of 16 bytes and two blocks.</summary>
/// <remarks>
/// One compression each. The digest's words 0 to 3 come as one element, its words 4 to 7 as a second, each read as a big-endian number,
/// so that elements order as the digests do. Source: FIPS 180-4, section 6.2. Timing depends on lengths alone.
/// </remarks>
public static partial class Sha256Pairs
{
    /// <summary>The size of the common prefix, in bytes.</summary>
    public const int PrefixSize = 16;

    /// <summary>SHA-256(prefix ‖ x[i] ‖ y[i]), elements in their 16 bytes of memory.</summary>
    /// <param name="prefix">16 bytes.</param>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="first">Receives the first half of each digest, shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <param name="second">Receives the second half of each digest, shape [n], or is empty when it is not wanted.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> first, Span<Gf128> second)
    {
        if (prefix.Length != PrefixSize) throw new ArgumentException($"A prefix has {PrefixSize} bytes.", nameof(prefix));
        if (x.Length != y.Length || x.Length != first.Length) throw new ArgumentException("The vectors have one length.", nameof(first));
        if (!second.IsEmpty && second.Length != x.Length) throw new ArgumentException("The vectors have one length.", nameof(second));
        var done = Avx512BW.IsSupported ? HashLanes(prefix, x, y, first, second) : Avx2.IsSupported ? HashLanes256(prefix, x, y, first, second) : 0;
        HashScalar(prefix, x[done..], y[done..], first[done..], second.IsEmpty ? second : second[done..]);
    }

    /// <summary>Eight messages at once by <see cref="Sha256Rounds{TVector, TLanes}"/>; hashes whole groups of eight and returns how many messages those are.</summary>
    [SkipLocalsInit]
    internal static unsafe int HashLanes256(
        ReadOnlySpan<byte> prefix, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> first, Span<Gf128> second)
    {
        const int Block = 64;
        var lanes = Sha256Lanes256.Count;
        var messages = stackalloc byte[lanes * Block];
        var digests = stackalloc byte[lanes * SHA256.HashSizeInBytes];
        var targets = stackalloc byte*[lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            var message = new Span<byte>(messages + (lane * Block), Block);
            message.Clear();
            prefix.CopyTo(message);
            message[PrefixSize + (2 * Gf128.Size)] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(message[^sizeof(ulong)..], 8 * (PrefixSize + (2 * Gf128.Size)));
            targets[lane] = digests + (lane * SHA256.HashSizeInBytes);
        }

        var count = x.Length / lanes * lanes;
        for (var start = 0; start < count; start += lanes)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                x[start + lane].Write(new Span<byte>(messages + (lane * Block) + PrefixSize, Gf128.Size));
                y[start + lane].Write(new Span<byte>(messages + (lane * Block) + PrefixSize + Gf128.Size, Gf128.Size));
            }

            Sha256Rounds<Vector256<uint>, Sha256Lanes256>.Hash(messages, 1, targets, lanes);
            for (var lane = 0; lane < lanes; lane++)
            {
                first[start + lane] = ReadBigEndian(new ReadOnlySpan<byte>(targets[lane], Gf128.Size));
                if (!second.IsEmpty) second[start + lane] = ReadBigEndian(new ReadOnlySpan<byte>(targets[lane] + Gf128.Size, Gf128.Size));
            }
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(messages, lanes * Block));
        CryptographicOperations.ZeroMemory(new Span<byte>(digests, lanes * SHA256.HashSizeInBytes));
        return count;
    }

    /// <summary>The specification.</summary>
    internal static void HashScalar(
        ReadOnlySpan<byte> prefix, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> first, Span<Gf128> second)
    {
        Span<byte> message = stackalloc byte[PrefixSize + (2 * Gf128.Size)];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        prefix.CopyTo(message);
        for (var i = 0; i < x.Length; i++)
        {
            x[i].Write(message[PrefixSize..]);
            y[i].Write(message[(PrefixSize + Gf128.Size)..]);
            SHA256.HashData(message, digest);
            first[i] = ReadBigEndian(digest);
            if (!second.IsEmpty) second[i] = ReadBigEndian(digest[Gf128.Size..]);
        }

        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(digest);
    }

    private static Gf128 ReadBigEndian(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
}
