using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.Arithmetic.Matrices;

/// <content>The product with a matrix of words: four rows by four vectors of totals stay in registers while the columns pass.</content>
public static unsafe partial class ByteMatrix
{
    private const int ProductRowsAtOnce = 128;

    /// <summary>T += F·A[places]: factors of one byte or two, and the rows of A that they are of as offsets in words.</summary>
    private sealed class Product<TFactor>(VectorKernel kernel, nint factors, int stride, nint words, nint[] offsets, int width, nint totals, int totalsStride)
        where TFactor : unmanaged
    {
        public void Run(int begin, int end)
        {
            var f = (TFactor*)factors + (nint)begin * stride;
            var t = (uint*)totals + (nint)begin * totalsStride;
            fixed (nint* places = offsets)
            {
                switch (kernel)
                {
                    case VectorKernel.Bits512: Rows<WordLanes512, Vector512<uint>, TFactor>(f, stride, (uint*)words, places, offsets.Length, width, t, totalsStride, end - begin); break;
                    case VectorKernel.Bits256: Rows<WordLanes256, Vector256<uint>, TFactor>(f, stride, (uint*)words, places, offsets.Length, width, t, totalsStride, end - begin); break;
                    default: Rows<WordLanes1, uint, TFactor>(f, stride, (uint*)words, places, offsets.Length, width, t, totalsStride, end - begin); break;
                }
            }
        }
    }

