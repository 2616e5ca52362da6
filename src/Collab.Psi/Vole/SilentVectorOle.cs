using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>The vector OLE of the product.</summary>
internal sealed class SilentVectorOle : IVectorOle
{
    public static SilentVectorOle Instance { get; } = new();

    public Task<OleSender> SendAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation) =>
        throw new NotSupportedException("The silent vector OLE is not there yet.");

    public Task<OleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation) =>
        throw new NotSupportedException("The silent vector OLE is not there yet.");
}
