using System.Numerics;
using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class NegacyclicTransform
{
    // Doubles of a part of the vector that stays in the first-level cache, with its share of the tables, through all passes that remain.
    private const int Cached = 2048;

    private const int MostPasses = 6;

    // Levels of far pairs are done two or three at a time for each load and store, then those inside registers. Forward from far to near,
    // first over the whole vector, then part by part; inverse the other way round.
    private void Run<TForward, TLanes, V>(double* x)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        var levels = stackalloc int[MostPasses];
        var blocks = stackalloc int[MostPasses];
        var (passes, whole, parts) = (0, 0, 1);
        for (var (left, m) = (BitOperations.Log2((uint)(Degree / TLanes.Count)), 1); left > 0; passes++)
        {
            (levels[passes], blocks[passes]) = (left is 2 or 4 ? 2 : 3, m);
            left -= levels[passes];
            if (left > 0 && Degree / m > Cached) (whole, parts) = (passes + 1, m << levels[passes]);
            m <<= levels[passes];
        }

        for (var pass = 0; typeof(TForward) == typeof(Set) && pass < whole; pass++) Pass<TForward, TLanes, V>(x, levels[pass], blocks[pass], 0, blocks[pass]);
        for (var part = 0; part < parts; part++)
        {
            int start = part * (Degree / parts), end = start + (Degree / parts);
            if (typeof(TForward) != typeof(Set) && TLanes.Count > 1) Near<TForward, TLanes, V>(x, start, end);
            for (var k = whole; k < passes; k++)
            {
                var pass = typeof(TForward) == typeof(Set) ? k : passes - 1 - (k - whole);
                var count = blocks[pass] / parts;
                Pass<TForward, TLanes, V>(x, levels[pass], blocks[pass], part * count, (part + 1) * count);
            }

            if (typeof(TForward) == typeof(Set)) Near<TForward, TLanes, V>(x, start, end);
        }

        for (var pass = whole - 1; typeof(TForward) != typeof(Set) && pass >= 0; pass--) Pass<TForward, TLanes, V>(x, levels[pass], blocks[pass], 0, blocks[pass]);
        GC.KeepAlive(this);
    }

    private void Pass<TForward, TLanes, V>(double* x, int levels, int m, int from, int to)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (levels == 3) Pass8<TForward, TLanes, V>(x, m, from, to);
        else Pass4<TForward, TLanes, V>(x, m, from, to);
    }

    // Bounds in units of p. Forward: |x| ≤ k before a level gives k + 1/2 + k/64 after it; from k = 1 that is 9.7 after 15 levels, below 16.
    // Inverse: with |x| ≤ k before three levels, the largest difference is that of two sums of four, 8·k, which must be below 16: k < 2. Of
    // the eight results only the two that are sums of unreduced sums exceed that (8·k and 2.6): they are reduced; the others stay below 1.3.
    // After the levels inside registers all are reduced. From k = 1 all passes keep the bound.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TForward, TLanes, V>(ref V a, ref V b, V w, V quotient, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set))
        {
            var product = Residue<TLanes, V>.MultiplyConstant(b, w, quotient, negativeP, magic);
            b = TLanes.Subtract(a, product);
            a = TLanes.Add(a, product);
        }
        else
        {
            var difference = TLanes.Subtract(a, b);
            a = TLanes.Add(a, b);
            b = Residue<TLanes, V>.MultiplyConstant(difference, w, quotient, negativeP, magic);
        }
    }

    // The log2(lanes) levels inside two registers, and a reduction: forward into [0, p), inverse about zero. Two such chains of operations side by
    // side: one alone waits for itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Near<TForward, TLanes, V>(double* x, int from, int to)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            nint n = Degree, lanes = TLanes.Count;
            var w = _tables.Pointer + (typeof(TForward) == typeof(Set) ? 0 : 2 * n);
            double* w1 = w + ((n + from) / 2), w2 = w + ((n + from) / 4), w4 = w + ((n + from) / 8);
            for (nint i = from; i < to; i += 4 * lanes, w1 += 2 * lanes, w2 += lanes, w4 += lanes / 2)
            {
                V a = TLanes.Load(x + i), b = TLanes.Load(x + i + lanes);
                V c = TLanes.Load(x + i + (2 * lanes)), d = TLanes.Load(x + i + (3 * lanes));
                if (typeof(TForward) == typeof(Set))
                {
                    if (sizeof(V) == 8 * sizeof(double))
                    {
                        Far<TForward, TLanes, V>(ref a, ref b, w4, n, negativeP, magic);
                        Far<TForward, TLanes, V>(ref c, ref d, w4 + (lanes / 4), n, negativeP, magic);
                    }

                    if (sizeof(V) > sizeof(double))
                    {
                        Middle<TForward, TLanes, V>(ref a, ref b, w2, n, negativeP, magic);
                        Middle<TForward, TLanes, V>(ref c, ref d, w2 + (lanes / 2), n, negativeP, magic);
                        Nearest<TForward, TLanes, V>(ref a, ref b, w1, n, negativeP, magic);
                        Nearest<TForward, TLanes, V>(ref c, ref d, w1 + lanes, n, negativeP, magic);
                    }

                    TLanes.Store(x + i, Residue<TLanes, V>.Normalize(a, inverse, p, negativeP, magic));
                    TLanes.Store(x + i + lanes, Residue<TLanes, V>.Normalize(b, inverse, p, negativeP, magic));
                    TLanes.Store(x + i + (2 * lanes), Residue<TLanes, V>.Normalize(c, inverse, p, negativeP, magic));
                    TLanes.Store(x + i + (3 * lanes), Residue<TLanes, V>.Normalize(d, inverse, p, negativeP, magic));
                }
                else
                {
                    Nearest<TForward, TLanes, V>(ref a, ref b, w1, n, negativeP, magic);
                    Nearest<TForward, TLanes, V>(ref c, ref d, w1 + lanes, n, negativeP, magic);
                    Middle<TForward, TLanes, V>(ref a, ref b, w2, n, negativeP, magic);
                    Middle<TForward, TLanes, V>(ref c, ref d, w2 + (lanes / 2), n, negativeP, magic);
                    if (sizeof(V) == 8 * sizeof(double))
                    {
                        Far<TForward, TLanes, V>(ref a, ref b, w4, n, negativeP, magic);
                        Far<TForward, TLanes, V>(ref c, ref d, w4 + (lanes / 4), n, negativeP, magic);
                    }

                    TLanes.Store(x + i, Residue<TLanes, V>.Reduce(a, inverse, negativeP, magic));
                    TLanes.Store(x + i + lanes, Residue<TLanes, V>.Reduce(b, inverse, negativeP, magic));
                    TLanes.Store(x + i + (2 * lanes), Residue<TLanes, V>.Reduce(c, inverse, negativeP, magic));
                    TLanes.Store(x + i + (3 * lanes), Residue<TLanes, V>.Reduce(d, inverse, negativeP, magic));
                }
            }
        }
    }

    // Values four places apart, of eight lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Far<TForward, TLanes, V>(ref V a, ref V b, double* w, nint n, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set))
        {
            (a, b) = TLanes.Halves(a, b);
            Step<TForward, TLanes, V>(ref a, ref b, TLanes.SpreadForward(w, 4), TLanes.SpreadForward(w + n, 4), negativeP, magic);
        }
        else
        {
            Step<TForward, TLanes, V>(ref a, ref b, TLanes.SpreadInverse(w, 4), TLanes.SpreadInverse(w + n, 4), negativeP, magic);
            (a, b) = TLanes.Evens(a, b);
        }
    }

    // Two places apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Middle<TForward, TLanes, V>(ref V a, ref V b, double* w, nint n, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) == typeof(Set))
        {
            (a, b) = TLanes.Evens(a, b);
            Step<TForward, TLanes, V>(ref a, ref b, TLanes.SpreadForward(w, 2), TLanes.SpreadForward(w + n, 2), negativeP, magic);
            (a, b) = TLanes.Unpack(a, b);
        }
        else
        {
            (a, b) = TLanes.Unpack(a, b);
            Step<TForward, TLanes, V>(ref a, ref b, TLanes.SpreadInverse(w, 2), TLanes.SpreadInverse(w + n, 2), negativeP, magic);
            (a, b) = TLanes.Evens(a, b);
        }
    }

    // Neighbours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nearest<TForward, TLanes, V>(ref V a, ref V b, double* w, nint n, V negativeP, V magic)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        if (typeof(TForward) != typeof(Set)) (a, b) = TLanes.Separate(a, b);
        Step<TForward, TLanes, V>(ref a, ref b, TLanes.Load(w), TLanes.Load(w + n), negativeP, magic);
        if (typeof(TForward) == typeof(Set)) (a, b) = TLanes.Interleave(a, b);
    }

    // x / N in [0, p).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale<TLanes, V>(V x, V scale, V scaleQuotient, V p, V negativeP, V magic)
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged =>
        TLanes.AddIfNegative(Residue<TLanes, V>.MultiplyConstant(x, scale, scaleQuotient, negativeP, magic), p);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private void Pass8<TForward, TLanes, V>(double* x, int m, int from, int to)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            var (scale, scaleQuotient) = (TLanes.Broadcast(_scale), TLanes.Broadcast(_scaleQuotient));
            nint t = Degree / (8 * m), n = Degree, step = TLanes.Count;
            var w = _tables.Pointer + (typeof(TForward) == typeof(Set) ? 0 : 2 * n);
            var last = typeof(TForward) != typeof(Set) && m == 1;
            for (nint i = from; i < to; i++)
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
                    if (typeof(TForward) == typeof(Set))
                    {
                        Step<TForward, TLanes, V>(ref x0, ref x4, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x5, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x6, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x3, ref x7, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x2, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x3, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x4, ref x6, a3, q3, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x5, ref x7, a3, q3, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x1, a4, q4, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x3, a5, q5, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x4, ref x5, a6, q6, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x6, ref x7, a7, q7, negativeP, magic);
                    }
                    else
                    {
                        Step<TForward, TLanes, V>(ref x0, ref x1, a4, q4, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x3, a5, q5, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x4, ref x5, a6, q6, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x6, ref x7, a7, q7, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x2, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x3, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x4, ref x6, a3, q3, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x5, ref x7, a3, q3, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x4, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x5, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x6, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x3, ref x7, a1, q1, negativeP, magic);
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
    private void Pass4<TForward, TLanes, V>(double* x, int m, int from, int to)
        where TForward : struct, IFlag
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (negativeP, magic) = (TLanes.Broadcast(-_p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (p, inverse) = (TLanes.Broadcast(_p), TLanes.Broadcast(_inverseP));
            var (scale, scaleQuotient) = (TLanes.Broadcast(_scale), TLanes.Broadcast(_scaleQuotient));
            nint t = Degree / (4 * m), n = Degree, step = TLanes.Count;
            var w = _tables.Pointer + (typeof(TForward) == typeof(Set) ? 0 : 2 * n);
            var last = typeof(TForward) != typeof(Set) && m == 1;
            for (nint i = from; i < to; i++)
            {
                double* w1 = w + m + i, w2 = w + (2 * (m + i));
                var (a1, q1) = (TLanes.Broadcast(w1[0]), TLanes.Broadcast(w1[n]));
                var (a2, q2) = (TLanes.Broadcast(w2[0]), TLanes.Broadcast(w2[n]));
                var (a3, q3) = (TLanes.Broadcast(w2[1]), TLanes.Broadcast(w2[n + 1]));
                var block = x + (4 * t * i);
                for (var end = block + t; block < end; block += step)
                {
                    V x0 = TLanes.Load(block), x1 = TLanes.Load(block + t), x2 = TLanes.Load(block + (2 * t)), x3 = TLanes.Load(block + (3 * t));
                    if (typeof(TForward) == typeof(Set))
                    {
                        Step<TForward, TLanes, V>(ref x0, ref x2, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x3, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x1, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x3, a3, q3, negativeP, magic);
                    }
                    else
                    {
                        Step<TForward, TLanes, V>(ref x0, ref x1, a2, q2, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x2, ref x3, a3, q3, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x0, ref x2, a1, q1, negativeP, magic);
                        Step<TForward, TLanes, V>(ref x1, ref x3, a1, q1, negativeP, magic);
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
                    }

                    TLanes.Store(block, x0);
                    TLanes.Store(block + t, x1);
                    TLanes.Store(block + (2 * t), x2);
                    TLanes.Store(block + (3 * t), x3);
                }
            }
        }
    }
}
