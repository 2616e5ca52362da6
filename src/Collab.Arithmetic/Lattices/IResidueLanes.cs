namespace Collab.Arithmetic.Lattices;

/// <summary>Arithmetic on <see cref="Count"/> doubles at once; every operation is one correctly rounded IEEE 754 operation per lane,
/// so that all widths give the same bits.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IResidueLanes<V>
    where V : unmanaged
{
    static abstract int Count { get; }

    static abstract V Load(double* from);

    static abstract void Store(double* to, V value);

    static abstract V Broadcast(double value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>a·b − c, rounded once.</summary>
    static abstract V MultiplySubtract(V a, V b, V c);

    /// <summary>The largest integer that is not above.</summary>
    static abstract V Floor(V x);

    /// <summary>x + p where x &lt; 0, else x, for −p ≤ x and no negative zero; without a branch.</summary>
    /// <remarks>No operation makes a negative zero of other numbers: it would have to be the sum of two, and a product that is one is followed by the
    /// addition of its error, which is +0.</remarks>
    static abstract V AddIfNegative(V x, V p);

    /// <summary>Takes lanes in pairs of two doubles, x_0, x_1, … and y_0, y_1, …: first x's lower half beside y's, then the upper halves. Its own inverse.</summary>
    static abstract (V, V) Halves(V x, V y);

    /// <summary>Takes lanes in pairs of two doubles: first the even pairs of x beside those of y, then the odd pairs. Done once for each bit of a
    /// pair's number in both, it gives back x and y.</summary>
    static abstract (V, V) Evens(V x, V y);

    /// <summary>Of each pair of two doubles in x and y: first both lower doubles, then both upper ones. Its own inverse.</summary>
    static abstract (V, V) Unpack(V x, V y);

    /// <summary>After <see cref="Halves"/> (of eight lanes), <see cref="Evens"/> and <see cref="Unpack"/>: gives back x and y.</summary>
    static abstract (V, V) Interleave(V x, V y);

    /// <summary><see cref="Evens"/> and <see cref="Unpack"/>: the even places of x and y, then the odd ones.</summary>
    static abstract (V, V) Separate(V x, V y);
}
