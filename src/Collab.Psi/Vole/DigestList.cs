using System.Buffers;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Digests in native memory of their own, zeroed when disposed.</summary>
internal sealed unsafe class DigestList : MemoryManager<Gf128>
{
    private readonly NativeBuffer<Gf128> _digests;

    /// <summary>Room for digests.</summary>
    public DigestList(int count) => _digests = NativeBuffer<Gf128>.Allocate(count);

    /// <summary>The digests of items, which need not stay.</summary>
    public DigestList(Digest context, IReadOnlyList<ReadOnlyMemory<byte>> items)
        : this(items.Count)
    {
        const int Chunk = 2048;
        var chunk = new ReadOnlyMemory<byte>[Math.Min(Chunk, items.Count)];
        for (var start = 0; start < items.Count; start += Chunk)
        {
            var size = Math.Min(Chunk, items.Count - start);
            for (var i = 0; i < size; i++) chunk[i] = items[start + i];
            ItemDigests.Hash(context, chunk.AsSpan(0, size), GetSpan().Slice(start, size));
        }
    }

    public override Span<Gf128> GetSpan() => _digests.Span;

    public override MemoryHandle Pin(int elementIndex = 0) => new(_digests.Pointer + elementIndex);

    public override void Unpin()
    {
    }

    public void Dispose() => Dispose(true);

    protected override void Dispose(bool disposing) => _digests.Dispose();
}
