using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Tests.Vole;

/// <summary>A vector OLE by a dealer whom both parties of one process trust: correct, and of no security at all. One for each run.</summary>
internal sealed class DealerOle : IVectorOle
{
    private readonly ConcurrentDictionary<Digest, TaskCompletionSource<(Gf128 Delta, Gf128[] B)>> _dealt = new();

    public Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
    {
        var blocks = new Gf128[count + 1];
        random.Fill(MemoryMarshal.AsBytes(blocks.AsSpan()));
        var b = blocks[1..];
        Deal(options.Context).SetResult((blocks[0], (Gf128[])b.Clone()));
        return Task.FromResult(new VoleSender(blocks[0], Buffer(b)));
    }

    public async Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
    {
        var (delta, b) = await Deal(options.Context).Task.WaitAsync(cancellation);
        var (a, c) = (new Gf128[count], new Gf128[count]);
        random.Fill(MemoryMarshal.AsBytes(a.AsSpan()));
        for (var i = 0; i < count; i++) c[i] = (a[i] * delta) + b[i];
        return new VoleReceiver(Buffer(a), Buffer(c));
    }

    private TaskCompletionSource<(Gf128 Delta, Gf128[] B)> Deal(Digest context) =>
        _dealt.GetOrAdd(context, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static NativeBuffer<Gf128> Buffer(Gf128[] blocks)
    {
        var buffer = NativeBuffer<Gf128>.Allocate(blocks.Length);
        blocks.CopyTo(buffer.Span);
        return buffer;
    }
}
