using System.Collections;
using System.Globalization;

namespace Collab.Psi.Tests.Family;

/// <summary>A set of numbers in some order that knows what it has: one side of the plain oracle.</summary>
internal abstract class NumberSet : IReadOnlyList<int>
{
    public abstract int Count { get; }

    public abstract int this[int row] { get; }

    public abstract bool Contains(int number);

    /// <summary>Without repetitions.</summary>
    public virtual int DistinctCount => Count;

    /// <summary>Bytes of an item; 0 for 1 to 40, by the number. With 1, numbers are below 256.</summary>
    public int ItemSize { get; init; }

    /// <summary>The numbers as items, made when they are asked for; distinct as the numbers are.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Items => new ItemList(this);

    public ReadOnlyMemory<byte> ItemOf(int number)
    {
        if (ItemSize == 1) return new[] { (byte)number };
        var item = new byte[ItemSize == 0 ? DigitsOf(number) + (number % 32) : ItemSize];
        number.TryFormat(item, out var digits, provider: CultureInfo.InvariantCulture);
        item.AsSpan(digits).Fill((byte)'-');
        return item;
    }

    public IEnumerator<int> GetEnumerator()
    {
        for (var row = 0; row < Count; row++) yield return this[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int DigitsOf(int number)
    {
        var digits = 1;
        for (; number >= 10; number /= 10) digits++;
        return digits;
    }

    private sealed class ItemList(NumberSet numbers) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => numbers.Count;

        public ReadOnlyMemory<byte> this[int row] => numbers.ItemOf(numbers[row]);

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => numbers.Select(numbers.ItemOf).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

/// <summary>Numbers as they were drawn.</summary>
internal sealed class DrawnNumbers(int[] numbers) : NumberSet
{
    private readonly HashSet<int> _held = [.. numbers];

    public override int Count => numbers.Length;

    public override int this[int row] => numbers[row];

    public override int DistinctCount => _held.Count;

    public override bool Contains(int number) => _held.Contains(number);
}

/// <summary>All numbers from the first on, in an order of their own, by arithmetic alone: row i has first + (step·i mod count), step and count being coprime.</summary>
internal sealed class CountedNumbers(int first, int count, int step) : NumberSet
{
    public override int Count => count;

    public override int this[int row] => first + (int)((long)row * step % count);

    public override bool Contains(int number) => number >= first && number < first + count;
}
