using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Collab.Arithmetic.Curves;

/// <content>
/// The fixed powers of <see cref="Field25519"/>, by the same chain, of several elements at once: a squaring waits for the one before
/// it, so a processor is busy only if another element's squaring stands between them.
/// </content>
internal static unsafe partial class FieldLanes<TVector, TLanes>
{
    /// <summary>Elements whose powers are taken together; two fill the pipeline, more leave the first cache.</summary>
    public const int PowerCount = 2;

    /// <summary>1/a; 0 for 0. Tight.</summary>
    public static void Invert(TVector* a, TVector* inverse)
    {
        var room = stackalloc byte[Room(2)];
        var ones250 = Align(room);
        var eleven = ones250 + LimbCount;
        Chain(a, ones250, eleven, 1);
        Square(ones250, 5, ones250, 1);
        Multiply(ones250, eleven, inverse);
    }

    /// <summary>a^((p−5)/8) of each of count elements, one after the other in memory, at most <see cref="PowerCount"/>. Tight.</summary>
    public static void PowerOfFiveEighths(TVector* a, TVector* power, int count)
    {
        var room = stackalloc byte[Room(2 * PowerCount)];
        var ones250 = Align(room);
        var eleven = ones250 + PowerCount * LimbCount;
        Chain(a, ones250, eleven, count);
        Square(ones250, 2, ones250, count);
        Multiply(ones250, a, power, count);
    }

    /// <summary>Each scalar element becomes its a^((p−5)/8).</summary>
    public static void PowersOfFiveEighths(Span<Field25519> values)
    {
        var room = stackalloc byte[Room(2 * PowerCount)];
        TVector* bases = Align(room), powers = bases + PowerCount * LimbCount;
        for (var first = 0; first < values.Length; first += PowerCount * TLanes.Count)
        {
            var batch = values.Slice(first, Math.Min(PowerCount * TLanes.Count, values.Length - first));
            for (var i = 0; i < PowerCount; i++) Load(batch[Math.Min(i * TLanes.Count, batch.Length)..], bases + i * LimbCount);
            PowerOfFiveEighths(bases, powers, PowerCount);
            for (var i = 0; i < batch.Length; i++) batch[i] = Extract(powers + i / TLanes.Count * LimbCount, i % TLanes.Count) + Field25519.Zero;
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(room, Room(2 * PowerCount)));
    }

    /// <summary>a^((p−1)/2) of each of count elements, as <see cref="PowerOfFiveEighths"/>. Tight.</summary>
    public static void Legendre(TVector* a, TVector* symbol, int count)
    {
        var room = stackalloc byte[Room(2 * PowerCount)];
        var ones250 = Align(room);
        var power = ones250 + PowerCount * LimbCount;
        Chain(a, ones250, power, count);
        Square(ones250, 4, ones250, count);
        Square(a, 1, power, count);
        Multiply(ones250, power, ones250, count);
        Square(power, 1, power, count);
        Multiply(ones250, power, symbol, count);
    }

    [MethodImpl(Kernel)]
    private static void Square(TVector* a, int times, TVector* result, int count)
    {
        for (var i = 0; i < count; i++) Square(a + i * LimbCount, result + i * LimbCount);
        for (var time = 1; time < times; time++)
        {
            for (var i = 0; i < count; i++) Square(result + i * LimbCount, result + i * LimbCount);
        }
    }

    [MethodImpl(Kernel)]
    private static void Multiply(TVector* a, TVector* b, TVector* product, int count)
    {
        for (var i = 0; i < count; i++) Multiply(a + i * LimbCount, b + i * LimbCount, product + i * LimbCount);
    }

    /// <summary>a^(2^250 − 1) and a^11 of each.</summary>
    private static void Chain(TVector* a, TVector* ones250, TVector* eleven, int count)
    {
        const int stride = PowerCount * LimbCount;
        var room = stackalloc byte[Room(4 * PowerCount)];
        TVector* ones10 = Align(room), ones50 = ones10 + stride, ones100 = ones50 + stride, power = ones100 + stride;
        Square(a, 1, ones10, count);                                                    // 2
        Square(ones10, 2, power, count);
        Multiply(power, a, power, count);                                               // 9
        Multiply(power, ones10, eleven, count);
        Square(eleven, 1, ones10, count);
        Multiply(ones10, power, power, count);                                          // 2^5 − 1
        Square(power, 5, ones10, count);
        Multiply(ones10, power, ones10, count);                                         // 2^10 − 1
        Square(ones10, 10, power, count);
        Multiply(power, ones10, ones50, count);                                         // 2^20 − 1
        Square(ones50, 20, power, count);
        Multiply(power, ones50, power, count);                                          // 2^40 − 1
        Square(power, 10, ones50, count);
        Multiply(ones50, ones10, ones50, count);                                        // 2^50 − 1
        Square(ones50, 50, power, count);
        Multiply(power, ones50, ones100, count);                                        // 2^100 − 1
        Square(ones100, 100, power, count);
        Multiply(power, ones100, power, count);                                         // 2^200 − 1
        Square(power, 50, power, count);
        Multiply(power, ones50, ones250, count);                                        // 2^250 − 1
    }
}
