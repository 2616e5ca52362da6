using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The receiver's half of correlated transfers, C[i] = a[i]·Δ + B[i]: secret, zeroed by <see cref="Dispose"/>.</summary>
/// <param name="a">a; owned from here on.</param>
/// <param name="c">C; owned from here on.</param>
/// <param name="context">The run, to which keys are bound.</param>
public sealed class SilentOtReceiver(NativeBuffer<byte> a, NativeBuffer<Gf128> c, Digest context) : IDisposable
{
    /// <summary>The choice bits, pseudorandom, one in each byte: 0 or 1. Shape [n].</summary>
    public NativeBuffer<byte> A => a;

    /// <summary>C, shape [n].</summary>
    public NativeBuffer<Gf128> C => c;

    /// <summary>Random transfers: the key of each choice, H(C[i], i).</summary>
    /// <returns>Shape [n]; the caller disposes it.</returns>
    /// <remarks>Local. Use either the keys or C itself in a protocol, not both.</remarks>
    public NativeBuffer<Gf128> Keys()
    {
        var keys = NativeBuffer<Gf128>.Allocate(c.Length);
        using var hash = SilentKeys.Hash(context);
        for (var start = 0; start < c.Length; start += SilentKeys.PieceLength)
        {
            var size = Math.Min(SilentKeys.PieceLength, c.Length - start);
            hash.Hash(c.Span.Slice(start, size), (ulong)start, keys.Span.Slice(start, size));
        }

        return keys;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SilentOtReceiver)} of {c.Length} (secret)";

    /// <summary>Zeroes both.</summary>
    public void Dispose()
    {
        a.Dispose();
        c.Dispose();
    }
}
