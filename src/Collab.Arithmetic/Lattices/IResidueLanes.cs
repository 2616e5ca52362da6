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

    /// <summary>x + p where x &lt; 0, else x; without a branch.</summary>
    static abstract V AddIfNegative(V x, V p);

    /// <summary>Lane l receives from[l / run]; run divides <see cref="Count"/>.</summary>
    static abstract V Spread(double* from, int run);

    /// <summary>Takes lanes in groups of 2·run: the first result is x's lower half group beside y's lower half group, the second the
    /// upper halves. Its own inverse.</summary>
    static abstract (V, V) Split(V x, V y, int run);

    /// <summary>x0, y0, x1, y1, … in two vectors.</summary>
    static abstract (V, V) Interleave(V x, V y);

    /// <summary>The inverse of <see cref="Interleave"/>: even places, then odd places.</summary>
    static abstract (V, V) Separate(V x, V y);
}
