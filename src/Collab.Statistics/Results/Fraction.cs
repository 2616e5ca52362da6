using System.Numerics;

namespace Collab.Statistics.Results;

/// <summary>An exact rational number in lowest terms, its denominator positive.</summary>
public readonly record struct Fraction
{
    private const int Precision = 53; // bits of a double's significand
    private const int SmallestExponent = 1074; // the smallest positive double is 2^−1074

    /// <summary>numerator / denominator, brought to lowest terms.</summary>
    /// <exception cref="DivideByZeroException">The denominator is 0.</exception>
    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new DivideByZeroException();
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    /// <summary>The numerator, with the sign.</summary>
    public BigInteger Numerator { get; }

    /// <summary>The denominator, at least 1.</summary>
    public BigInteger Denominator { get; }

    /// <summary>The value of a double, exactly.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The double is not finite.</exception>
    public static Fraction Of(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value));
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var significand = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        var power = Math.Max(exponent, 1) - 1075;
        var signed = new BigInteger(bits < 0 ? -significand : significand);
        return power >= 0 ? new Fraction(signed << power, 1) : new Fraction(signed, BigInteger.One << -power);
    }

    /// <summary>The sum, exactly.</summary>
    public static Fraction operator +(Fraction a, Fraction b) =>
        new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    /// <summary>The difference, exactly.</summary>
    public static Fraction operator -(Fraction a, Fraction b) =>
        new(a.Numerator * b.Denominator - b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    /// <summary>The product, exactly.</summary>
    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>The quotient, exactly.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>A whole number.</summary>
    public static implicit operator Fraction(BigInteger value) => new(value, 1);

    /// <summary>A whole number.</summary>
    public static implicit operator Fraction(long value) => new(value, 1);

    /// <summary>The nearest double, ties to even: one rounding, of the exact value. Infinite beyond the range of doubles.</summary>
    public double ToNearestDouble()
    {
        if (Numerator.IsZero) return 0;
        var magnitude = BigInteger.Abs(Numerator);
        var length = (int)(magnitude.GetBitLength() - Denominator.GetBitLength()); // 2^(length−1) < |x| < 2^(length+1)
        var shift = Math.Min(Precision - length, SmallestExponent);
        if (Floor(magnitude, Denominator, shift) >> Precision != 0) shift--; // a bit more than a double holds

        var (above, below) = Shifted(magnitude, Denominator, shift);
        var significand = BigInteger.DivRem(above, below, out var rest);
        return Math.ScaleB((double)RoundToEven(significand, (2 * rest).CompareTo(below)), -shift) * Numerator.Sign;
    }

    /// <summary>The double nearest to the square root, ties to even: one rounding, of the exact value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public double SquareRootToNearestDouble()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Numerator.Sign, nameof(Numerator));
        if (Numerator.IsZero) return 0;
        var length = (int)(Numerator.GetBitLength() - Denominator.GetBitLength());
        var shift = Math.Min((2 * Precision - length) >> 1, SmallestExponent); // 2^52 < √x · 2^shift < 2^54
        if (FloorOfSquareRoot(Floor(Numerator, Denominator, 2 * shift)) >> Precision != 0) shift--;

        // ⌊√(a/b)⌋ = ⌊√⌊a/b⌋⌋. Against the midpoint q + 1/2: √(a/b) ? q + 1/2 as 4a ? (2q + 1)²·b.
        var (above, below) = Shifted(Numerator, Denominator, 2 * shift);
        var significand = FloorOfSquareRoot(above / below);
        var midpoint = 2 * significand + 1;
        return Math.ScaleB((double)RoundToEven(significand, (4 * above).CompareTo(midpoint * midpoint * below)), -shift);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Numerator}/{Denominator}";

    private static BigInteger RoundToEven(BigInteger floor, int restAgainstHalf) =>
        restAgainstHalf > 0 || (restAgainstHalf == 0 && !floor.IsEven) ? floor + 1 : floor;

    private static (BigInteger Numerator, BigInteger Denominator) Shifted(BigInteger numerator, BigInteger denominator, int shift) =>
        shift >= 0 ? (numerator << shift, denominator) : (numerator, denominator << -shift);

    private static BigInteger Floor(BigInteger numerator, BigInteger denominator, int shift)
    {
        var (above, below) = Shifted(numerator, denominator, shift);
        return above / below;
    }

    // Newton's iteration from above decreases until it reaches the floor.
    private static BigInteger FloorOfSquareRoot(BigInteger value)
    {
        if (value.IsZero) return 0;
        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + value / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }
}
