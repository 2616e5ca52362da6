using System.Numerics;

namespace Collab.Arithmetic.Lattices;

/// <summary>An odd prime p below 2^48, the modulus of one limb; residues are integers in [0, p) held as doubles.</summary>
/// <remarks>Why 48 bits: a product by a constant rounds its quotient exactly while |b·w/p| &lt; 2^51, and with |w| ≤ p/2 that leaves
/// room for |b| &lt; 16·p, which a whole forward transform of 32 768 points needs (10·p). Values are public: timing depends on them.</remarks>
public sealed class ResidueModulus
{
    /// <summary>The largest bit length of a modulus.</summary>
    public const int LargestBits = 48;

    /// <summary>Checks and takes a prime.</summary>
    /// <exception cref="ArgumentException">Not an odd prime below 2^48.</exception>
    public ResidueModulus(ulong value)
    {
        if (value < 3 || value >> LargestBits != 0 || !NttPrimes.IsPrime(value))
            throw new ArgumentException("A limb's modulus is an odd prime below 2^48.", nameof(value));
        Value = value;
        Inverse = 1.0 / value;
    }

    /// <summary>p.</summary>
    public ulong Value { get; }

    /// <summary>1/p, rounded.</summary>
    public double Inverse { get; }

    /// <summary>The bit length of p.</summary>
    public int Bits => 64 - BitOperations.LeadingZeroCount(Value);

    /// <summary>a·b mod p.</summary>
    public ulong Multiply(ulong a, ulong b) => (ulong)((UInt128)a * b % Value);

    /// <summary>a^e mod p. Public numbers only.</summary>
    public ulong PowerVariableTime(ulong a, ulong exponent)
    {
        var result = 1UL;
        for (a %= Value; exponent != 0; exponent >>= 1, a = Multiply(a, a))
        {
            if ((exponent & 1) != 0) result = Multiply(result, a);
        }

        return result;
    }

    /// <summary>a^(−1) mod p. Public numbers only.</summary>
    /// <exception cref="ArgumentException">a is a multiple of p.</exception>
    public ulong InvertVariableTime(ulong a) => a % Value == 0
        ? throw new ArgumentException("Zero has no inverse.", nameof(a))
        : PowerVariableTime(a, Value - 2);

    /// <summary>A number modulo p, in [0, p). Public numbers only.</summary>
    public ulong ReduceVariableTime(BigInteger number)
    {
        var remainder = number % Value;
        return (ulong)(remainder.Sign < 0 ? remainder + Value : remainder);
    }

    /// <summary>The representative of a residue nearest to zero, as a double.</summary>
    public double Centered(ulong residue) => residue > Value / 2 ? -(double)(Value - residue) : residue;

    /// <summary>The smallest primitive root of unity of an order that is a power of two: r^(order/2) = −1, and r is the least such.</summary>
    /// <exception cref="ArgumentException">The order is no power of two of at least 2, or does not divide p − 1.</exception>
    public ulong PrimitiveRootVariableTime(ulong order)
    {
        if (order < 2 || !BitOperations.IsPow2(order) || (Value - 1) % order != 0)
            throw new ArgumentException("The order divides p − 1 and is a power of two.", nameof(order));
        var root = 0UL;
        for (var candidate = 2UL; root == 0; candidate++)
        {
            var power = PowerVariableTime(candidate, (Value - 1) / order);
            if (PowerVariableTime(power, order / 2) == Value - 1) root = power;
        }

        // The primitive roots are the odd powers of one; the least of them is the same whatever the search met first.
        var (least, step) = (root, Multiply(root, root));
        for (var (i, power) = (1UL, root); i < order / 2; i++)
        {
            power = Multiply(power, step);
            least = Math.Min(least, power);
        }

        return least;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
