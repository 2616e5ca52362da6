using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>The receiver's half of a vector OLE, C[i] = A[i]·Δ + B[i]: secret, zeroed by <see cref="Dispose"/>.</summary>
/// <param name="a">A; owned from here on.</param>
/// <param name="c">C; owned from here on.</param>
public sealed class VoleReceiver(NativeBuffer<Gf128> a, NativeBuffer<Gf128> c) : IDisposable
{
    /// <summary>A, pseudorandom over GF(2^128), shape [n].</summary>
    public NativeBuffer<Gf128> A => a;

    /// <summary>C, shape [n].</summary>
    public NativeBuffer<Gf128> C => c;

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(VoleReceiver)} of {c.Length} (secret)";

    /// <summary>Zeroes both.</summary>
    public void Dispose()
    {
        a.Dispose();
        c.Dispose();
    }
}
