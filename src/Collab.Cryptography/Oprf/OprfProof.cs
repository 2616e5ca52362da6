namespace Collab.Cryptography.Oprf;

/// <summary>Proofs that D[i] = k·C[i] for all i with the k of B = k·A: RFC 9497, section 2.2, whose names stand in the code.</summary>
internal static class OprfProof
{
    /// <summary>The most elements of one proof: their index has two bytes.</summary>
    public const int LargestCount = ushort.MaxValue;

    /// <summary>GenerateProof with A = G; c ‖ s.</summary>
    public static byte[] Generate(
        OprfGroup group, ReadOnlySpan<byte> k, byte[] b, IReadOnlyList<byte[]> cs, IReadOnlyList<byte[]> ds, ReadOnlySpan<byte> r)
    {
        var m = Composite(group, b, cs, ds, cs);
        var z = group.Multiply(k, m);                                                   // ComputeCompositesFast
        var challenge = Challenge(group, b, m, z, group.MultiplyGenerator(r), group.Multiply(r, m));
        return [.. challenge, .. group.MultiplySubtract(r, challenge, k)];
    }

    /// <summary>VerifyProof with A = G. All elements are valid; the proof is what was received. The verdict is public.</summary>
    public static bool Verify(OprfGroup group, byte[] b, IReadOnlyList<byte[]> cs, IReadOnlyList<byte[]> ds, ReadOnlySpan<byte> proof)
    {
        var size = group.ScalarSize;
        if (proof.Length != 2 * size || !group.IsScalar(proof[..size]) || !group.IsScalar(proof[size..])) return false;
        var (c, s) = (proof[..size].ToArray(), proof[size..].ToArray());
        var m = Composite(group, b, cs, ds, cs);
        var z = Composite(group, b, cs, ds, ds);
        var t2 = Sum(group, group.MultiplyGenerator(s), group.Multiply(c, b));
        var t3 = Sum(group, group.Multiply(s, m), group.Multiply(c, z));
        return t2 is not null && t3 is not null && Challenge(group, b, m, z, t2, t3).AsSpan().SequenceEqual(c);
    }

    /// <summary>Σ d_i·values[i], the d_i from all elements.</summary>
    private static byte[] Composite(OprfGroup group, byte[] b, IReadOnlyList<byte[]> cs, IReadOnlyList<byte[]> ds, IReadOnlyList<byte[]> values)
    {
        var seed = group.HashOf(new OprfTranscript().Part(b).Part(group.ContextBytes("Seed-")).End());
        byte[]? sum = null;
        for (var i = 0; i < cs.Count; i++)
        {
            var d = group.HashToScalar(new OprfTranscript().Part(seed).Number(i).Part(cs[i]).Part(ds[i]).End("Composite"));
            var product = group.Multiply(d, values[i]);
            sum = sum is null ? product : group.Add(product, sum);
        }

        return sum ?? throw new ArgumentException("A proof is of one element or more.", nameof(cs));
    }

    private static byte[] Challenge(OprfGroup group, byte[] b, byte[] m, byte[] z, byte[] t2, byte[] t3) =>
        group.HashToScalar(new OprfTranscript().Part(b).Part(m).Part(z).Part(t2).Part(t3).End("Challenge"));

    /// <summary>The sum of two products, or null where one of them is neutral, which no proof that is drawn as it should be gives.</summary>
    private static byte[]? Sum(OprfGroup group, byte[] p, byte[] q) => group.IsElement(p) && group.IsElement(q) ? group.Add(p, q) : null;
}
