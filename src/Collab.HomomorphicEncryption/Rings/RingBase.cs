using System.Numerics;
using Collab.Arithmetic.Lattices;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>The ring Z_Q[X]/(X^N + 1) for a product Q of primes: its primes, in order, and their transforms.</summary>
internal sealed class RingBase
{
    private RingBase(int degree, ResidueModulus[] moduli, NegacyclicTransform[] transforms)
    {
        (Degree, Moduli, Transforms) = (degree, moduli, transforms);
        Product = moduli.Aggregate(BigInteger.One, (product, modulus) => product * modulus.Value);
    }

    public RingBase(int degree, IEnumerable<ulong> primes) : this(degree, [.. primes.Select(prime => new ResidueModulus(prime))])
    {
    }

    private RingBase(int degree, ResidueModulus[] moduli)
        : this(degree, moduli, [.. moduli.Select(modulus => new NegacyclicTransform(modulus, degree))])
    {
    }

    public int Degree { get; }

    public ResidueModulus[] Moduli { get; }

    public NegacyclicTransform[] Transforms { get; }

    public int Limbs => Moduli.Length;

    /// <summary>Q.</summary>
    public BigInteger Product { get; }

    /// <summary>The base of some of the primes; it shares their tables.</summary>
    public RingBase Select(params ReadOnlySpan<int> limbs)
    {
        var (moduli, transforms) = (new ResidueModulus[limbs.Length], new NegacyclicTransform[limbs.Length]);
        for (var i = 0; i < limbs.Length; i++) (moduli[i], transforms[i]) = (Moduli[limbs[i]], Transforms[limbs[i]]);
        return new(Degree, moduli, transforms);
    }

    /// <summary>A number modulo each prime.</summary>
    public ulong[] Reduce(BigInteger number) => [.. Moduli.Select(modulus => modulus.ReduceVariableTime(number))];

    /// <summary>The inverse of a number modulo each prime.</summary>
    public ulong[] Invert(BigInteger number) => [.. Moduli.Select(modulus => modulus.InvertVariableTime(modulus.ReduceVariableTime(number)))];
}
