using System.Buffers.Binary;
using System.Collections;

namespace Collab.Cli.Bench.Cases;

/// <summary>Items of 16 bytes, the size of a hashed key, numbered from a first one; all in one array.</summary>
internal sealed class GeneratedItems : IReadOnlyList<ReadOnlyMemory<byte>>
{
    private const int ItemSize = 16;

    private readonly byte[] _all;

    public GeneratedItems(long first, int count)
    {
        _all = GC.AllocateUninitializedArray<byte>(count * ItemSize);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_all.AsSpan(i * ItemSize), first + i);
            BinaryPrimitives.WriteInt64LittleEndian(_all.AsSpan((i * ItemSize) + 8), ~(first + i));
        }

        Count = count;
    }

    public int Count { get; }

    public ReadOnlyMemory<byte> this[int index] => _all.AsMemory(index * ItemSize, ItemSize);

    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
