using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>Words of Z modulo 2^64 that no party knows: this party's components of their sharing. There is no way to read a word here; opening is a protocol.</summary>
/// <remarks>
/// How many components a party holds is the engine's: one for two parties, two for three with replication. Every linear operation is
/// the same on each component. Has one owner, who disposes it; disposing zeroes. Not to be used by two threads at once.
/// </remarks>
public sealed unsafe class SharedVector : IDisposable
{
    private readonly NativeBuffer<ulong>[] _components;

    internal SharedVector(int length, params NativeBuffer<ulong>[] components) => (Length, _components) = (length, components);

    /// <summary>How many words.</summary>
    public int Length { get; }

    /// <summary>How many components this party holds.</summary>
    public int ComponentCount => _components.Length;

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shared words";

    /// <summary>Zeroes the components.</summary>
    public void Dispose()
    {
        foreach (var component in _components) component.Dispose();
    }

    internal static SharedVector Allocate(int length, int components, bool zeroed = false)
    {
        var buffers = new NativeBuffer<ulong>[components];
        for (var c = 0; c < components; c++) buffers[c] = zeroed ? NativeBuffer<ulong>.AllocateZeroed(length) : NativeBuffer<ulong>.Allocate(length);
        return new(length, buffers);
    }

    internal ulong* Pointer(int component) => _components[component].Pointer;

    internal Span<ulong> Component(int component) => _components[component].Span;

    internal NativeBuffer<ulong> Buffer(int component) => _components[component];
}
