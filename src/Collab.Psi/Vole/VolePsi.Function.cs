using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <content>The oblivious function alone, for protocols that use its values otherwise than as masks: steps 2 to 6 of specs/psi-vole.md.</content>
public static partial class VolePsi
{
    /// <summary>The sender's part: F at its own items, whole, in their order.</summary>
    /// <param name="run">Both counts are 1 at least; semi-honest.</param>
    /// <param name="channel">To the receiver.</param>
    /// <param name="digests">Of the items, shape [n].</param>
    /// <param name="cancellation">Ends the run.</param>
    internal static async Task<NativeBuffer<Gf128>> SendFunctionAsync(
        VoleRun run, IChannel channel, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        RequireSemiHonest(run);
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        SortedItems? items = null;
        VoleSender? ole = null;
        try
        {
            await Concurrently.RunAsync(
                cancellation,
                async stop => items = await ReceiveSeedAsync(run, channel, parameters, digests, stop).ConfigureAwait(false),
                async stop => ole = await SendOleAsync(run, channel, (int)parameters.Size, stop).ConfigureAwait(false)).ConfigureAwait(false);
            await ReceiveStoreAsync(run, channel, ole!, cancellation).ConfigureAwait(false);
            var values = NativeBuffer<Gf128>.Allocate(digests.Length);
            Okvs.Decode(items!.Keys, ole!.B.Span, values.Span, run.Parallelism);
            return Evaluated(run, digests, ole.Delta, values);
        }
        finally
        {
            items?.Dispose();
            ole?.Dispose();
        }
    }

    /// <summary>The receiver's part: F at its own items, whole, in their order.</summary>
    internal static async Task<NativeBuffer<Gf128>> ReceiveFunctionAsync(
        VoleRun run, IChannel channel, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        RequireSemiHonest(run);
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        var seed = run.DrawBlock();
        VoleReceiver? ole = null;
        StoreOfItems? store = null;
        try
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => SendSeedAsync(run, channel, seed, Gf128.Zero, stop),
                async stop => ole = await ReceiveOleAsync(run, channel, (int)parameters.Size, stop).ConfigureAwait(false),
                stop => Task.Run(() => store = StoreOfItems.Solve(run, parameters, seed, digests), stop)).ConfigureAwait(false);
            await SendStoreAsync(run, channel, ole!, store!, cancellation).ConfigureAwait(false);
            var values = NativeBuffer<Gf128>.Allocate(digests.Length);
            Okvs.Decode(store!.Keys, ole!.C.Span, values.Span, run.Parallelism);
            return Evaluated(run, digests, null, values);
        }
        finally
        {
            ole?.Dispose();
            store?.Dispose();
        }
    }

    private static NativeBuffer<Gf128> Evaluated(VoleRun run, ReadOnlyMemory<Gf128> digests, Gf128? delta, NativeBuffer<Gf128> values)
    {
        using var function = new MaskFunction(run.Context, MaskLayout.LargestWidth, run.Parallelism);
        function.Evaluate(digests, delta, Gf128.Zero, values, null);
        return values;
    }

    private static void RequireSemiHonest(VoleRun run)
    {
        if (run.IsMalicious) throw new ArgumentException("The function alone is for semi-honest protocols.", nameof(run));
    }
}
