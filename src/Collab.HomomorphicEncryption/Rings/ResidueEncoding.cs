using System.Buffers.Binary;
using Collab.Arithmetic.Lattices;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>Ring elements on the wire: evaluations, prime by prime, each residue in as many whole bytes as its prime needs, little-endian.</summary>
internal static class ResidueEncoding
{
    /// <summary>Bytes of an element.</summary>
    public static int Size(RingBase ring) => ring.Moduli.Sum(BytesOf) * ring.Degree;

    public static void Write(CanonicalWriter writer, RingElement<Evaluations> element)
    {
        for (var limb = 0; limb < element.Ring.Limbs; limb++)
        {
            var (residues, size) = (new byte[(element.Ring.Degree * BytesOf(element.Ring.Moduli[limb])) + 8], BytesOf(element.Ring.Moduli[limb]));
            var values = element[limb];
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(residues.AsSpan(i * size), (ulong)values[i]);
            writer.Raw(residues.AsSpan(0, residues.Length - 8));
        }
    }

    /// <summary>Reads an element; every residue must be below its prime.</summary>
    /// <exception cref="MalformedException">A residue is not, or the bytes end.</exception>
    public static RingElement<Evaluations> Read(ref CanonicalReader reader, RingBase ring)
    {
        if (reader.Remaining < Size(ring)) throw new MalformedException("as many residues as the parameters have"); // before memory is taken
        var element = RingElement<Evaluations>.Public(ring);
        Span<byte> word = stackalloc byte[8];
        for (var limb = 0; limb < ring.Limbs; limb++)
        {
            var (size, prime) = (BytesOf(ring.Moduli[limb]), ring.Moduli[limb].Value);
            var bytes = reader.Raw(size * ring.Degree);
            var values = element[limb];
            var below = true;
            word.Clear();
            for (var i = 0; i < values.Length; i++)
            {
                bytes.Slice(i * size, size).CopyTo(word);
                var residue = BinaryPrimitives.ReadUInt64LittleEndian(word);
                below &= residue < prime;
                values[i] = residue;
            }

            if (below) continue;
            element.Dispose();
            throw new MalformedException("residues below their prime");
        }

        return element;
    }

    private static int BytesOf(ResidueModulus modulus) => (modulus.Bits + 7) / 8;
}
