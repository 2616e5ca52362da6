using System.Buffers.Binary;
using Collab.Arithmetic.Lattices;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>Ring elements on the wire: evaluations, prime by prime, each residue in as many whole bytes as its prime needs, little-endian.</summary>
internal static class ResidueEncoding
{
    private const double TwoTo52 = 1L << 52;

    /// <summary>Bytes of an element.</summary>
    public static int Size(RingBase ring) => ring.Moduli.Sum(BytesOf) * ring.Degree;

    /// <summary>Canonical bytes that end with elements: what was written so far, and then theirs, in one array of the right size.</summary>
    public static byte[] Append(CanonicalWriter head, params ReadOnlySpan<RingElement<Evaluations>> elements)
    {
        var total = head.Written.Length;
        foreach (var element in elements) total += Size(element.Ring);
        var bytes = GC.AllocateUninitializedArray<byte>(total);
        head.Written.CopyTo(bytes);
        var rest = bytes.AsSpan(head.Written.Length);
        foreach (var element in elements)
        {
            Write(element, rest);
            rest = rest[Size(element.Ring)..];
        }

        return bytes;
    }

    /// <summary>Appends an element to what is written.</summary>
    public static void Write(CanonicalWriter writer, RingElement<Evaluations> element)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Size(element.Ring));
        Write(element, bytes);
        writer.Raw(bytes);
    }

    private static void Write(RingElement<Evaluations> element, Span<byte> bytes)
    {
        for (var limb = 0; limb < element.Ring.Limbs; limb++)
        {
            var size = BytesOf(element.Ring.Moduli[limb]);
            var values = element[limb];
            var (i, at) = (0, 0);
            for (; i < values.Length && at <= bytes.Length - sizeof(ulong); i++, at += size)
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], ToWord(values[i]));         // the bytes above are those of the next, written after
            for (; i < values.Length; i++, at += size)
            {
                for (var k = 0; k < size; k++) bytes[at + k] = unchecked((byte)(ToWord(values[i]) >> (8 * k)));
            }

            bytes = bytes[(size * values.Length)..];
        }
    }

    /// <summary>Reads an element; every residue must be below its prime.</summary>
    /// <exception cref="MalformedException">A residue is not, or the bytes end.</exception>
    public static RingElement<Evaluations> Read(ref CanonicalReader reader, RingBase ring)
    {
        if (reader.Remaining < Size(ring)) throw new MalformedException("as many residues as the parameters have"); // before memory is taken
        var element = RingElement<Evaluations>.Public(ring);
        for (var limb = 0; limb < ring.Limbs; limb++)
        {
            var (size, prime) = (BytesOf(ring.Moduli[limb]), ring.Moduli[limb].Value);
            var bytes = reader.Raw(size * ring.Degree);
            var values = element[limb];
            var (mask, below) = (ulong.MaxValue >> (64 - (8 * size)), true);
            var (i, at) = (0, 0);
            for (; at <= bytes.Length - sizeof(ulong); i++, at += size)
            {
                var residue = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) & mask;
                below &= residue < prime;
                values[i] = ToDouble(residue);
            }

            for (; i < values.Length; i++, at += size)                       // no eight bytes are left to read
            {
                var residue = 0UL;
                for (var k = 0; k < size; k++) residue |= (ulong)bytes[at + k] << (8 * k);
                below &= residue < prime;
                values[i] = ToDouble(residue);
            }

            if (below) continue;
            element.Dispose();
            throw new MalformedException("residues below their prime");
        }

        return element;
    }

    // A number below 2^52 added to 2^52 stands in the lower bits of the sum: conversions of doubles that checked arithmetic would do by a call.
    private static ulong ToWord(double residue) => BitConverter.DoubleToUInt64Bits(residue + TwoTo52) & ((1UL << 52) - 1);

    private static double ToDouble(ulong residue) => BitConverter.UInt64BitsToDouble(residue | BitConverter.DoubleToUInt64Bits(TwoTo52)) - TwoTo52;

    private static int BytesOf(ResidueModulus modulus) => (modulus.Bits + 7) / 8;
}
