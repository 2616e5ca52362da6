using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.Arithmetic.Matrices;

/// <content>The product with a matrix of words: four rows by four vectors of totals stay in registers while the columns pass.</content>
public static unsafe partial class ByteMatrix
{
    private const int ProductRowsAtOnce = 128;

    private sealed class Product(VectorKernel kernel, nint matrix, int columns, nint words, int depth, int width, nint totals)
    {
        public void Run(int begin, int end)
        {
            var d = (sbyte*)matrix + (nint)begin * columns;
            var t = (uint*)totals + (nint)begin * width;
            switch (kernel)
            {
                case VectorKernel.Bits512: Rows<WordLanes512, Vector512<uint>>(d, columns, (uint*)words, depth, width, t, end - begin); break;
                case VectorKernel.Bits256: Rows<WordLanes256, Vector256<uint>>(d, columns, (uint*)words, depth, width, t, end - begin); break;
                default: Rows<WordLanes1, uint>(d, columns, (uint*)words, depth, width, t, end - begin); break;
            }
        }
    }

    private static void Rows<TLanes, V>(sbyte* d, nint stride, uint* a, nint depth, nint width, uint* t, nint rows)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            nint column = 0;
            for (; column <= width - 4 * TLanes.Count; column += 4 * TLanes.Count)
            {
                nint row = 0;
                for (; row <= rows - 4; row += 4)
                    Tile<TLanes, V>(d + row * stride, stride, a + column, depth, width, t + row * width + column);
                for (; row < rows; row++) Line(d + row * stride, a, depth, width, column, column + 4 * TLanes.Count, t + row * width);
            }

            for (nint row = 0; row < rows; row++) Line(d + row * stride, a, depth, width, column, width, t + row * width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Tile<TLanes, V>(sbyte* d, nint stride, uint* a, nint depth, nint width, uint* t)
        where TLanes : struct, IWordLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            nint lanes = TLanes.Count;
            uint* u1 = t + width, u2 = u1 + width, u3 = u2 + width;
            V t00 = TLanes.Load(t), t01 = TLanes.Load(t + lanes), t02 = TLanes.Load(t + 2 * lanes), t03 = TLanes.Load(t + 3 * lanes);
            V t10 = TLanes.Load(u1), t11 = TLanes.Load(u1 + lanes), t12 = TLanes.Load(u1 + 2 * lanes), t13 = TLanes.Load(u1 + 3 * lanes);
            V t20 = TLanes.Load(u2), t21 = TLanes.Load(u2 + lanes), t22 = TLanes.Load(u2 + 2 * lanes), t23 = TLanes.Load(u2 + 3 * lanes);
            V t30 = TLanes.Load(u3), t31 = TLanes.Load(u3 + lanes), t32 = TLanes.Load(u3 + 2 * lanes), t33 = TLanes.Load(u3 + 3 * lanes);
            sbyte* d1 = d + stride, d2 = d1 + stride, d3 = d2 + stride;
            for (nint i = 0; i < depth; i++, a += width)
            {
                V a0 = TLanes.Load(a), a1 = TLanes.Load(a + lanes), a2 = TLanes.Load(a + 2 * lanes), a3 = TLanes.Load(a + 3 * lanes);
                var f = TLanes.Broadcast((uint)d[i]);
                t00 = TLanes.Add(t00, TLanes.Multiply(a0, f));
                t01 = TLanes.Add(t01, TLanes.Multiply(a1, f));
                t02 = TLanes.Add(t02, TLanes.Multiply(a2, f));
                t03 = TLanes.Add(t03, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast((uint)d1[i]);
                t10 = TLanes.Add(t10, TLanes.Multiply(a0, f));
                t11 = TLanes.Add(t11, TLanes.Multiply(a1, f));
                t12 = TLanes.Add(t12, TLanes.Multiply(a2, f));
                t13 = TLanes.Add(t13, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast((uint)d2[i]);
                t20 = TLanes.Add(t20, TLanes.Multiply(a0, f));
                t21 = TLanes.Add(t21, TLanes.Multiply(a1, f));
                t22 = TLanes.Add(t22, TLanes.Multiply(a2, f));
                t23 = TLanes.Add(t23, TLanes.Multiply(a3, f));
                f = TLanes.Broadcast((uint)d3[i]);
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

    /// <summary>What is left over: columns <paramref name="begin"/> to <paramref name="end"/> of one row.</summary>
    private static void Line(sbyte* d, uint* a, nint depth, nint width, nint begin, nint end, uint* t)
    {
        unchecked
        {
            for (nint i = 0; i < depth; i++)
            {
                var f = (uint)d[i];
                for (var column = begin; column < end; column++) t[column] += f * a[i * width + column];
            }
        }
    }
}
