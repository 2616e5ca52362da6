using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.Tests.Boolean;

/// <summary>Transfers from a dealer whom both trust, who is a seed that both know: a double for tests, without any security.</summary>
public sealed class DealtTransfers : ICorrelatedTransfers, IDisposable
{
    private readonly AesPrg _sent, _received;
    private readonly Gf128 _delta, _receivedDelta;

    public DealtTransfers(BooleanParty party, ulong seed = 1)
    {
        var first = new AesPrg(new Gf128(seed, 0));
        var second = new AesPrg(new Gf128(seed, 1));
        (_sent, _received) = party == BooleanParty.First ? (first, second) : (second, first);
        _delta = Next(_sent);
        _receivedDelta = Next(_received);
    }

    /// <summary>Transfers dealt so far, both directions.</summary>
    public long Count { get; private set; }

    public Task<TransferSenderBatch> SendAsync(int count, CancellationToken cancellation = default)
    {
        Count += count;
        var blocks = NativeBuffer<Gf128>.Allocate(count);
        _sent.Fill(MemoryMarshal.AsBytes(blocks.Span));
        BitVector.Random(count, _sent).Clear();                     // what the receiver gets
        return Task.FromResult(new TransferSenderBatch(_delta, blocks));
    }

    public Task<TransferReceiverBatch> ReceiveAsync(int count, CancellationToken cancellation = default)
    {
        Count += count;
        var blocks = NativeBuffer<Gf128>.Allocate(count);
        _received.Fill(MemoryMarshal.AsBytes(blocks.Span));
        var choices = BitVector.Random(count, _received);
        for (var i = 0; i < count; i++)
        {
            var mask = unchecked(0 - choices.Bit(i));
            blocks.Span[i] += new Gf128(_receivedDelta.Low & mask, _receivedDelta.High & mask);
        }

        return Task.FromResult(new TransferReceiverBatch(choices, blocks));
    }

    private static Gf128 Next(AesPrg prg)
    {
        Span<byte> bytes = stackalloc byte[Gf128.Size];
        prg.Fill(bytes);
        return Gf128.Read(bytes);
    }

    public void Dispose()
    {
        _sent.Dispose();
        _received.Dispose();
    }
}
