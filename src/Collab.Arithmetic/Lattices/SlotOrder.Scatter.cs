using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector512<double>;

namespace Collab.Arithmetic.Lattices;

public sealed unsafe partial class SlotOrder
{
    // Both rows in one pass over the places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Scatter(ReadOnlySpan<ulong> slots, Span<double> evaluations, ulong modulus)
    {
        fixed (ulong* first = slots)
        fixed (double* to = evaluations)
        fixed (ushort* places = _places)
        {
            unchecked
            {
                var (above, last) = (0UL, modulus - 1);
                nint half = _places.Length;
                ulong* second = first + half;
                double* mirror = to + (2 * half) - 1;
                for (nint i = 0; i < half; i++)
                {
                    nint place = places[i];
                    above |= Above(first[i], last) | Above(second[i], last);
                    to[place] = (long)first[i];
                    mirror[-place] = (long)second[i];
                }

                return above >> 63 == 0;
            }
        }
    }

    // Eight lines at once: loads of eight neighbouring slots from eight streams, a transposition, and of each line its own order and one whole store.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private bool Scatter512(ReadOnlySpan<ulong> slots, Span<double> evaluations, ulong modulus)
    {
        fixed (ulong* start = slots, orders = _orders)
        fixed (double* to = evaluations)
        fixed (ushort* lines = _lines)
        {
            unchecked
            {
                var (above, last) = (Vector512<ulong>.Zero, Vector512.Create(modulus - 1));
                nint stride = _degree / (2 * Line);
                for (nint row = 0; row < 2; row++)
                {
                    var from = start + (row * Line * stride);
                    ushort* line = lines + (row * stride);
                    ulong* order = orders + (row * stride);
                    for (nint i = 0; i < stride; i += Line, from += Line, line += Line, order += Line)
                    {
                        var (a0, a1) = ResidueLanes512.Unpack(Take(from, last, ref above), Take(from + stride, last, ref above));
                        var (a2, a3) = ResidueLanes512.Unpack(Take(from + (2 * stride), last, ref above), Take(from + (3 * stride), last, ref above));
                        var (a4, a5) = ResidueLanes512.Unpack(Take(from + (4 * stride), last, ref above), Take(from + (5 * stride), last, ref above));
                        var (a6, a7) = ResidueLanes512.Unpack(Take(from + (6 * stride), last, ref above), Take(from + (7 * stride), last, ref above));
                        PutFour(a0, a2, a4, a6, to, line, order);
                        PutFour(a1, a3, a5, a7, to, line + 1, order + 1);
                    }
                }

                return above.ExtractMostSignificantBits() == 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Take(ulong* from, Vector512<ulong> last, ref Vector512<ulong> above)
    {
        var x = Vector512.Load(from);
        above |= x | (last - x);
        return Avx512DQ.ConvertToVector512Double(x.AsInt64());
    }

    // Four lines, every second one: each lies in the same pair of places of all four registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutFour(V a, V b, V c, V d, double* to, ushort* line, ulong* order)
    {
        var (s0, s1) = ResidueLanes512.Evens(a, b);
        var (t0, t1) = ResidueLanes512.Evens(c, d);
        var (r0, r4) = ResidueLanes512.Evens(s0, t0);
        var (r2, r6) = ResidueLanes512.Evens(s1, t1);
        Put(r0, to, line[0], order[0]);
        Put(r2, to, line[2], order[2]);
        Put(r4, to, line[4], order[4]);
        Put(r6, to, line[6], order[6]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V x, double* to, ushort line, ulong order) =>
        Avx512F.PermuteVar8x64(x, Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(order).AsByte())).Store(to + (Line * (nint)line));
}
