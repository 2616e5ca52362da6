using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class NegacyclicTransform
{
    // Levels of near pairs first, inside registers, then three at a time. Bounds in units of p: with |x| ≤ k before three levels, the
    // largest difference is that of two sums of four, 8·k, which must be below 16: k < 2. Of the eight results only the two that are sums
    // of unreduced sums exceed that (8·k and 2.6): they are reduced; the others stay below 1.3. From k = 1 all passes keep the bound.
    private void InversePasses<TLanes, V>(double* x)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var w = _tables.Pointer + (2 * Degree);
        if (TLanes.Count > 1) InverseNear<TLanes, V>(x, w);
        for (var far = Degree / TLanes.Count; far > 1;)
        {
            var levels = far is 2 ? 1 : far is 4 or 16 ? 2 : 3;
            far >>= levels;
            if (levels == 3) Inverse8<TLanes, V>(x, w, far, far == 1);
            else if (levels == 2) Inverse4<TLanes, V>(x, w, far, far == 1);
            else Inverse2<TLanes, V>(x, w, far, far == 1);
        }

        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unbutterfly<TLanes, V>(ref V a, ref V b, V w, V quotient, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var difference = TLanes.Subtract(a, b);
        a = TLanes.Add(a, b);
        b = Residue<TLanes, V>.MultiplyConstant(difference, w, quotient, negativeP, magic);
    }

    // x / N in [0, p).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale<TLanes, V>(V x, V scale, V scaleQuotient, V p, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged =>
        TLanes.AddIfNegative(Residue<TLanes, V>.MultiplyConstant(x, scale, scaleQuotient, negativeP, magic), p);

    /// <summary>The first log2(lanes) levels, two registers at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void InverseNear<TLanes, V>(double* x, double* w)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var inverse = TLanes.Broadcast(_inverseP);
            nint n = Degree, lanes = TLanes.Count;
            double* w1 = w + (n / 2), w2 = w + (n / 4), w4 = w + (n / 8);
            for (nint i = 0; i < n; i += 2 * lanes, w1 += lanes, w2 += lanes / 2, w4 += lanes / 4)
            {
                var (a, b) = TLanes.Separate(TLanes.Load(x + i), TLanes.Load(x + i + lanes));
                Unbutterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w1, 1), TLanes.Spread(w1 + n, 1), negativeP, magic);
                (a, b) = TLanes.Split(a, b, 1);
                Unbutterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w2, 2), TLanes.Spread(w2 + n, 2), negativeP, magic);
                (a, b) = TLanes.Split(a, b, 2);
                if (TLanes.Count == 8)
                {
                    Unbutterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w4, 4), TLanes.Spread(w4 + n, 4), negativeP, magic);
                    (a, b) = TLanes.Split(a, b, 4);
                }

                TLanes.Store(x + i, Residue<TLanes, V>.Reduce(a, inverse, negativeP, magic));
                TLanes.Store(x + i + lanes, Residue<TLanes, V>.Reduce(b, inverse, negativeP, magic));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Inverse8<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            var (scale, scaleQuotient) = (TLanes.Broadcast(_scale), TLanes.Broadcast(_scaleQuotient));
            nint t = Degree / (8 * m), n = Degree, step = TLanes.Count;
            for (nint i = 0; i < m; i++)
            {
                double* w1 = w + m + i, w2 = w + (2 * (m + i)), w4 = w + (4 * (m + i));
                var (a1, q1) = (TLanes.Broadcast(w1[0]), TLanes.Broadcast(w1[n]));
                var (a2, q2) = (TLanes.Broadcast(w2[0]), TLanes.Broadcast(w2[n]));
                var (a3, q3) = (TLanes.Broadcast(w2[1]), TLanes.Broadcast(w2[n + 1]));
                var (a4, q4) = (TLanes.Broadcast(w4[0]), TLanes.Broadcast(w4[n]));
                var (a5, q5) = (TLanes.Broadcast(w4[1]), TLanes.Broadcast(w4[n + 1]));
                var (a6, q6) = (TLanes.Broadcast(w4[2]), TLanes.Broadcast(w4[n + 2]));
                var (a7, q7) = (TLanes.Broadcast(w4[3]), TLanes.Broadcast(w4[n + 3]));
                var block = x + (8 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t), x2 = TLanes.Load(block + (2 * t)), x3 = TLanes.Load(block + (3 * t));
                    V x4 = TLanes.Load(block + (4 * t)), x5 = TLanes.Load(block + (5 * t)), x6 = TLanes.Load(block + (6 * t)), x7 = TLanes.Load(block + (7 * t));
                    Unbutterfly<TLanes, V>(ref x0, ref x1, a4, q4, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x2, ref x3, a5, q5, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x4, ref x5, a6, q6, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x6, ref x7, a7, q7, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x0, ref x2, a2, q2, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x1, ref x3, a2, q2, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x4, ref x6, a3, q3, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x5, ref x7, a3, q3, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x0, ref x4, a1, q1, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x1, ref x5, a1, q1, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x2, ref x6, a1, q1, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x3, ref x7, a1, q1, negativeP, magic);
                    if (last)
                    {
                        x0 = Scale<TLanes, V>(x0, scale, scaleQuotient, p, negativeP, magic);
                        x1 = Scale<TLanes, V>(x1, scale, scaleQuotient, p, negativeP, magic);
                        x2 = Scale<TLanes, V>(x2, scale, scaleQuotient, p, negativeP, magic);
                        x3 = Scale<TLanes, V>(x3, scale, scaleQuotient, p, negativeP, magic);
                        x4 = Scale<TLanes, V>(x4, scale, scaleQuotient, p, negativeP, magic);
                        x5 = Scale<TLanes, V>(x5, scale, scaleQuotient, p, negativeP, magic);
                        x6 = Scale<TLanes, V>(x6, scale, scaleQuotient, p, negativeP, magic);
                        x7 = Scale<TLanes, V>(x7, scale, scaleQuotient, p, negativeP, magic);
                    }
                    else
                    {
                        x0 = Residue<TLanes, V>.Reduce(x0, inverse, negativeP, magic);
                        x1 = Residue<TLanes, V>.Reduce(x1, inverse, negativeP, magic);
                    }

                    TLanes.Store(block, x0);
                    TLanes.Store(block + t, x1);
                    TLanes.Store(block + (2 * t), x2);
                    TLanes.Store(block + (3 * t), x3);
                    TLanes.Store(block + (4 * t), x4);
                    TLanes.Store(block + (5 * t), x5);
                    TLanes.Store(block + (6 * t), x6);
                    TLanes.Store(block + (7 * t), x7);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Inverse4<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            var (scale, scaleQuotient) = (TLanes.Broadcast(_scale), TLanes.Broadcast(_scaleQuotient));
            nint t = Degree / (4 * m), n = Degree, step = TLanes.Count;
            for (nint i = 0; i < m; i++)
            {
                double* w1 = w + m + i, w2 = w + (2 * (m + i));
                var (a1, q1) = (TLanes.Broadcast(w1[0]), TLanes.Broadcast(w1[n]));
                var (a2, q2) = (TLanes.Broadcast(w2[0]), TLanes.Broadcast(w2[n]));
                var (a3, q3) = (TLanes.Broadcast(w2[1]), TLanes.Broadcast(w2[n + 1]));
                var block = x + (4 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t), x2 = TLanes.Load(block + (2 * t)), x3 = TLanes.Load(block + (3 * t));
                    Unbutterfly<TLanes, V>(ref x0, ref x1, a2, q2, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x2, ref x3, a3, q3, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x0, ref x2, a1, q1, negativeP, magic);
                    Unbutterfly<TLanes, V>(ref x1, ref x3, a1, q1, negativeP, magic);
                    if (last)
                    {
                        x0 = Scale<TLanes, V>(x0, scale, scaleQuotient, p, negativeP, magic);
                        x1 = Scale<TLanes, V>(x1, scale, scaleQuotient, p, negativeP, magic);
                        x2 = Scale<TLanes, V>(x2, scale, scaleQuotient, p, negativeP, magic);
                        x3 = Scale<TLanes, V>(x3, scale, scaleQuotient, p, negativeP, magic);
                    }
                    else
                    {
                        x0 = Residue<TLanes, V>.Reduce(x0, inverse, negativeP, magic);
                    }

                    TLanes.Store(block, x0);
                    TLanes.Store(block + t, x1);
                    TLanes.Store(block + (2 * t), x2);
                    TLanes.Store(block + (3 * t), x3);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Inverse2<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            var (scale, scaleQuotient) = (TLanes.Broadcast(_scale), TLanes.Broadcast(_scaleQuotient));
            nint t = Degree / (2 * m), n = Degree, step = TLanes.Count;
            for (nint i = 0; i < m; i++)
            {
                double* w1 = w + m + i;
                var (a1, q1) = (TLanes.Broadcast(w1[0]), TLanes.Broadcast(w1[n]));
                var block = x + (2 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t);
                    Unbutterfly<TLanes, V>(ref x0, ref x1, a1, q1, negativeP, magic);
                    if (last)
                    {
                        x0 = Scale<TLanes, V>(x0, scale, scaleQuotient, p, negativeP, magic);
                        x1 = Scale<TLanes, V>(x1, scale, scaleQuotient, p, negativeP, magic);
                    }
                    else
                    {
                        x0 = Residue<TLanes, V>.Reduce(x0, inverse, negativeP, magic);
                    }

                    TLanes.Store(block, x0);
                    TLanes.Store(block + t, x1);
                }
            }
        }
    }
}
