using Collab.Arithmetic.BinaryField;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Threshold;

/// <summary>Gates over bits of which every party holds a share, the bits being the exclusive or of all of them.</summary>
/// <param name="engines">To each other party.</param>
/// <param name="takesConstants">Whether this party's share takes the constants: at one party alone.</param>
/// <remarks>
/// Semi-honest, any number of parties corrupted, given that the two-party gates are. x·y = Σᵢ xᵢ·yᵢ + Σ over pairs (xᵢ·yⱼ + xⱼ·yᵢ), and what a pair
/// adds is the two-party product of its shares less what each of them has by itself. Source: Goldreich, Micali, Wigderson, STOC 1987; specs/psi-threshold.md.
/// </remarks>
internal sealed class JointBits(IReadOnlyCollection<BooleanEngine> engines, bool takesConstants)
{
    /// <summary>x[i] xor y[i]; local.</summary>
    public static BitVector Xor(BitVector x, BitVector y)
    {
        var sum = new BitVector(x.Length);
        BitVector.Xor(x.Words, y.Words, sum.Words);
        return sum;
    }

    /// <summary>x[i] and y[i].</summary>
    /// <remarks>One two-party conjunction with each other party, all at once.</remarks>
    public async Task<BitVector> AndAsync(BitVector x, BitVector y, CancellationToken cancellation)
    {
        var own = new BitVector(x.Length);
        BitVector.And(x.Words, y.Words, own.Words);
        var product = Xor(own, new BitVector(x.Length));
        var gate = new Lock();
        await Concurrently.RunAsync(cancellation, [.. engines.Select(engine => (Func<CancellationToken, Task>)(async stop =>
        {
            using var pair = await BooleanGates.AndAsync(engine, new(x), new(y), stop).ConfigureAwait(false);
            BitVector.Xor(pair.Share.Words, own.Words, pair.Share.Words);
            lock (gate) BitVector.Xor(product.Words, pair.Share.Words, product.Words);
        }))]).ConfigureAwait(false);
        own.Clear();
        return product;
    }

    /// <summary>x[i] or y[i].</summary>
    public async Task<BitVector> OrAsync(BitVector x, BitVector y, CancellationToken cancellation)
    {
        var (left, right) = (Not(x), Not(y));
        var neither = await AndAsync(left, right, cancellation).ConfigureAwait(false);
        left.Clear();
        right.Clear();
        return Not(neither);
    }

    /// <summary>1 − x[i]; local.</summary>
    public BitVector Not(BitVector x)
    {
        var not = new BitVector(x.Length);
        for (var i = 0; i < not.Words.Length; i++) not.Words[i] = takesConstants ? ~x.Words[i] : x.Words[i];
        not.Trim();
        return not;
    }
}
