using System.Runtime.Intrinsics;

namespace Collab.Arithmetic.Curves;

/// <content>Fixed powers by one addition chain; the exponents are public, so the sequence of operations is too.</content>
internal readonly partial struct Field25519
{
    /// <summary>√−1 = 2^((p−1)/4), the even one: c3 of RFC 9380, appendix G.2.1.</summary>
    public static Field25519 SquareRootOfMinusOne => new(
        0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    /// <summary>1/a as a^(p−2); 0 for 0.</summary>
    public Field25519 Invert()
    {
        var (ones250, eleven) = Chain();
        return ones250.Square(5) * eleven;                                              // (2^250 − 1)·2^5 + 11 = p − 2
    }

    /// <summary>a^((p−5)/8) = a^(2^252 − 3).</summary>
    public Field25519 PowerOfFiveEighths() => Chain().Ones250.Square(2) * this;         // (2^250 − 1)·2^2 + 1

    /// <summary>Each value becomes its a^((p−5)/8), several at once where the kernel has lanes.</summary>
    /// <param name="kernel">One that runs here.</param>
    /// <param name="values">Limbs below 2^52.</param>
    public static void PowersOfFiveEighths(CurveKernel kernel, Span<Field25519> values)
    {
        if (kernel == CurveKernel.Lanes512) FieldLanes<Vector512<double>, Lanes512>.PowersOfFiveEighths(values);
        else if (kernel == CurveKernel.Lanes256) FieldLanes<Vector256<double>, Lanes256>.PowersOfFiveEighths(values);
        else
        {
            foreach (ref var value in values) value = value.PowerOfFiveEighths();
        }
    }

    /// <summary>The Legendre symbol a^((p−1)/2): 1 for a square, −1 for a non-square, 0 for 0.</summary>
    /// <remarks>(p−1)/2 = 2^254 − 10 = (2^250 − 1)·2^4 + 6.</remarks>
    public Field25519 Legendre()
    {
        var (ones250, _) = Chain();
        var squared = Square();
        return ones250.Square(4) * squared * squared.Square();
    }

    /// <summary>a^(2^250 − 1) and a^11, with 249 squarings and 10 products.</summary>
    private (Field25519 Ones250, Field25519 Eleven) Chain()
    {
        var two = Square();
        var nine = two.Square(2) * this;
        var eleven = nine * two;
        var ones5 = eleven.Square() * nine;
        var ones10 = ones5.Square(5) * ones5;
        var ones20 = ones10.Square(10) * ones10;
        var ones40 = ones20.Square(20) * ones20;
        var ones50 = ones40.Square(10) * ones10;
        var ones100 = ones50.Square(50) * ones50;
        var ones200 = ones100.Square(100) * ones100;
        return (ones200.Square(50) * ones50, eleven);
    }
}
