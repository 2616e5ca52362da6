using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>Bits that no party knows, in planes: plane j holds bit j of every element, packed. There is no way to read a bit here; opening is a protocol.</summary>
/// <remarks>
/// A vector of n integers of w bits has w planes; a vector of n truth values has one. Every plane begins at a whole 512-bit register; what
/// lies beyond the last element is arbitrary and means nothing. Components and ownership as with <see cref="SharedVector"/>.
/// </remarks>
public sealed unsafe class SharedBitVector : IDisposable
{
    private readonly NativeBuffer<ulong>[] _components;

    internal SharedBitVector(int length, int planes, params NativeBuffer<ulong>[] components) =>
        (Length, Planes, _components) = (length, planes, components);

    /// <summary>How many elements.</summary>
    public int Length { get; }

    /// <summary>Bits of each element.</summary>
    public int Planes { get; }

    /// <summary>How many components this party holds.</summary>
    public int ComponentCount => _components.Length;

    /// <summary>Words of one plane.</summary>
    internal int Stride => BitPlanes.Stride(Length);

    /// <summary>Words of all planes.</summary>
    internal int WordCount => checked(Planes * Stride);

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shared elements of {Planes} bits";

    /// <summary>Zeroes the components.</summary>
    public void Dispose()
    {
        foreach (var component in _components) component.Dispose();
    }

    internal static SharedBitVector Allocate(int length, int planes, int components, bool zeroed = false)
    {
        var words = checked(planes * BitPlanes.Stride(length));
        var buffers = new NativeBuffer<ulong>[components];
        for (var c = 0; c < components; c++) buffers[c] = zeroed ? NativeBuffer<ulong>.AllocateZeroed(words) : NativeBuffer<ulong>.Allocate(words);
        return new(length, planes, buffers);
    }

    internal ulong* Pointer(int component) => _components[component].Pointer;

    internal ulong* Plane(int component, int plane) => _components[component].Pointer + ((nint)plane * Stride);

    internal NativeBuffer<ulong> Buffer(int component) => _components[component];
}
