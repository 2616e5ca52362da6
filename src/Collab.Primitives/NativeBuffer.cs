using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Collab.Primitives;

/// <summary>Elements in native memory with one owner: 64-byte aligned, unseen by the garbage collector, zeroed before the memory is used again unless it was taken for what is public.</summary>
/// <typeparam name="T">A type without references.</typeparam>
/// <remarks>
/// For vectors of megabytes that live through one step of a protocol. The memory comes from <see cref="NativeMemoryPool"/>, so that
/// the second run of a step finds its pages mapped. Disposing zeroes what the buffer held, in time linear in its size.
/// Not safe for use by a thread while another disposes it.
/// </remarks>
public sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private T* _pointer;
    private readonly nuint _reserved;
    private readonly int _rented;
    private readonly bool _zeroed;

    private NativeBuffer(int length, bool zeroed)
    {
        _zeroed = zeroed;
        var bytes = checked((nuint)length * (nuint)sizeof(T));
        (var pointer, _reserved) = NativeMemoryPool.Rent(bytes);
        _pointer = (T*)pointer;
        Length = length;
        _rented = length;
    }

    /// <summary>Zeroes and frees a buffer whose owner forgot it.</summary>
    ~NativeBuffer() => Free();

    /// <summary>How many elements.</summary>
    public int Length { get; private set; }

    /// <summary>The elements; not to be kept beyond <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was given back already.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return new Span<T>(_pointer, Length);
        }
    }

    /// <summary>The first element, 64-byte aligned; not to be kept beyond <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was given back already.</exception>
    public T* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>A buffer whose content is arbitrary, but never another's secret.</summary>
    /// <param name="length">Elements, 0 or more.</param>
    public static NativeBuffer<T> Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new NativeBuffer<T>(length, zeroed: true);
    }

    /// <summary>A buffer for what is public, such as ciphertexts: it is not zeroed when it is given back.</summary>
    /// <param name="length">Elements, 0 or more.</param>
    public static NativeBuffer<T> AllocatePublic(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new NativeBuffer<T>(length, zeroed: false);
    }

    /// <summary>A buffer of zero bytes.</summary>
    /// <param name="length">Elements, 0 or more.</param>
    public static NativeBuffer<T> AllocateZeroed(int length)
    {
        var buffer = Allocate(length);
        buffer.Span.Clear();
        return buffer;
    }

    /// <summary>Drops the elements from <paramref name="length"/> on; they are zeroed by <see cref="Dispose"/> as the others.</summary>
    /// <param name="length">At most the present length.</param>
    public void Shorten(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} elements of {typeof(T).Name}";

    /// <summary>Zeroes the elements and gives the memory back.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Free()
    {
        var pointer = _pointer;
        if (pointer is null) return;
        _pointer = null;
        const nuint Piece = 1 << 30;
        var size = _zeroed ? (nuint)_rented * (nuint)sizeof(T) : 0;
        for (nuint done = 0; done < size; done += Piece)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>((byte*)pointer + done, (int)nuint.Min(size - done, Piece)));
        }

        NativeMemoryPool.Return((nint)pointer, _reserved);
    }
}
