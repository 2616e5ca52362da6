using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Tests.Circuit;

/// <summary>A vector OLE from a seed that both parties know: correct, of no security at all, and nobody waits for anybody.</summary>
internal sealed class SeededOle : IVectorOle
{
    public Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
    {
        var (delta, b) = Deal(count, options.Context);
        return Task.FromResult(new VoleSender(delta, b));
    }

    public Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
    {
        var (delta, c) = Deal(count, options.Context);
        var a = NativeBuffer<Gf128>.Allocate(count);
        using var prg = AesPrg.Generate(random);
        prg.Fill(MemoryMarshal.AsBytes(a.Span));
        Gf128Vector.MultiplyAdd(a.Span, delta, c.Span);
        return Task.FromResult(new VoleReceiver(a, c));
    }

    private static (Gf128 Delta, NativeBuffer<Gf128> B) Deal(int count, Digest context)
    {
        using var prg = new AesPrg(Gf128.Read(context.ToArray()));
        var b = NativeBuffer<Gf128>.Allocate(count);
        prg.Fill(MemoryMarshal.AsBytes(b.Span));
        return (Gf128.Read(prg.Bytes(Gf128.Size)), b);
    }
}
