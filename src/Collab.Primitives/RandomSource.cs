using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Collab.Primitives;

/// <summary>Where a protocol takes its randomness from. Always a parameter, so that tests can be exact; the product has one.</summary>
public abstract class RandomSource
{
    /// <summary>The operating system's generator; safe to use from many threads.</summary>
    public static RandomSource System { get; } = new SystemRandom();

    /// <summary>Fills the span with uniform bytes.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>New uniform bytes.</summary>
    /// <param name="size">The length, in bytes.</param>
    public byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        Fill(bytes);
        return bytes;
    }

    /// <summary>A uniform 64-bit word.</summary>
    public ulong NextUInt64()
    {
        Span<byte> word = stackalloc byte[8];
        Fill(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    private sealed class SystemRandom : RandomSource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
