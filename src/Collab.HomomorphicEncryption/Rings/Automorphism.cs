using System.Runtime.CompilerServices;
using Collab.Arithmetic.Lattices;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>X → X^g for odd g: a permutation of the evaluations.</summary>
internal static unsafe class Automorphism
{
    /// <summary>The exponent that rotates the rows by k steps to the left: 3^k mod 2N, k taken modulo N/2.</summary>
    public static int OfRows(int steps, int degree)
    {
        var (count, result) = (((steps % (degree / 2)) + (degree / 2)) % (degree / 2), 1);
        for (var i = 0; i < count; i++) result = result * 3 & ((2 * degree) - 1);
        return result;
    }

    /// <summary>The exponent that exchanges the rows: −1.</summary>
    public static int OfColumns(int degree) => (2 * degree) - 1;

    /// <summary>The place from which each place takes its value: that of the exponent g times its own.</summary>
    public static int[] Places(int element, int degree)
    {
        var places = new int[degree];
        for (var i = 0; i < degree; i++)
            places[i] = NegacyclicTransform.PlaceOf((int)((long)NegacyclicTransform.ExponentAt(i, degree) * element & ((2 * degree) - 1)), degree);
        return places;
    }

    /// <summary>x(X^g), in another element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RingElement<Evaluations> Apply(RingElement<Evaluations> x, int[] places, RingElement<Evaluations> result)
    {
        for (var limb = 0; limb < x.Ring.Limbs; limb++)
        {
            fixed (double* from = x[limb], to = result[limb])
            fixed (int* place = places)
            {
                for (nint i = 0; i < places.Length; i++) to[i] = from[place[i]];
            }
        }

        return result;
    }
}
