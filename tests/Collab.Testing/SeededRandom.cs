using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Testing;

/// <summary>Randomness that repeats, for tests alone: the product cannot see this project.</summary>
public static class SeededRandom
{
    extension(RandomSource)
    {
        /// <summary>SHA-256(seed ‖ counter) as a stream.</summary>
        public static RandomSource Seeded(int seed) => new Stream(seed);
    }

    private sealed class Stream(int seed) : RandomSource
    {
        private readonly Lock _gate = new();
        private readonly byte[] _block = new byte[32];
        private ulong _counter;
        private int _used = 32;

        public override void Fill(Span<byte> destination)
        {
            lock (_gate)
            {
                Span<byte> input = stackalloc byte[12];
                for (var i = 0; i < destination.Length; i++)
                {
                    if (_used == _block.Length)
                    {
                        BinaryPrimitives.WriteInt32LittleEndian(input, seed);
                        BinaryPrimitives.WriteUInt64LittleEndian(input[4..], _counter++);
                        SHA256.HashData(input, _block);
                        _used = 0;
                    }

                    destination[i] = _block[_used++];
                }
            }
        }
    }
}
