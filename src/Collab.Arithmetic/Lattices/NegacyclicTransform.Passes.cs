using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class NegacyclicTransform
{
    // Levels of far pairs are done two or three at a time for each load and store, then those of two registers side by side; inverse the other way
    // round. (Part by part, so that each stays in the first-level cache, was no faster.)
    private void Run<TForward, TLanes, V>(double* x)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var left = BitOperations.Log2((uint)(Degree / (2 * TLanes.Count)));
        if (typeof(TForward) == typeof(Set))
        {
            for (var m = 1; left > 0;)
            {
                var levels = left is 2 or 4 ? 2 : 3;
                Pass<TForward, TLanes, V>(x, levels, m);
                (m, left) = (m << levels, left - levels);
            }

            if (Modulus.Value < 1UL << 47) Near<TForward, Set, TLanes, V>(x);
            else Near<TForward, Unset, TLanes, V>(x);
        }
        else
        {
            Near<TForward, Unset, TLanes, V>(x);
            for (var m = 1 << left; left > 0;)
            {
                var levels = left is 2 or 4 ? 2 : 3;
                (m, left) = (m >> levels, left - levels);
                Pass<TForward, TLanes, V>(x, levels, m);
            }
        }

        GC.KeepAlive(this);
    }

    private void Pass<TForward, TLanes, V>(double* x, int levels, int m)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (levels == 3) Pass<TForward, Set, TLanes, V>(x, m);
        else Pass<TForward, Unset, TLanes, V>(x, m);
    }

    // Three levels of eight registers, or two of four, and beside them those of the next places: of the some sixty operations that a processor sees
    // ahead, enough must not wait for each other. The order is that in which the next level takes the results. Where there are sixteen registers, one place at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Pass<TForward, TThree, TLanes, V>(double* x, int m)
        where TForward : struct, IFlag
        where TThree : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic, inverse) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic), TLanes.Broadcast(_inverseP));
            var (forward, three) = (typeof(TForward) == typeof(Set), typeof(TThree) == typeof(Set));
            nint step = TLanes.Count, size = Degree / m, t = three ? size / 8 : size / 4;
            var w = _tables.Pointer + (forward ? 0 : Tables);
            var (last, wide) = (!forward && m == 1, HasManyRegisters<V>());
            for (nint i = 0; i < m; i++)
            {
                double* w1 = w + (step * (m + i)), w2 = three ? w + (2 * step * (m + i)) : w1, w4 = three ? w2 + (2 * step * (m + i)) : w + (2 * step * (m + i));
                V a1 = TLanes.Load(w1), a2 = TLanes.Load(w2), a4 = TLanes.Load(w4), a5 = TLanes.Load(w4 + step);
                var (a3, a6, a7) = three ? (TLanes.Load(w2 + step), TLanes.Load(w4 + (2 * step)), TLanes.Load(w4 + (3 * step))) : (a2, a4, a5);
                var block = x + (size * i);
                for (var end = block + t; block < end; block += wide ? 2 * step : step)
                {
                    Load<TLanes, V>(block, t, out var x0, out var x1, out var x2, out var x3);
                    Unsafe.SkipInit(out V y0); Unsafe.SkipInit(out V y1); Unsafe.SkipInit(out V y2); Unsafe.SkipInit(out V y3);
                    if (wide) Load<TLanes, V>(block + step, t, out y0, out y1, out y2, out y3);
                    Unsafe.SkipInit(out V x4); Unsafe.SkipInit(out V x5); Unsafe.SkipInit(out V x6); Unsafe.SkipInit(out V x7);
                    Unsafe.SkipInit(out V y4); Unsafe.SkipInit(out V y5); Unsafe.SkipInit(out V y6); Unsafe.SkipInit(out V y7);
                    if (three)
                    {
                        Load<TLanes, V>(block + (4 * t), t, out x4, out x5, out x6, out x7);
                        if (wide) Load<TLanes, V>(block + (4 * t) + step, t, out y4, out y5, out y6, out y7);
                    }

                    if (forward && three)
                    {
                        Pair<TForward, TLanes, V>(ref x0, ref x4, ref y0, ref y4, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x2, ref x6, ref y2, ref y6, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x1, ref x5, ref y1, ref y5, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x3, ref x7, ref y3, ref y7, a1, inverse, negativeP, magic);
                    }

                    if (!forward)
                    {
                        Pair<TForward, TLanes, V>(ref x0, ref x1, ref y0, ref y1, a4, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x2, ref x3, ref y2, ref y3, a5, inverse, negativeP, magic);
                        if (three)
                        {
                            Pair<TForward, TLanes, V>(ref x4, ref x5, ref y4, ref y5, a6, inverse, negativeP, magic);
                            Pair<TForward, TLanes, V>(ref x6, ref x7, ref y6, ref y7, a7, inverse, negativeP, magic);
                        }
                    }

                    Pair<TForward, TLanes, V>(ref x0, ref x2, ref y0, ref y2, a2, inverse, negativeP, magic);
                    Pair<TForward, TLanes, V>(ref x1, ref x3, ref y1, ref y3, a2, inverse, negativeP, magic);
                    if (three)
                    {
                        Pair<TForward, TLanes, V>(ref x4, ref x6, ref y4, ref y6, a3, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x5, ref x7, ref y5, ref y7, a3, inverse, negativeP, magic);
                    }

                    if (forward)
                    {
                        Pair<TForward, TLanes, V>(ref x0, ref x1, ref y0, ref y1, a4, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x2, ref x3, ref y2, ref y3, a5, inverse, negativeP, magic);
                        if (three)
                        {
                            Pair<TForward, TLanes, V>(ref x4, ref x5, ref y4, ref y5, a6, inverse, negativeP, magic);
                            Pair<TForward, TLanes, V>(ref x6, ref x7, ref y6, ref y7, a7, inverse, negativeP, magic);
                        }
                    }

                    if (!forward && three)
                    {
                        Pair<TForward, TLanes, V>(ref x0, ref x4, ref y0, ref y4, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x1, ref x5, ref y1, ref y5, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x2, ref x6, ref y2, ref y6, a1, inverse, negativeP, magic);
                        Pair<TForward, TLanes, V>(ref x3, ref x7, ref y3, ref y7, a1, inverse, negativeP, magic);
                    }

                    if (!forward && !last)
                    {
                        (x0, y0) = (Residue<TLanes, V>.Reduce(x0, inverse, negativeP, magic), Residue<TLanes, V>.Reduce(y0, inverse, negativeP, magic));
                        if (three) (x1, y1) = (Residue<TLanes, V>.Reduce(x1, inverse, negativeP, magic), Residue<TLanes, V>.Reduce(y1, inverse, negativeP, magic));
                    }

                    if (last)
                    {
                        Scale<TLanes, V>(ref x0, ref y0, ref x1, ref y1, inverse, negativeP, magic);
                        if (three) Scale<TLanes, V>(ref x2, ref y2, ref x3, ref y3, inverse, negativeP, magic);
                        else Positive<TLanes, V>(ref x2, ref y2, ref x3, ref y3);
                        if (three)
                        {
                            Positive<TLanes, V>(ref x4, ref y4, ref x5, ref y5);
                            Positive<TLanes, V>(ref x6, ref y6, ref x7, ref y7);
                        }
                    }

                    Store<TLanes, V>(block, t, x0, x1, x2, x3);
                    if (wide) Store<TLanes, V>(block + step, t, y0, y1, y2, y3);
                    if (three)
                    {
                        Store<TLanes, V>(block + (4 * t), t, x4, x5, x6, x7);
                        if (wide) Store<TLanes, V>(block + (4 * t) + step, t, y4, y5, y6, y7);
                    }
                }
            }
        }
    }

    // Bounds in units of p. Forward: |x| ≤ k before a level gives k + 1/2 + k/32 after it; from k = 1 that is 11.0 after 15 levels, below 16.
    // Inverse: from k = 1, three levels inside registers give sums of at most 8, which are reduced, and the level beside them 5/4 at most. With
    // |x| ≤ k = 4/3 before three far levels, the largest difference is that of two sums of four, 8·k, below 16; of the results, the sums of unreduced
    // sums and of first differences (8·k and 2 + k/4) are reduced, sums of second differences are 1 + k/4 = k, and the rest is smaller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TForward, TLanes, V>(ref V a, ref V b, V w, V inverse, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set))
        {
            var product = Residue<TLanes, V>.Multiply(b, w, inverse, negativeP, magic);
            b = TLanes.Subtract(a, product);
            a = TLanes.Add(a, product);
        }
        else
        {
            var difference = TLanes.Subtract(a, b);
            a = TLanes.Add(a, b);
            b = Residue<TLanes, V>.Multiply(difference, w, inverse, negativeP, magic);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TForward, TLanes, V>(ref V a, ref V b, ref V c, ref V d, V w, V inverse, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        Step<TForward, TLanes, V>(ref a, ref b, w, inverse, negativeP, magic);
        if (HasManyRegisters<V>()) Step<TForward, TLanes, V>(ref c, ref d, w, inverse, negativeP, magic);
    }

    // 32 registers, of 512 bits or, with the same instructions, of fewer; else 16, which more values would leave. Known to the compiler.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasManyRegisters<V>()
        where V : unmanaged => sizeof(V) == 8 * sizeof(double) || Avx512F.VL.IsSupported;

    // Sums of the last inverse level over N, in [0, p). Its differences have the factor 1/N from their constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scale<TLanes, V>(ref V a, ref V b, ref V c, ref V d, V inverse, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var scale = TLanes.Broadcast(_scale);
        (a, b) = (Residue<TLanes, V>.Multiply(a, scale, inverse, negativeP, magic), Residue<TLanes, V>.Multiply(b, scale, inverse, negativeP, magic));
        (c, d) = (Residue<TLanes, V>.Multiply(c, scale, inverse, negativeP, magic), Residue<TLanes, V>.Multiply(d, scale, inverse, negativeP, magic));
        Positive<TLanes, V>(ref a, ref b, ref c, ref d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Positive<TLanes, V>(ref V a, ref V b, ref V c, ref V d)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var p = TLanes.Broadcast(_p);
        (a, b, c, d) = (TLanes.AddIfNegative(a, p), TLanes.AddIfNegative(b, p), TLanes.AddIfNegative(c, p), TLanes.AddIfNegative(d, p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes, V>(double* to, nint t, V x0, V x1, V x2, V x3)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            TLanes.Store(to, x0);
            TLanes.Store(to + t, x1);
            TLanes.Store(to + (2 * t), x2);
            TLanes.Store(to + (3 * t), x3);
        }
    }
}
