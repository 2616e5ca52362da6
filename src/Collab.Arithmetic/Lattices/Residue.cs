using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

/// <summary>The formulas of arithmetic modulo p on doubles that hold integers; written once for all widths.</summary>
/// <remarks>
/// The magic number M = 1.5·2^52 makes fma(x, y, M) − M the integer nearest to x·y while |x·y| &lt; 2^51. Then with h = fl(b·w) and
/// e = b·w − h, which one fused operation gives exactly, b·w − q·p = (h − q·p) + e: the bracket is an integer below 2^53 because h and
/// q·p nearly cancel, so nothing is rounded. Method: Shoup's precomputed quotient in floating point, as in van der Hoeven, Lecerf and
/// Quintin, "Modular SIMD arithmetic in Mathemagix", 2016, section 3. Denormals and NaN never occur: time does not depend on values.
/// </remarks>
internal static class Residue<TLanes, V>
    where TLanes : struct, IResidueLanes<V>
    where V : unmanaged
{
    public const double Magic = 6755399441055744.0;

    /// <summary>b·w modulo p for a constant |w| ≤ p/2 with quotient = fl(w/p) and |b| ≤ 16·p: within ±p·(1/2 + |b|/(64·p)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyConstant(V b, V w, V quotient, V negativeP, V magic)
    {
        var q = TLanes.Subtract(TLanes.MultiplyAdd(b, quotient, magic), magic);
        var h = TLanes.Multiply(b, w);
        var e = TLanes.MultiplySubtract(b, w, h);
        return TLanes.Add(TLanes.MultiplyAdd(q, negativeP, h), e);
    }

    /// <summary>a·b modulo p for |a·b| &lt; 2^51·p: within ±p·(1/2 + 2^-52·|a·b|/p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b, V inverse, V negativeP, V magic)
    {
        var h = TLanes.Multiply(a, b);
        var q = TLanes.Subtract(TLanes.MultiplyAdd(h, inverse, magic), magic);
        var e = TLanes.MultiplySubtract(a, b, h);
        return TLanes.Add(TLanes.MultiplyAdd(q, negativeP, h), e);
    }

    /// <summary>x modulo p for |x| &lt; 2^52: within ±(p/2 + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Reduce(V x, V inverse, V negativeP, V magic) =>
        TLanes.MultiplyAdd(TLanes.Subtract(TLanes.MultiplyAdd(x, inverse, magic), magic), negativeP, x);

    /// <summary>x modulo p in [0, p) for |x| &lt; 2^52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Normalize(V x, V inverse, V p, V negativeP, V magic) =>
        TLanes.AddIfNegative(Reduce(x, inverse, negativeP, magic), p);

    /// <summary>x modulo p in [0, p) for |x| ≤ k·p with (k + 1)·p &lt; 2^51 and half = fl(1/(2p)).</summary>
    /// <remarks>x/p is 1/p at least from the integer above it. The quotient added to half is off by less than (2k + 2)·2^-53 &lt; 1/(2p), so that its
    /// floor is that of x/p.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Floor(V x, V inverse, V half, V negativeP) => TLanes.MultiplyAdd(TLanes.Floor(TLanes.MultiplyAdd(x, inverse, half)), negativeP, x);
}
