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

    /// <summary>
    /// A source for a part of a protocol that draws while another does: of a source that can be drawn from again, each has draws of its own, whichever
    /// is first. This one itself where that makes no difference. Branches of one label are taken in an order that is always the same.
    /// </summary>
    /// <param name="label">What the part is called; each of those that run at the same time has another.</param>
    public virtual RandomSource Branch(string label) => this;

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
