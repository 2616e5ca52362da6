using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Extension;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Vector OLE by oblivious transfer extension: 2 KiB for each element, in either security model.</summary>
internal sealed class TransferVectorOle : IVectorOle
{
    public static TransferVectorOle Instance { get; } = new();

    public async Task<OleSender> SendAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation)
    {
        using var extension = await OtExtensionSender.BeginAsync(
            channel, new OtExtensionOptions(options.Context) { Security = options.Security }, random, null, cancellation).ConfigureAwait(false);
        return new OleSender(extension.Delta, await extension.VectorOleAsync(count, cancellation).ConfigureAwait(false));
    }

    public async Task<OleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VectorOleOptions options, CancellationToken cancellation)
    {
        using var extension = await OtExtensionReceiver.BeginAsync(
            channel, new OtExtensionOptions(options.Context) { Security = options.Security }, random, cancellation).ConfigureAwait(false);
        using var a = new DigestList(count);
        random.Fill(MemoryMarshal.AsBytes(a.GetSpan()));
        var c = await extension.VectorOleAsync(a.Memory, cancellation).ConfigureAwait(false);
        var copy = NativeBuffer<Gf128>.Allocate(count);
        a.GetSpan().CopyTo(copy.Span);
        return new OleReceiver(copy, c);
    }
}
