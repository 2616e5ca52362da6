namespace Collab.Arithmetic.Matrices;

/// <summary>Arithmetic modulo 2^32 on <see cref="Count"/> words at once; all widths give the same bits.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal unsafe interface IWordLanes<V>
    where V : unmanaged
{
    static abstract int Count { get; }

    static abstract V Load(uint* from);

    /// <summary>Signed bytes as words.</summary>
    static abstract V Widen(sbyte* from);

    static abstract void Store(uint* to, V value);

    static abstract V Broadcast(uint value);

    static abstract V Add(V a, V b);

    static abstract V Multiply(V a, V b);

    /// <summary>The sum of all lanes.</summary>
    static abstract uint Sum(V value);
}
