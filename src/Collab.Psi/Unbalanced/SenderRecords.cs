using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <summary>The items of a sender by their names, each with its seed and label, under a number that stays while the item does.</summary>
internal sealed class SenderRecords : IDisposable
{
    private readonly int _labelSize;
    private readonly Dictionary<UInt128, int> _numbers = [];
    private readonly Stack<int> _free = [];
    private readonly List<UInt128> _names = [];
    private Gf128[] _seeds = [];
    private byte[] _labels = [];

    public SenderRecords(int labelSize) => _labelSize = labelSize;

    /// <summary>How many there are.</summary>
    public int Count => _numbers.Count;

    /// <summary>Numbers are below this.</summary>
    public int Capacity => _names.Count;

    /// <summary>All numbers in use, ascending.</summary>
    public int[] Numbers
    {
        get
        {
            int[] numbers = [.. _numbers.Values];
            Array.Sort(numbers);
            return numbers;
        }
    }

    public IEnumerable<KeyValuePair<UInt128, int>> ByName => _numbers;

    public bool TryFind(UInt128 name, out int number) => _numbers.TryGetValue(name, out number);

    public Gf128 Seed(int number) => _seeds[number];

    public Span<byte> Label(int number) => _labels.AsSpan(number * _labelSize, _labelSize);

    /// <summary>Takes a record in.</summary>
    public int Add(UInt128 name, Gf128 seed, ReadOnlySpan<byte> label)
    {
        if (!_free.TryPop(out var number))
        {
            number = _names.Count;
            _names.Add(name);
            if (number >= _seeds.Length) Grow(Math.Max(16, 2 * number));
        }

        _numbers.Add(name, number);
        (_names[number], _seeds[number]) = (name, seed);
        label.CopyTo(Label(number));
        return number;
    }

    /// <summary>Takes a record out and forgets it.</summary>
    public void Remove(UInt128 name)
    {
        _numbers.Remove(name, out var number);
        (_names[number], _seeds[number]) = (default, default);
        Label(number).Clear();
        _free.Push(number);
    }

    /// <summary>Room for so many.</summary>
    public void Grow(int capacity)
    {
        if (capacity <= _seeds.Length) return;
        var (seeds, labels) = (new Gf128[capacity], new byte[checked(capacity * _labelSize)]);
        _seeds.CopyTo(seeds, 0);
        _labels.CopyTo(labels, 0);
        Clear();
        (_seeds, _labels) = (seeds, labels);
    }

    /// <summary>Zeroes seeds and labels.</summary>
    public void Dispose() => Clear();

    private void Clear()
    {
        Array.Clear(_seeds);
        CryptographicOperations.ZeroMemory(_labels);
    }
}
