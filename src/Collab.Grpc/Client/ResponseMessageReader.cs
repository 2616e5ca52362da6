using System.Buffers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>Reads messages from a response body through one pooled array.</summary>
internal sealed class ResponseMessageReader(Stream body, int? limit, string? encoding)
{
    private const int FirstSize = 16 * 1024;

    /// <summary>As much as is set aside on the word of a prefix alone; a larger message must be arriving.</summary>
    private const int Trusted = 1024 * 1024 + MessageFrame.PrefixSize;

    private readonly PayloadContext _context = new();
    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>Reads the next message; null at the end.</summary>
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            var needed = MessageFrame.PrefixSize;
            if (_end - _start >= MessageFrame.PrefixSize)
            {
                var (compressed, length) = MessageFrame.ReadPrefix(_array.AsSpan(_start, MessageFrame.PrefixSize), limit);
                if (length <= _end - _start - MessageFrame.PrefixSize)
                {
                    var payload = new ReadOnlySequence<byte>(_array, _start + MessageFrame.PrefixSize, length);
                    _start += MessageFrame.PrefixSize + length;
                    return MessageFrame.Deserialize(payload, compressed, encoding, limit, _context, deserialize);
                }

                needed = (int)Math.Min((long)MessageFrame.PrefixSize + length, Array.MaxLength);
            }

            MakeRoom(needed);
            var read = await body.ReadAsync(_array.AsMemory(_end), cancellation).ConfigureAwait(false);
            if (read == 0) return _start == _end ? Finished<T>() : throw MessageFrame.Incomplete();
            _end += read;
        }
    }

    private T? Finished<T>()
        where T : class
    {
        // Only here is it certain that nobody reads into the array any more.
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        _start = _end = 0;
        return null;
    }

    private void MakeRoom(int needed)
    {
        var held = _end - _start;
        if (held == 0) _start = _end = 0;
        if (_array.Length - _start >= needed && _end < _array.Length) return;

        var size = Math.Max(FirstSize, Math.Min(needed, Math.Max(Trusted, (int)Math.Min((long)_array.Length * 2, Array.MaxLength))));
        if (size <= _array.Length)
        {
            _array.AsSpan(_start, held).CopyTo(_array);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(size);
            _array.AsSpan(_start, held).CopyTo(larger);
            if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
            _array = larger;
        }

        _start = 0;
        _end = held;
    }
}
