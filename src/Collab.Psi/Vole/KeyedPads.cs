using System.Buffers.Binary;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What the second half of F gives: pads for labels, and proofs that a mask was known whole.</summary>
/// <remarks>SHA-256(prefix ‖ key ‖ counter), one prefix for labels and one for proofs; a key is used for one label of one run.</remarks>
internal static class KeyedPads
{
    private const string LabelDomain = "collab.psi-vole.label";
    private const string ProofDomain = "collab.psi-vole.proof";

    /// <summary>Adds the pads of the keys to labels: encrypts and decrypts.</summary>
    /// <param name="context">The run's context.</param>
    /// <param name="keys">Shape [k].</param>
    /// <param name="labels">Shape [k, labelSize].</param>
    /// <param name="labelSize">Bytes of a label.</param>
    public static void AddTo(Digest context, ReadOnlySpan<Gf128> keys, Span<byte> labels, int labelSize)
    {
        Span<byte> prefix = stackalloc byte[Sha256Pairs.PrefixSize];
        ItemDigests.FillPrefix(LabelDomain, context, prefix);
        using NativeBuffer<Gf128> counters = NativeBuffer<Gf128>.Allocate(keys.Length), firsts = NativeBuffer<Gf128>.Allocate(keys.Length), seconds = NativeBuffer<Gf128>.Allocate(keys.Length);
        Span<byte> pad = stackalloc byte[2 * Gf128.Size];
        for (var offset = 0; offset < labelSize; offset += pad.Length)
        {
            counters.Span.Fill(new Gf128((ulong)(offset / pad.Length), 0));
            Sha256Pairs.Hash(prefix, keys, counters.Span, firsts.Span, seconds.Span);
            for (var i = 0; i < keys.Length; i++)
            {
                Write(firsts.Span[i], pad);
                Write(seconds.Span[i], pad[Gf128.Size..]);
                var label = labels.Slice((i * labelSize) + offset, Math.Min(pad.Length, labelSize - offset));
                for (var j = 0; j < label.Length; j++) label[j] ^= pad[j];
            }
        }

        pad.Clear();
    }

    /// <summary>The proofs of keys, shape [k].</summary>
    public static void Prove(Digest context, ReadOnlySpan<Gf128> keys, Span<Gf128> proofs)
    {
        Span<byte> prefix = stackalloc byte[Sha256Pairs.PrefixSize];
        ItemDigests.FillPrefix(ProofDomain, context, prefix);
        using var zeros = NativeBuffer<Gf128>.Allocate(keys.Length);
        zeros.Span.Clear();
        Sha256Pairs.Hash(prefix, keys, zeros.Span, proofs, []);
    }

    private static void Write(Gf128 number, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], number.Low);
    }
}
