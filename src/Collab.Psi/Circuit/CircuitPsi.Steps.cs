using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Circuit;

/// <content>The function of the receiver's items, and its programming.</content>
public static partial class CircuitPsi
{
    private const int Trials = 3;

    /// <summary>Steps 2 to 4 at the sender: F at all its keys, both halves.</summary>
    private static async Task<FunctionValues> EvaluateAtSenderAsync(VoleRun run, IChannel channel, DigestList keys, CancellationToken cancellation)
    {
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        using var ole = await SendOleAsync(run, channel, (int)parameters.Size, cancellation).ConfigureAwait(false);                          // 2 ↔
        var seed = await channel.ReceiveAsync<StoreSeed>(Seed, cancellation).ConfigureAwait(false);                                          // 3 ←
        PeerFaultException.ThrowUnless(seed.Coin is null, channel.Peer, Seed, "a seed alone");
        await ReceiveStoreAsync(
            channel, Store, ole.B.Length,
            (start, elements) => Gf128Vector.MultiplyAdd(elements, ole.Delta, ole.B.Span.Slice(start, elements.Length)), cancellation).ConfigureAwait(false); // 4 ←
        var count = keys.Memory.Length;
        NativeBuffer<Gf128> first = NativeBuffer<Gf128>.Allocate(count), second = NativeBuffer<Gf128>.Allocate(count);
        Okvs.Decode(parameters, seed.Seed, keys.GetSpan(), ole.B.Span, first.Span, run.Parallelism);
        using var function = new MaskFunction(run.Context, Gf128.Size, run.Parallelism);
        function.Evaluate(keys.Memory, ole.Delta, Gf128.Zero, first, second);
        return new(first, second);
    }

    /// <summary>Steps 2 to 4 at the receiver: F at its keys; the second halves only if wanted.</summary>
    private static async Task<NativeBuffer<Gf128>> EvaluateAtReceiverAsync(
        VoleRun run, IChannel channel, DigestList keys, NativeBuffer<Gf128>? second, CancellationToken cancellation)
    {
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        var seed = run.DrawBlock();
        using var store = StoreOfItems.Solve(run, parameters, seed, keys.Memory);
        using var ole = await ReceiveOleAsync(run, channel, store.Size, cancellation).ConfigureAwait(false);                                 // 2 ↔
        await channel.SendAsync(new StoreSeed(seed, null), cancellation).ConfigureAwait(false);                                        // 3 →
        Gf128Vector.Add(ole.A.Span, store.Span, store.Span);
        await SendStoreAsync(channel, store.Span.Length, (start, to) => store.Span.Slice(start, to.Length).CopyTo(to), cancellation).ConfigureAwait(false); // 4 →
        var first = NativeBuffer<Gf128>.Allocate(keys.Memory.Length);
        Okvs.Decode(store.Keys, ole.C.Span, first.Span, run.Parallelism);
        using var function = new MaskFunction(run.Context, Gf128.Size, run.Parallelism);
        function.Evaluate(keys.Memory, null, Gf128.Zero, first, second);
        return first;
    }

    /// <summary>Step 5 at the sender: a store that gives each point at its key.</summary>
    private static async Task SendProgrammedAsync(
        VoleRun run, IChannel channel, ReadOnlyMemory<Gf128> keys, NativeBuffer<Gf128> points, CancellationToken cancellation)
    {
        var parameters = OkvsParameters.Create(keys.Length);
        using var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
        using var random = AesPrg.Generate(run.Random);
        var seed = run.DrawBlock();
        for (var trial = 1; !Okvs.TryEncode(parameters, seed, keys.Span, points.Span, random, store.Span, run.Parallelism); trial++)
        {
            if (trial == Trials) throw new ArgumentException("Items are distinct.");
            seed = run.DrawBlock();
        }

        await channel.SendAsync(new StoreSeed(seed, null), cancellation).ConfigureAwait(false);
        await SendStoreAsync(channel, store.Length, (start, to) => store.Span.Slice(start, to.Length).CopyTo(to), cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 5 at the receiver: what is stored at its keys is added to the masks.</summary>
    private static async Task ReceiveProgrammedAsync(
        VoleRun run, IChannel channel, DigestList keys, NativeBuffer<Gf128> masks, CancellationToken cancellation)
    {
        var parameters = OkvsParameters.Create((long)BinLayout.Choices * run.SenderCount);
        var seed = await channel.ReceiveAsync<StoreSeed>(Programming, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(seed.Coin is null, channel.Peer, Programming, "a seed alone");
        using var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
        await ReceiveStoreAsync(channel, Programming, store.Length, (start, elements) => elements.CopyTo(store.Span[start..]), cancellation).ConfigureAwait(false);
        using var points = NativeBuffer<Gf128>.Allocate(masks.Length);
        Okvs.Decode(parameters, seed.Seed, keys.GetSpan(), store.Span, points.Span, run.Parallelism);
        Gf128Vector.Add(masks.Span, points.Span, masks.Span);
    }

    private delegate void WriteElements(int start, Span<Gf128> destination);

    private delegate void ReadElements(int start, ReadOnlySpan<Gf128> elements);

    private static async Task SendStoreAsync(IChannel channel, int total, WriteElements write, CancellationToken cancellation)
    {
        for (int number = 0, start = 0; start < total; number++, start += StoreParts.Elements)
        {
            var size = Math.Min(StoreParts.Elements, total - start) * Gf128.Size;
            var part = Part.OfSize((uint)number, size);
            try
            {
                write(start, MemoryMarshal.Cast<byte, Gf128>(part.ToFill[..size]));
                await channel.SendAsync(part, cancellation).ConfigureAwait(false);
            }
            finally
            {
                part.Release();
            }
        }
    }

    private static async Task ReceiveStoreAsync(IChannel channel, StepId step, int total, ReadElements read, CancellationToken cancellation)
    {
        for (int number = 0, start = 0; start < total; number++, start += StoreParts.Elements)
        {
            var part = await channel.ReceiveAsync<Part>(step, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(part.Number == number, channel.Peer, step, "the parts in order");
            PeerFaultException.ThrowUnless(
                part.Content.Length == Math.Min(StoreParts.Elements, total - start) * Gf128.Size, channel.Peer, step, "as many elements as the store has");
            read(start, MemoryMarshal.Cast<byte, Gf128>(part.Content));
            part.Release();
        }
    }

    private static async Task<VoleSender> SendOleAsync(VoleRun run, IChannel channel, int size, CancellationToken cancellation)
    {
        var fork = channel.Fork(OleFork);
        await using (fork.ConfigureAwait(false)) return await run.Ole.SendAsync(fork, size, run.Random, run.OleOptions, cancellation).ConfigureAwait(false);
    }

    private static async Task<VoleReceiver> ReceiveOleAsync(VoleRun run, IChannel channel, int size, CancellationToken cancellation)
    {
        var fork = channel.Fork(OleFork);
        await using (fork.ConfigureAwait(false)) return await run.Ole.ReceiveAsync(fork, size, run.Random, run.OleOptions, cancellation).ConfigureAwait(false);
    }

    /// <summary>Both halves of F at the sender's keys.</summary>
    private sealed record FunctionValues(NativeBuffer<Gf128> First, NativeBuffer<Gf128> Second) : IDisposable
    {
        private bool _isSecondTaken;

        /// <summary>The second halves, which the caller owns from here on.</summary>
        public NativeBuffer<Gf128> TakeSecond()
        {
            _isSecondTaken = true;
            return Second;
        }

        public void Dispose()
        {
            First.Dispose();
            if (!_isSecondTaken) Second.Dispose();
        }
    }
}
