using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The sender's half of a vector OLE, C[i] = A[i]·Δ + B[i]: secret, zeroed by <see cref="Dispose"/>.</summary>
/// <param name="delta">Δ.</param>
/// <param name="b">B; owned from here on.</param>
public sealed class VoleSender(Gf128 delta, NativeBuffer<Gf128> b) : IDisposable
{
    /// <summary>Δ, uniform over GF(2^128).</summary>
    public Gf128 Delta { get; private set; } = delta;

    /// <summary>B, shape [n].</summary>
    public NativeBuffer<Gf128> B => b;

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(VoleSender)} of {b.Length} (secret)";

    /// <summary>Zeroes both.</summary>
    public void Dispose()
    {
        Delta = Gf128.Zero;
        b.Dispose();
    }
}
