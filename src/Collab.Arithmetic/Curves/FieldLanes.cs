using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <summary>As many elements of GF(2^255 − 19) as a vector has lanes: value = Σ limb[i] · 2^(51·i), limbs signed integers held as doubles.</summary>
/// <remarks>
/// An element is five vectors in memory. <b>Tight</b> limbs are at most 2^50 + 2^14 in magnitude, <b>loose</b> ones at most
/// 2^51 + 2^15: a sum or difference of two tight ones. What multiplies returns tight limbs. All arithmetic is exact, so every width
/// gives the same values, and doubles are never denormal, so time does not depend on them. The trick of splitting a product of doubles
/// by two fused multiply-adds: Emmart, Zheng, Weems, ARITH 2018.
/// </remarks>
[SkipLocalsInit]
internal static unsafe partial class FieldLanes<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Vectors of an element.</summary>
    public const int LimbCount = 5;

    /// <summary>A cache line, and the widest vector, in bytes.</summary>
    public const int Alignment = 64;

    private const MethodImplOptions Kernel = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
    private const double HighUnit = 1.5 * (1UL << 63) * (1UL << 40);                    // 1.5·2^103: sums with it are multiples of 2^51
    private const double LowUnit = 1.5 * (1UL << 52);                                   // sums with it are integers
    private const ulong HighBits = 0x4668_0000_0000_0000;                               // HighUnit as bits
    private const ulong LowBits = 0x4338_0000_0000_0000;                                // LowUnit as bits

    /// <summary>Bytes that hold so many elements wherever they begin; <see cref="Align"/> finds the place.</summary>
    public static int Room(int elements) => elements * LimbCount * sizeof(TVector) + Alignment;

    /// <summary>The first aligned address: a vector across two cache lines costs twice, and each value here is stored and loaded at once.</summary>
    public static TVector* Align(byte* room) => (TVector*)(((nuint)room + Alignment - 1) & ~(nuint)(Alignment - 1));

    /// <summary>Puts scalar elements into lanes; tight.</summary>
    public static void Load(ReadOnlySpan<Field25519> elements, TVector* result)
    {
        var limbs = (double*)result;
        for (var lane = 0; lane < TLanes.Count; lane++, limbs++)
        {
            var element = lane < elements.Length ? elements[lane] : Field25519.Zero;
            limbs[0] = element.Limb0;
            limbs[TLanes.Count] = element.Limb1;
            limbs[2 * TLanes.Count] = element.Limb2;
            limbs[3 * TLanes.Count] = element.Limb3;
            limbs[4 * TLanes.Count] = element.Limb4;
        }

        Tighten(result, result);
    }

    /// <summary>The scalar element of one lane; of tight or loose limbs.</summary>
    /// <remarks>4p is added limb by limb, so that none is negative.</remarks>
    public static Field25519 Extract(TVector* element, int lane)
    {
        const long fourTimesFirst = 4 * (long)(Field25519.LimbMask - 18), fourTimesOther = 4 * (long)Field25519.LimbMask;
        var limbs = (double*)element + lane;
        return unchecked(new Field25519(
            (ulong)((long)limbs[0] + fourTimesFirst),
            (ulong)((long)limbs[TLanes.Count] + fourTimesOther),
            (ulong)((long)limbs[2 * TLanes.Count] + fourTimesOther),
            (ulong)((long)limbs[3 * TLanes.Count] + fourTimesOther),
            (ulong)((long)limbs[4 * TLanes.Count] + fourTimesOther)));
    }

    /// <summary>The same small number, at most 2^50, in all lanes.</summary>
    public static void Fill(double value, TVector* result)
    {
        result[0] = TLanes.Create(value);
        for (var i = 1; i < LimbCount; i++) result[i] = default;
    }

    /// <summary>The same element in all lanes; tight.</summary>
    public static void Fill(in Field25519 element, TVector* result)
    {
        result[0] = TLanes.Create(element.Limb0);
        result[1] = TLanes.Create(element.Limb1);
        result[2] = TLanes.Create(element.Limb2);
        result[3] = TLanes.Create(element.Limb3);
        result[4] = TLanes.Create(element.Limb4);
        Tighten(result, result);
    }

    /// <summary>The same element in another place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(TVector* element, TVector* result)
    {
        for (var i = 0; i < LimbCount; i++) result[i] = element[i];
    }

    /// <summary>a + b; loose for tight operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector* a, TVector* b, TVector* result)
    {
        for (var i = 0; i < LimbCount; i++) result[i] = TLanes.Add(a[i], b[i]);
    }

    /// <summary>a − b; loose for tight operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(TVector* a, TVector* b, TVector* result)
    {
        for (var i = 0; i < LimbCount; i++) result[i] = TLanes.Subtract(a[i], b[i]);
    }

    /// <summary>The same value with tight limbs, from limbs below 2^53 in magnitude: each gives what is above ±2^50 to the next.</summary>
    [MethodImpl(Kernel)]
    public static void Tighten(TVector* element, TVector* result)
    {
        var unit = TLanes.Create(HighUnit);
        var down = TLanes.Create(1.0 / (1UL << 51));
        var around = TLanes.Create(19.0 / (1UL << 51));                                 // 2^255 = 19
        TVector limb0 = element[0], limb1 = element[1], limb2 = element[2], limb3 = element[3], limb4 = element[4];
        var carry0 = TLanes.Subtract(TLanes.Add(limb0, unit), unit);
        var carry1 = TLanes.Subtract(TLanes.Add(limb1, unit), unit);
        var carry2 = TLanes.Subtract(TLanes.Add(limb2, unit), unit);
        var carry3 = TLanes.Subtract(TLanes.Add(limb3, unit), unit);
        var carry4 = TLanes.Subtract(TLanes.Add(limb4, unit), unit);
        result[0] = TLanes.MultiplyAdd(carry4, around, TLanes.Subtract(limb0, carry0));
        result[1] = TLanes.MultiplyAdd(carry0, down, TLanes.Subtract(limb1, carry1));
        result[2] = TLanes.MultiplyAdd(carry1, down, TLanes.Subtract(limb2, carry2));
        result[3] = TLanes.MultiplyAdd(carry2, down, TLanes.Subtract(limb3, carry3));
        result[4] = TLanes.MultiplyAdd(carry3, down, TLanes.Subtract(limb4, carry4));
    }

    /// <summary>Exchanges a and b in the lanes whose mask is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Swap(TVector mask, TVector* a, TVector* b)
    {
        for (var i = 0; i < LimbCount; i++)
        {
            var change = TLanes.And(mask, TLanes.Xor(a[i], b[i]));
            a[i] = TLanes.Xor(a[i], change);
            b[i] = TLanes.Xor(b[i], change);
        }
    }

    /// <summary>Each lane of ifOnes where the mask is all ones, else that of ifZeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Select(TVector mask, TVector* ifOnes, TVector* ifZeros, TVector* result)
    {
        for (var i = 0; i < LimbCount; i++)
        {
            result[i] = TLanes.Xor(ifZeros[i], TLanes.And(mask, TLanes.Xor(ifOnes[i], ifZeros[i])));
        }
    }

    /// <summary>All ones in the lanes whose value is 0 modulo p; constant time.</summary>
    public static TVector ZeroMask(TVector* element)
    {
        TVector mask = default;
        for (var lane = 0; lane < TLanes.Count; lane++) ((ulong*)&mask)[lane] = unchecked(0 - Extract(element, lane).IsZero());
        return mask;
    }

    /// <summary>All ones in the lanes whose values are the same modulo p; tight operands.</summary>
    public static TVector EqualMask(TVector* a, TVector* b)
    {
        var roomForDifference = stackalloc byte[Room(1)];
        var difference = Align(roomForDifference);
        Subtract(a, b, difference);
        return ZeroMask(difference);
    }

    /// <summary>All ones in the lanes whose canonical value is odd; constant time.</summary>
    public static TVector SignMask(TVector* element)
    {
        TVector mask = default;
        for (var lane = 0; lane < TLanes.Count; lane++) ((ulong*)&mask)[lane] = unchecked(0 - Extract(element, lane).Sign());
        return mask;
    }
}
