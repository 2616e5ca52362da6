using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lanes16 = Collab.Arithmetic.Hashing.Sha256Rounds<System.Runtime.Intrinsics.Vector512<uint>, Collab.Arithmetic.Hashing.Sha256Lanes512>;
using Lanes8 = Collab.Arithmetic.Hashing.Sha256Rounds<System.Runtime.Intrinsics.Vector256<uint>, Collab.Arithmetic.Hashing.Sha256Lanes256>;

namespace Collab.Arithmetic.Hashing;

/// <summary>Messages waiting until a vector is full, one queue for each number of blocks.</summary>
internal sealed unsafe class Sha256Batch : IDisposable
{
    /// <summary>Messages of more blocks go to the class library, which then is no longer slower by much.</summary>
    private const int MaxBlocks = 4;
    private const int BlockSize = 64;
    private const int MaxLanes = 16;
    private const int LengthSize = 8;                                                   // the length in bits ends the last block

    private readonly VectorKernel _kernel;
    private readonly int _lanes;
    private readonly byte[] _prefix;
    private readonly byte* _padded;                                                     // per queue: [lanes, blocks·64]
    private readonly byte*[] _targets = new byte*[MaxBlocks * MaxLanes];
    private readonly int[] _waiting = new int[MaxBlocks];
    private readonly IncrementalHash _library;

    public Sha256Batch(VectorKernel kernel, ReadOnlySpan<byte> prefix)
    {
        _kernel = kernel;
        _lanes = kernel == VectorKernel.Bits512 ? 16 : 8;
        _prefix = prefix.ToArray();
        _padded = (byte*)NativeMemory.AlignedAlloc(PaddedSize, BlockSize);
        NativeMemory.Clear(_padded, PaddedSize);                                        // lanes that stay empty hash zeros
        _library = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    private static nuint PaddedSize => MaxLanes * BlockSize * (MaxBlocks * (MaxBlocks + 1) / 2);

    /// <summary>Hashes the message, now or when its queue is full; the target stays fixed until <see cref="Flush"/>.</summary>
    public void Add(ReadOnlySpan<byte> message, byte* target)
    {
        var size = (long)_prefix.Length + message.Length;
        var blocks = (size + 1 + LengthSize + BlockSize - 1) / BlockSize;
        if (blocks > MaxBlocks || _kernel == VectorKernel.Scalar)
        {
            _library.AppendData(_prefix);
            _library.AppendData(message);
            _library.GetHashAndReset(new Span<byte>(target, Sha256Lanes.DigestSize));
            return;
        }

        var queue = (int)blocks - 1;
        var lane = _waiting[queue]++;
        var stride = (int)blocks * BlockSize;
        var padded = new Span<byte>(Queue(queue) + lane * stride, stride);
        _prefix.CopyTo(padded);
        message.CopyTo(padded[_prefix.Length..]);
        padded[(int)size..].Clear();
        padded[(int)size] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(padded[^LengthSize..], size * 8);
        _targets[queue * MaxLanes + lane] = target;
        if (lane + 1 == _lanes) Run(queue);
    }

    /// <summary>Hashes what still waits.</summary>
    public void Flush()
    {
        for (var queue = 0; queue < MaxBlocks; queue++)
        {
            if (_waiting[queue] > 0) Run(queue);
        }
    }

    /// <summary>Zeroes what was copied of the messages.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(_padded, (int)PaddedSize));
        NativeMemory.AlignedFree(_padded);
        _library.Dispose();
    }

    private byte* Queue(int queue) => _padded + MaxLanes * BlockSize * (queue * (queue + 1) / 2);

    private void Run(int queue)
    {
        fixed (byte** targets = &_targets[queue * MaxLanes])
        {
            if (_kernel == VectorKernel.Bits512) Lanes16.Hash(Queue(queue), queue + 1, targets, _waiting[queue]);
            else Lanes8.Hash(Queue(queue), queue + 1, targets, _waiting[queue]);
        }

        _waiting[queue] = 0;
    }
}
