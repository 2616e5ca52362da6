using Collab.Primitives;

namespace Collab.SecretSharing.Replicated.Verification;

/// <summary>What a party keeps of the products that are not yet checked: as one that proves, and as one that checks the two others.</summary>
internal sealed unsafe class ProductLog : IDisposable
{
    private const int Columns = 6;
    private NativeBuffer<ulong> _words = NativeBuffer<ulong>.Allocate(0);
    private int _capacity;

    /// <summary>Words of products.</summary>
    public int Count { get; private set; }

    /// <summary>x_i, x_{i+1}, y_i, y_{i+1}; F(k_i); z_{i+1} − x_{i+1}·y_{i+1} − F(k_{i+1}).</summary>
    public ulong* Column(int column) => _words.Pointer + ((nint)column * _capacity);

    /// <summary>Makes room for so many words more; returns where they begin.</summary>
    public int Append(int count)
    {
        var start = Count;
        var wanted = checked(Count + count);
        if (wanted > _capacity)
        {
            var capacity = Math.Max(wanted, 2 * _capacity);
            var larger = NativeBuffer<ulong>.Allocate(checked(Columns * capacity));
            for (var column = 0; column < Columns; column++)
                new Span<ulong>(Column(column), Count).CopyTo(larger.Span[(column * capacity)..]);
            _words.Dispose();
            (_words, _capacity) = (larger, capacity);
        }

        Count = wanted;
        return start;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _words.Dispose();
        (_words, _capacity, Count) = (NativeBuffer<ulong>.Allocate(0), 0, 0);
    }

    public void Dispose() => _words.Dispose();
}
