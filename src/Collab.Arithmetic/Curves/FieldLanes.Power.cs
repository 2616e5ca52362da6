using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <content>The fixed powers of <see cref="Field25519"/>, by the same chain.</content>
internal static unsafe partial class FieldLanes<TVector, TLanes>
{
    /// <summary>1/a; 0 for 0. Tight.</summary>
    public static void Invert(TVector* a, TVector* inverse)
    {
        var roomForEleven = stackalloc byte[Room(1)];
        var eleven = Align(roomForEleven);
        Chain(a, inverse, eleven);
        Square(inverse, 5, inverse);
        Multiply(inverse, eleven, inverse);
    }

    /// <summary>a^((p−5)/8). Tight.</summary>
    public static void PowerOfFiveEighths(TVector* a, TVector* power)
    {
        var roomForOnes250 = stackalloc byte[Room(1)];
        var ones250 = Align(roomForOnes250);
        var roomForEleven = stackalloc byte[Room(1)];
        var eleven = Align(roomForEleven);
        Chain(a, ones250, eleven);
        Square(ones250, 2, ones250);
        Multiply(ones250, a, power);
    }

    /// <summary>a^((p−1)/2). Tight.</summary>
    public static void Legendre(TVector* a, TVector* symbol)
    {
        var roomForOnes250 = stackalloc byte[Room(1)];
        var ones250 = Align(roomForOnes250);
        var roomForPower = stackalloc byte[Room(1)];
        var power = Align(roomForPower);
        Chain(a, ones250, power);
        Square(ones250, 4, ones250);
        Square(a, power);
        Multiply(ones250, power, ones250);
        Square(power, power);
        Multiply(ones250, power, symbol);
    }

    [MethodImpl(Kernel)]
    private static void Square(TVector* a, int count, TVector* result)
    {
        Square(a, result);
        for (var i = 1; i < count; i++) Square(result, result);
    }

    /// <summary>a^(2^250 − 1) and a^11.</summary>
    private static void Chain(TVector* a, TVector* ones250, TVector* eleven)
    {
        var roomForOnes10 = stackalloc byte[Room(1)];
        var ones10 = Align(roomForOnes10);
        var roomForOnes50 = stackalloc byte[Room(1)];
        var ones50 = Align(roomForOnes50);
        var roomForOnes100 = stackalloc byte[Room(1)];
        var ones100 = Align(roomForOnes100);
        var roomForPower = stackalloc byte[Room(1)];
        var power = Align(roomForPower);
        Square(a, ones10);                                                              // 2
        Square(ones10, 2, power);
        Multiply(power, a, power);                                                      // 9
        Multiply(power, ones10, eleven);
        Square(eleven, ones10);
        Multiply(ones10, power, power);                                                 // 2^5 − 1
        Square(power, 5, ones10);
        Multiply(ones10, power, ones10);                                                // 2^10 − 1
        Square(ones10, 10, power);
        Multiply(power, ones10, ones50);                                                // 2^20 − 1
        Square(ones50, 20, power);
        Multiply(power, ones50, power);                                                 // 2^40 − 1
        Square(power, 10, ones50);
        Multiply(ones50, ones10, ones50);                                               // 2^50 − 1
        Square(ones50, 50, power);
        Multiply(power, ones50, ones100);                                               // 2^100 − 1
        Square(ones100, 100, power);
        Multiply(power, ones100, power);                                                // 2^200 − 1
        Square(power, 50, power);
        Multiply(power, ones50, ones250);                                               // 2^250 − 1
    }
}
