using System.Numerics;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>The constants of one length of Q: the product of its first primes.</summary>
internal sealed class BfvLevel
{
    private readonly Lazy<TensorConstants> _tensor;

    public BfvLevel(BfvParameters parameters, int limbs)
    {
        Parameters = parameters;
        var plain = parameters.Plain.Moduli[0];
        Ring = parameters.KeyRing.Select([.. Enumerable.Range(0, limbs)]);
        ProductModuloPlain = plain.ReduceVariableTime(Ring.Product);
        NegativeInverseOfProduct = plain.InvertVariableTime(plain.ReduceVariableTime(-Ring.Product));
        NegativeInversesOfPlain = Ring.Invert(-(BigInteger)plain.Value);
        Plain = Ring.Reduce(plain.Value);
        ToPlain = new(Ring.Moduli, parameters.Plain.Moduli);
        NoiseUnit = plain.Value / (double)Ring.Product;
        FloodBits = (int)(Ring.Product / (8 * plain.Value)).GetBitLength() - 1;
        LastInverses = limbs > 1 ? Ring.Select([.. Enumerable.Range(0, limbs - 1)]).Invert(Ring.Moduli[^1].Value) : [];
        if (parameters.SupportsKeySwitching)
        {
            SwitchingRing = parameters.KeyRing.Select([.. Enumerable.Range(0, limbs), parameters.KeyRing.Limbs - 1]);
            SpecialInverses = Ring.Invert(parameters.KeyRing.Moduli[^1].Value);
        }

        _tensor = new(() => new(this));
    }

    public BfvParameters Parameters { get; }

    /// <summary>The ring modulo Q.</summary>
    public RingBase Ring { get; }

    public int Limbs => Ring.Limbs;

    /// <summary>Q mod t.</summary>
    public ulong ProductModuloPlain { get; }

    /// <summary>−1/Q mod t.</summary>
    public ulong NegativeInverseOfProduct { get; }

    /// <summary>−1/t modulo each prime.</summary>
    public ulong[] NegativeInversesOfPlain { get; }

    /// <summary>t modulo each prime.</summary>
    public ulong[] Plain { get; }

    /// <summary>From Q to t.</summary>
    public BaseConversion ToPlain { get; }

    /// <summary>t/Q: the invariant noise of an error of 1.</summary>
    public double NoiseUnit { get; }

    /// <summary>The flood of results is uniform on [−2^this, 2^this): t/Q times it is at most 1/8.</summary>
    public int FloodBits { get; }

    /// <summary>1 over the last prime, modulo each of the others.</summary>
    public ulong[] LastInverses { get; }

    /// <summary>The ring modulo Q·P, P the prime of key switching.</summary>
    public RingBase? SwitchingRing { get; }

    /// <summary>1/P modulo each prime of Q.</summary>
    public ulong[]? SpecialInverses { get; }

    /// <summary>What products of ciphertexts need.</summary>
    public TensorConstants Tensor => _tensor.Value;
}

/// <summary>The second base B of products of ciphertexts, with B &gt; 4·t·N·Q, so that the scaled product about zero fits it twice over.</summary>
internal sealed class TensorConstants
{
    public TensorConstants(BfvLevel level)
    {
        var parameters = level.Parameters;
        var bound = 4 * (BigInteger)parameters.PlaintextModulus * parameters.RingDegree * level.Ring.Product;
        var count = 1;
        ulong[] primes;
        do
        {
            primes = NttPrimes.Largest(ResidueModulus.LargestBits, parameters.RingDegree, count++, [parameters.PlaintextModulus, .. parameters.Primes]);
        }
        while (primes.Aggregate(BigInteger.One, (product, prime) => product * prime) <= bound);
        Ring = new(parameters.RingDegree, primes);
        MostTerms = (int)BigInteger.Min(1 << 20, (Ring.Product / (bound / 2)) - 1);
        ToTensor = new(level.Ring.Moduli, Ring.Moduli);
        FromTensor = new(Ring.Moduli, level.Ring.Moduli);
        Plain = Ring.Reduce(parameters.PlaintextModulus);
        ProductInverses = Ring.Invert(level.Ring.Product);
    }

    public RingBase Ring { get; }

    /// <summary>How many products may be summed before they are scaled: |t·z/Q| ≤ terms·t·N·Q/2 + 1 must not reach B/4.</summary>
    public int MostTerms { get; }

    /// <summary>From Q to B.</summary>
    public BaseConversion ToTensor { get; }

    /// <summary>From B to Q.</summary>
    public BaseConversion FromTensor { get; }

    /// <summary>t modulo each prime of B.</summary>
    public ulong[] Plain { get; }

    /// <summary>1/Q modulo each prime of B.</summary>
    public ulong[] ProductInverses { get; }
}
