using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Curves;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Base;

/// <summary>The two random oracles of a run of base transfers: into the group, and into keys.</summary>
/// <remarks>Both are SHA-512 over tag ‖ context ‖ index (u32) ‖ position (1) ‖ fixed-size fields, so no two inputs run together.</remarks>
internal sealed class BaseOtOracle(Digest context)
{
    private const int TagSize = 16, HeaderSize = TagSize + Digest.Size + 5;

    private readonly byte[] _context = context.ToArray();

    private static ReadOnlySpan<byte> PointTag => "COLLAB-BASEOT1-P"u8;

    private static ReadOnlySpan<byte> KeyTag => "COLLAB-BASEOT1-K"u8;

    /// <summary>Hashes towards H(position, r), a point of unknown logarithm for one half of a pair: the uniform bytes that the group's map takes.</summary>
    public void Uniform(int index, ulong position, ReadOnlySpan<byte> point, Span<byte> uniform)
    {
        Span<byte> input = stackalloc byte[HeaderSize + RistrettoPoint.Size];
        WriteHeader(PointTag, index, position, input);
        point.CopyTo(input[HeaderSize..]);
        SHA512.HashData(input, uniform);
    }

    /// <summary>The key of a shared point, given encoded, bound to the whole exchange of its transfer: the first 16 bytes.</summary>
    public Gf128 Key(int index, ulong position, ReadOnlySpan<byte> pair, ReadOnlySpan<byte> senderPoint, ReadOnlySpan<byte> shared)
    {
        Span<byte> input = stackalloc byte[HeaderSize + 4 * RistrettoPoint.Size];
        WriteHeader(KeyTag, index, position, input);
        pair.CopyTo(input[HeaderSize..]);
        senderPoint.CopyTo(input[(HeaderSize + 2 * RistrettoPoint.Size)..]);
        shared.CopyTo(input[(HeaderSize + 3 * RistrettoPoint.Size)..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(input, hash);
        var key = Gf128.Read(hash);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(hash);
        return key;
    }

    private void WriteHeader(ReadOnlySpan<byte> tag, int index, ulong position, Span<byte> input)
    {
        tag.CopyTo(input);
        _context.CopyTo(input[TagSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(input[(TagSize + Digest.Size)..], (uint)index);
        input[HeaderSize - 1] = (byte)position;
    }
}
