using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Where a run takes its vector OLE from: C[i] = A[i]·Δ + B[i], the intersection's sender holding Δ and B, its receiver A and C.</summary>
internal interface IVectorOle
{
    /// <summary>The part of the intersection's sender.</summary>
    Task<OleSender> SendAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation);

    /// <summary>The part of the intersection's receiver.</summary>
    Task<OleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation);
}

/// <summary>What a vector OLE is asked for.</summary>
internal readonly record struct VectorOleOptions(Digest Context, SecurityModel Security, int Parallelism);

/// <summary>Δ and B; B's memory may be overwritten and is zeroed by its owner.</summary>
internal sealed record OleSender(Gf128 Delta, NativeBuffer<Gf128> B) : IDisposable
{
    public void Dispose() => B.Dispose();
}

/// <summary>A and C; their memory may be overwritten and is zeroed by their owners.</summary>
internal sealed record OleReceiver(NativeBuffer<Gf128> A, NativeBuffer<Gf128> C) : IDisposable
{
    public void Dispose()
    {
        A.Dispose();
        C.Dispose();
    }
}
