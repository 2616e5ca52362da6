using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class NegacyclicTransform
{
    // Levels of far pairs are done three at a time for each load and store; the last log2(lanes) levels inside registers.
    // Bounds in units of p: |x| ≤ k before a level gives k + 1/2 + k/64 after it; from k = 1 that is 9.7 after 15 levels, below 16.
    private void ForwardPasses<TLanes, V>(double* x)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var w = _tables.Pointer;
        var m = 1;
        for (var far = Degree / TLanes.Count; far > 1;)
        {
            var levels = far is 2 ? 1 : far is 4 or 16 ? 2 : 3;
            var last = far == 1 << levels && TLanes.Count == 1;
            if (levels == 3) Forward8<TLanes, V>(x, w, m, last);
            else if (levels == 2) Forward4<TLanes, V>(x, w, m, last);
            else Forward2<TLanes, V>(x, w, m, last);
            m <<= levels;
            far >>= levels;
        }

        if (TLanes.Count > 1) ForwardNear<TLanes, V>(x, w);
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly<TLanes, V>(ref V a, ref V b, V w, V quotient, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var product = Residue<TLanes, V>.MultiplyConstant(b, w, quotient, negativeP, magic);
        b = TLanes.Subtract(a, product);
        a = TLanes.Add(a, product);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Forward8<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            nint t = Degree / (8 * m), n = Degree, step = TLanes.Count;
            for (nint i = 0; i < m; i++)
            {
                double* w1 = w + m + i, w2 = w + (2 * (m + i)), w4 = w + (4 * (m + i));
                double* v1 = w1 + n, v2 = w2 + n, v4 = w4 + n;
                var (a1, q1) = (TLanes.Broadcast(w1[0]), TLanes.Broadcast(v1[0]));
                var (a2, q2) = (TLanes.Broadcast(w2[0]), TLanes.Broadcast(v2[0]));
                var (a3, q3) = (TLanes.Broadcast(w2[1]), TLanes.Broadcast(v2[1]));
                var (a4, q4) = (TLanes.Broadcast(w4[0]), TLanes.Broadcast(v4[0]));
                var (a5, q5) = (TLanes.Broadcast(w4[1]), TLanes.Broadcast(v4[1]));
                var (a6, q6) = (TLanes.Broadcast(w4[2]), TLanes.Broadcast(v4[2]));
                var (a7, q7) = (TLanes.Broadcast(w4[3]), TLanes.Broadcast(v4[3]));
                var block = x + (8 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t), x2 = TLanes.Load(block + (2 * t)), x3 = TLanes.Load(block + (3 * t));
                    V x4 = TLanes.Load(block + (4 * t)), x5 = TLanes.Load(block + (5 * t)), x6 = TLanes.Load(block + (6 * t)), x7 = TLanes.Load(block + (7 * t));
                    Butterfly<TLanes, V>(ref x0, ref x4, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x1, ref x5, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x2, ref x6, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x3, ref x7, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x0, ref x2, a2, q2, negativeP, magic);
                    Butterfly<TLanes, V>(ref x1, ref x3, a2, q2, negativeP, magic);
                    Butterfly<TLanes, V>(ref x4, ref x6, a3, q3, negativeP, magic);
                    Butterfly<TLanes, V>(ref x5, ref x7, a3, q3, negativeP, magic);
                    Butterfly<TLanes, V>(ref x0, ref x1, a4, q4, negativeP, magic);
                    Butterfly<TLanes, V>(ref x2, ref x3, a5, q5, negativeP, magic);
                    Butterfly<TLanes, V>(ref x4, ref x5, a6, q6, negativeP, magic);
                    Butterfly<TLanes, V>(ref x6, ref x7, a7, q7, negativeP, magic);
                    if (last)
                    {
                        x0 = Residue<TLanes, V>.Normalize(x0, inverse, p, negativeP, magic);
                        x1 = Residue<TLanes, V>.Normalize(x1, inverse, p, negativeP, magic);
                        x2 = Residue<TLanes, V>.Normalize(x2, inverse, p, negativeP, magic);
                        x3 = Residue<TLanes, V>.Normalize(x3, inverse, p, negativeP, magic);
                        x4 = Residue<TLanes, V>.Normalize(x4, inverse, p, negativeP, magic);
                        x5 = Residue<TLanes, V>.Normalize(x5, inverse, p, negativeP, magic);
                        x6 = Residue<TLanes, V>.Normalize(x6, inverse, p, negativeP, magic);
                        x7 = Residue<TLanes, V>.Normalize(x7, inverse, p, negativeP, magic);
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
    private void Forward4<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
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
                    Butterfly<TLanes, V>(ref x0, ref x2, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x1, ref x3, a1, q1, negativeP, magic);
                    Butterfly<TLanes, V>(ref x0, ref x1, a2, q2, negativeP, magic);
                    Butterfly<TLanes, V>(ref x2, ref x3, a3, q3, negativeP, magic);
                    if (last)
                    {
                        x0 = Residue<TLanes, V>.Normalize(x0, inverse, p, negativeP, magic);
                        x1 = Residue<TLanes, V>.Normalize(x1, inverse, p, negativeP, magic);
                        x2 = Residue<TLanes, V>.Normalize(x2, inverse, p, negativeP, magic);
                        x3 = Residue<TLanes, V>.Normalize(x3, inverse, p, negativeP, magic);
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
    private void Forward2<TLanes, V>(double* x, double* w, int m, bool last)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            nint t = Degree / (2 * m), n = Degree, step = TLanes.Count;
            for (nint i = 0; i < m; i++)
            {
                var (a, q) = (TLanes.Broadcast(w[m + i]), TLanes.Broadcast(w[n + m + i]));
                var block = x + (2 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t);
                    Butterfly<TLanes, V>(ref x0, ref x1, a, q, negativeP, magic);
                    if (last)
                    {
                        x0 = Residue<TLanes, V>.Normalize(x0, inverse, p, negativeP, magic);
                        x1 = Residue<TLanes, V>.Normalize(x1, inverse, p, negativeP, magic);
                    }

                    TLanes.Store(block, x0);
                    TLanes.Store(block + t, x1);
                }
            }
        }
    }

    /// <summary>The last log2(lanes) levels and the reduction into [0, p), two registers at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void ForwardNear<TLanes, V>(double* x, double* w)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            nint n = Degree, lanes = TLanes.Count;
            double* w1 = w + (n / 2), w2 = w + (n / 4), w4 = w + (n / 8);
            for (nint i = 0; i < n; i += 2 * lanes, w1 += lanes, w2 += lanes / 2, w4 += lanes / 4)
            {
                V a = TLanes.Load(x + i), b = TLanes.Load(x + i + lanes);
                if (TLanes.Count == 8)
                {
                    (a, b) = TLanes.Split(a, b, 4);
                    Butterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w4, 4), TLanes.Spread(w4 + n, 4), negativeP, magic);
                }

                (a, b) = TLanes.Split(a, b, 2);
                Butterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w2, 2), TLanes.Spread(w2 + n, 2), negativeP, magic);
                (a, b) = TLanes.Split(a, b, 1);
                Butterfly<TLanes, V>(ref a, ref b, TLanes.Spread(w1, 1), TLanes.Spread(w1 + n, 1), negativeP, magic);
                (a, b) = TLanes.Interleave(a, b);
                TLanes.Store(x + i, Residue<TLanes, V>.Normalize(a, inverse, p, negativeP, magic));
                TLanes.Store(x + i + lanes, Residue<TLanes, V>.Normalize(b, inverse, p, negativeP, magic));
            }
        }
    }
}
