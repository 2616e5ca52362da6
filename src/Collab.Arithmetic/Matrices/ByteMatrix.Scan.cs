using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.Arithmetic.Matrices;

/// <content>The scan: rows of bytes times vectors of words.</content>
public static unsafe partial class ByteMatrix
{
    private sealed class Scan(VectorKernel kernel, nint matrix, int columns, int rows, nint vectors, int count, nint products)
    {
        public void Run(int begin, int end)
        {
            for (var k = 0; k < count; k++)
            {
                uint* x = (uint*)vectors + (nint)k * columns, y = (uint*)products + (nint)k * rows;
                var row = begin;
                for (; row <= end - 8; row += 8)
                {
                    var d = (sbyte*)matrix + (nint)row * columns;
                    switch (kernel)
                    {
                        case VectorKernel.Bits512: EightRows<WordLanes512, Vector512<uint>>(d, columns, x, y + row); break;
                        case VectorKernel.Bits256: EightRows<WordLanes256, Vector256<uint>>(d, columns, x, y + row); break;
                        default: EightRows<WordLanes1, uint>(d, columns, x, y + row); break;
                    }
                }

                for (; row < end; row++) y[row] = OneRow((sbyte*)matrix + (nint)row * columns, columns, x);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void EightRows<TLanes, V>(sbyte* d, nint n, uint* x, uint* y)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            V t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
            sbyte* d1 = d + n, d2 = d1 + n, d3 = d2 + n, d4 = d3 + n, d5 = d4 + n, d6 = d5 + n, d7 = d6 + n;
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
            {
                var v = TLanes.Load(x + i);
                t0 = TLanes.Add(t0, TLanes.Multiply(TLanes.Widen(d + i), v));
                t1 = TLanes.Add(t1, TLanes.Multiply(TLanes.Widen(d1 + i), v));
                t2 = TLanes.Add(t2, TLanes.Multiply(TLanes.Widen(d2 + i), v));
                t3 = TLanes.Add(t3, TLanes.Multiply(TLanes.Widen(d3 + i), v));
                t4 = TLanes.Add(t4, TLanes.Multiply(TLanes.Widen(d4 + i), v));
                t5 = TLanes.Add(t5, TLanes.Multiply(TLanes.Widen(d5 + i), v));
                t6 = TLanes.Add(t6, TLanes.Multiply(TLanes.Widen(d6 + i), v));
                t7 = TLanes.Add(t7, TLanes.Multiply(TLanes.Widen(d7 + i), v));
            }

            (y[0], y[1], y[2], y[3]) = (TLanes.Sum(t0), TLanes.Sum(t1), TLanes.Sum(t2), TLanes.Sum(t3));
            (y[4], y[5], y[6], y[7]) = (TLanes.Sum(t4), TLanes.Sum(t5), TLanes.Sum(t6), TLanes.Sum(t7));
            for (; i < n; i++)
            {
                for (nint row = 0; row < 8; row++) y[row] += (uint)d[row * n + i] * x[i];
            }
        }
    }

    /// <summary>A row that is left over, fewer than eight in a block.</summary>
    private static uint OneRow(sbyte* d, nint n, uint* x)
    {
        unchecked
        {
            var total = 0u;
            for (nint i = 0; i < n; i++) total += (uint)d[i] * x[i];
            return total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void WordRows<TLanes, V>(uint* a, uint* s, nint n, nint rows, uint* y)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            for (nint row = 0; row < rows; row++, a += n)
            {
                V t0 = default, t1 = default, t2 = default, t3 = default;
                nint i = 0;
                for (; i <= n - 4 * TLanes.Count; i += 4 * TLanes.Count)
                {
                    t0 = TLanes.Add(t0, TLanes.Multiply(TLanes.Load(a + i), TLanes.Load(s + i)));
                    t1 = TLanes.Add(t1, TLanes.Multiply(TLanes.Load(a + i + TLanes.Count), TLanes.Load(s + i + TLanes.Count)));
                    t2 = TLanes.Add(t2, TLanes.Multiply(TLanes.Load(a + i + 2 * TLanes.Count), TLanes.Load(s + i + 2 * TLanes.Count)));
                    t3 = TLanes.Add(t3, TLanes.Multiply(TLanes.Load(a + i + 3 * TLanes.Count), TLanes.Load(s + i + 3 * TLanes.Count)));
                }

                var total = TLanes.Sum(TLanes.Add(TLanes.Add(t0, t1), TLanes.Add(t2, t3)));
                for (; i < n; i++) total += a[i] * s[i];
                y[row] = total;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scaled<TLanes, V>(uint* a, uint f, uint* t, nint n)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var factor = TLanes.Broadcast(f);
            nint i = 0;
            for (; i <= n - TLanes.Count; i += TLanes.Count)
                TLanes.Store(t + i, TLanes.Add(TLanes.Load(t + i), TLanes.Multiply(TLanes.Load(a + i), factor)));
            for (; i < n; i++) t[i] += a[i] * f;
        }
    }
}
