using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Where a run takes its vector OLE from: C[i] = A[i]·Δ + B[i], the intersection's sender holding Δ and B, its receiver A and C.</summary>
internal interface IVectorOle
{
    /// <summary>The part of the intersection's sender; what it gets may be overwritten and is its own.</summary>
    Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation);

    /// <summary>The part of the intersection's receiver; what it gets may be overwritten and is its own.</summary>
    Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation);
}

/// <summary>The vector OLE of the product: <see cref="SilentVole"/>.</summary>
internal sealed class SilentVectorOle : IVectorOle
{
    public static SilentVectorOle Instance { get; } = new();

    public Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation) =>
        SilentVole.SendAsync(channel, count, random, options, cancellation);

    public Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation) =>
        SilentVole.ReceiveAsync(channel, count, random, options, cancellation);
}
