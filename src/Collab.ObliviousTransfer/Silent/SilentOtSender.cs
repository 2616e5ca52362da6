using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The sender's half of correlated transfers, C[i] = a[i]·Δ + B[i]: secret, zeroed by <see cref="Dispose"/>.</summary>
/// <param name="delta">Δ.</param>
/// <param name="b">B; owned from here on.</param>
/// <param name="context">The run, to which keys are bound.</param>
public sealed class SilentOtSender(Gf128 delta, NativeBuffer<Gf128> b, Digest context) : IDisposable
{
    /// <summary>Δ, uniform.</summary>
    public Gf128 Delta { get; private set; } = delta;

    /// <summary>B, shape [n].</summary>
    public NativeBuffer<Gf128> B => b;

    /// <summary>Random transfers: the two keys of each, H(B[i], i) and H(B[i] + Δ, i).</summary>
    /// <returns>Shape [n, 2]; the caller disposes it.</returns>
    /// <remarks>Local. Use either the keys or B itself in a protocol, not both.</remarks>
    public NativeBuffer<Gf128> Keys()
    {
        var keys = NativeBuffer<Gf128>.Allocate(checked(2 * b.Length));
        using var hash = SilentKeys.Hash(context);
        Span<Gf128> zero = stackalloc Gf128[SilentKeys.PieceLength], one = stackalloc Gf128[SilentKeys.PieceLength];
        for (var start = 0; start < b.Length; start += SilentKeys.PieceLength)
        {
            var piece = b.Span.Slice(start, Math.Min(SilentKeys.PieceLength, b.Length - start));
            for (var i = 0; i < piece.Length; i++) one[i] = piece[i] + Delta;
            hash.Hash(piece, (ulong)start, zero[..piece.Length]);
            hash.Hash(one[..piece.Length], (ulong)start, one[..piece.Length]);
            for (var i = 0; i < piece.Length; i++) (keys.Span[2 * (start + i)], keys.Span[(2 * (start + i)) + 1]) = (zero[i], one[i]);
        }

        zero.Clear();
        one.Clear();
        return keys;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(SilentOtSender)} of {b.Length} (secret)";

    /// <summary>Zeroes both.</summary>
    public void Dispose()
    {
        Delta = Gf128.Zero;
        b.Dispose();
    }
}

/// <summary>The hash that makes keys of correlated transfers.</summary>
internal static class SilentKeys
{
    public const int PieceLength = 256;

    public static AesHash Hash(Digest context) => new(Gf128.Read(Digest.Of("collab.silent.ot.keys.v1", context.ToArray()).ToArray()));
}
