using System.Collections;

namespace Collab.Engine;

/// <summary>A list whose items are made when they are asked for, so that millions of them take no memory of their own.</summary>
/// <param name="count">How many there are.</param>
/// <param name="item">Makes the item of that index; the same each time.</param>
internal sealed class LazyList<T>(int count, Func<int, T> item) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            return item(index);
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < count; i++) yield return item(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
