using Collab.Arithmetic.BinaryField;

namespace Collab.SecretSharing.Boolean;

/// <summary>Bits that neither party knows: each has one uniform vector, and the bits are their exclusive or. There is no way to read a bit here; opening is a protocol.</summary>
/// <param name="share">This party's vector; owned from here on.</param>
public sealed class SharedBits(BitVector share) : IDisposable
{
    /// <summary>How many bits.</summary>
    public int Length => share.Length;

    /// <summary>This party's vector, which alone says nothing of the bits.</summary>
    public BitVector Share => share;

    /// <summary>Shares of bits that one party knows: it takes them, and the other zeros.</summary>
    /// <param name="length">How many bits.</param>
    /// <param name="known">The bits at the party that knows them, null at the other.</param>
    public static SharedBits OfKnown(int length, BitVector? known)
    {
        if (known is not null && known.Length != length) throw new ArgumentException("As many bits as stated.", nameof(known));
        var share = new BitVector(length);
        known?.Words.CopyTo(share.Words);
        return new(share);
    }

    /// <summary>Shares of the exclusive or; local.</summary>
    public SharedBits Xor(SharedBits other)
    {
        var sum = new BitVector(Length);
        BitVector.Xor(share.Words, other.Share.Words, sum.Words);
        return new(sum);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shared bits";

    /// <summary>Zeroes the share.</summary>
    public void Dispose() => share.Clear();
}
