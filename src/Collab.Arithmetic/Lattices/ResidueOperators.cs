using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

/// <summary>One element-wise formula: what stands at d afterwards, given x, y, what stood at d, and a constant with its quotient.</summary>
internal interface IResidueOperator
{
    static abstract V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged;
}

/// <summary>x + y in [0, p), for x and y in [0, p).</summary>
internal readonly struct AddResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => TLanes.AddIfNegative(TLanes.Add(TLanes.Add(x, y), negativeP), p);
}

/// <summary>x − y in [0, p), for x and y in [0, p).</summary>
internal readonly struct SubtractResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => TLanes.AddIfNegative(TLanes.Subtract(x, y), p);
}

/// <summary>x·y in [0, p), for |x| and |y| at most p.</summary>
internal readonly struct MultiplyResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => TLanes.AddIfNegative(Residue<TLanes, V>.Multiply(x, y, inverse, negativeP, magic), p);
}

/// <summary>d + x·y, not reduced: |d| grows by at most 3/4·p.</summary>
internal readonly struct AccumulateProduct : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => TLanes.Add(d, Residue<TLanes, V>.Multiply(x, y, inverse, negativeP, magic));
}

/// <summary>x·c in [0, p), for |x| below 2^51.</summary>
internal readonly struct ScaleResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged =>
        TLanes.AddIfNegative(Residue<TLanes, V>.MultiplyConstant(x, c, quotient, negativeP, magic), p);
}

/// <summary>x·c about zero, within ±3/4·p, for |x| below 2^51.</summary>
internal readonly struct ScaleCentered : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => Residue<TLanes, V>.MultiplyConstant(x, c, quotient, negativeP, magic);
}

/// <summary>d + x·c, not reduced: |d| grows by at most 3/4·p.</summary>
internal readonly struct AccumulateScaled : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => TLanes.Add(d, Residue<TLanes, V>.MultiplyConstant(x, c, quotient, negativeP, magic));
}

/// <summary>(x − y)·c in [0, p), for |x − y| below 2^51.</summary>
internal readonly struct ScaleDifference : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged =>
        TLanes.AddIfNegative(Residue<TLanes, V>.MultiplyConstant(TLanes.Subtract(x, y), c, quotient, negativeP, magic), p);
}

/// <summary>x in [0, p), for |x| below 2^51.</summary>
internal readonly struct NormalizeResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => Residue<TLanes, V>.Normalize(x, inverse, p, negativeP, magic);
}

/// <summary>x about zero, within ±(p/2 + 1), for x in [0, p): the same number modulo p, half as large.</summary>
internal readonly struct CenterResidues : IResidueOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<TLanes, V>(V x, V y, V d, V c, V quotient, V p, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged => Residue<TLanes, V>.Reduce(x, inverse, negativeP, magic);
}