    private static void Rows<TLanes, V, TFactor>(TFactor* f, nint stride, uint* a, nint* places, nint depth, nint width, uint* t, nint step, nint rows)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
        where TFactor : unmanaged
    {
        unchecked
        {
            nint column = 0;
            for (; column <= width - 4 * TLanes.Count; column += 4 * TLanes.Count)
            {
                nint row = 0;
                for (; row <= rows - 4; row += 4)
                    Tile<TLanes, V, TFactor>(f + row * stride, stride, a + column, places, depth, t + row * step + column, step);
                for (; row < rows; row++) Line<TLanes, V, TFactor>(f + row * stride, a + column, places, depth, t + row * step + column);
            }

            for (nint row = 0; row < rows && column < width; row++) Rest(f + row * stride, a, places, depth, column, width, t + row * step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Tile<TLanes, V, TFactor>(TFactor* d, nint stride, uint* words, nint* places, nint depth, uint* t, nint step)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
        where TFactor : unmanaged
    {
        unchecked
        {
            nint lanes = TLanes.Count;
            uint* u1 = t + step, u2 = u1 + step, u3 = u2 + step;
            V t00 = TLanes.Load(t), t01 = TLanes.Load(t + lanes), t02 = TLanes.Load(t + 2 * lanes), t03 = TLanes.Load(t + 3 * lanes);
            V t10 = TLanes.Load(u1), t11 = TLanes.Load(u1 + lanes), t12 = TLanes.Load(u1 + 2 * lanes), t13 = TLanes.Load(u1 + 3 * lanes);
            V t20 = TLanes.Load(u2), t21 = TLanes.Load(u2 + lanes), t22 = TLanes.Load(u2 + 2 * lanes), t23 = TLanes.Load(u2 + 3 * lanes);
            V t30 = TLanes.Load(u3), t31 = TLanes.Load(u3 + lanes), t32 = TLanes.Load(u3 + 2 * lanes), t33 = TLanes.Load(u3 + 3 * lanes);
            TFactor* d1 = d + stride, d2 = d1 + stride, d3 = d2 + stride;
            for (nint i = 0; i < depth; i++)
            {
                var a = words + places[i];
                V a0 = TLanes.Load(a), a1 = TLanes.Load(a + lanes), a2 = TLanes.Load(a + 2 * lanes), a3 = TLanes.Load(a + 3 * lanes);
                var f = TLanes.Broadcast(Word(d + i));
                t00 = TLanes.Add(t00, TLanes.Multiply(a0, f));
                t01 = TLanes.Add(t01, TLanes.Multiply(a1, f));
                t02 = TLanes.Add(t02, TLanes.Multiply(a2, f));
                t03 = TLanes.Add(t03, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast(Word(d1 + i));
                t10 = TLanes.Add(t10, TLanes.Multiply(a0, f));
                t11 = TLanes.Add(t11, TLanes.Multiply(a1, f));
                t12 = TLanes.Add(t12, TLanes.Multiply(a2, f));
                t13 = TLanes.Add(t13, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast(Word(d2 + i));
                t20 = TLanes.Add(t20, TLanes.Multiply(a0, f));
                t21 = TLanes.Add(t21, TLanes.Multiply(a1, f));
                t22 = TLanes.Add(t22, TLanes.Multiply(a2, f));
                t23 = TLanes.Add(t23, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast(Word(d3 + i));
                t30 = TLanes.Add(t30, TLanes.Multiply(a0, f));
                t31 = TLanes.Add(t31, TLanes.Multiply(a1, f));
                t32 = TLanes.Add(t32, TLanes.Multiply(a2, f));
                t33 = TLanes.Add(t33, TLanes.Multiply(a3, f));
            }

            TLanes.Store(t, t00);
            TLanes.Store(t + lanes, t01);
            TLanes.Store(t + 2 * lanes, t02);
            TLanes.Store(t + 3 * lanes, t03);
            TLanes.Store(u1, t10);
            TLanes.Store(u1 + lanes, t11);
            TLanes.Store(u1 + 2 * lanes, t12);
            TLanes.Store(u1 + 3 * lanes, t13);
            TLanes.Store(u2, t20);
            TLanes.Store(u2 + lanes, t21);
            TLanes.Store(u2 + 2 * lanes, t22);
            TLanes.Store(u2 + 3 * lanes, t23);
            TLanes.Store(u3, t30);
            TLanes.Store(u3 + lanes, t31);
            TLanes.Store(u3 + 2 * lanes, t32);
            TLanes.Store(u3 + 3 * lanes, t33);
        }
    }

    /// <summary>A row that is left over, fewer than four in a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Line<TLanes, V, TFactor>(TFactor* d, uint* words, nint* places, nint depth, uint* t)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
        where TFactor : unmanaged
    {
        unchecked
        {
            nint lanes = TLanes.Count;
            V t0 = TLanes.Load(t), t1 = TLanes.Load(t + lanes), t2 = TLanes.Load(t + 2 * lanes), t3 = TLanes.Load(t + 3 * lanes);
            for (nint i = 0; i < depth; i++)
            {
                var a = words + places[i];
                var f = TLanes.Broadcast(Word(d + i));
                t0 = TLanes.Add(t0, TLanes.Multiply(TLanes.Load(a), f));
                t1 = TLanes.Add(t1, TLanes.Multiply(TLanes.Load(a + lanes), f));
                t2 = TLanes.Add(t2, TLanes.Multiply(TLanes.Load(a + 2 * lanes), f));
                t3 = TLanes.Add(t3, TLanes.Multiply(TLanes.Load(a + 3 * lanes), f));
            }

            TLanes.Store(t, t0);
            TLanes.Store(t + lanes, t1);
            TLanes.Store(t + 2 * lanes, t2);
            TLanes.Store(t + 3 * lanes, t3);
        }
    }

    /// <summary>Columns that are left over: <paramref name="begin"/> to <paramref name="end"/> of one row.</summary>
    private static void Rest<TFactor>(TFactor* d, uint* words, nint* places, nint depth, nint begin, nint end, uint* t)
        where TFactor : unmanaged
    {
        unchecked
        {
            for (nint i = 0; i < depth; i++)
            {
                var (f, a) = (Word(d + i), (nint)(words + places[i]));
                for (var column = begin; column < end; column++) t[column] += f * ((uint*)a)[column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word<TFactor>(TFactor* factor) where TFactor : unmanaged =>
        unchecked(sizeof(TFactor) == sizeof(sbyte) ? (uint)*(sbyte*)factor : (uint)*(short*)factor);
}
