using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <content>Step 5 for columns of the sender, modulo 2^128: a store for each.</content>
public static partial class CircuitPsi
{
    /// <summary>Step 5 at the sender, column by column. The k-th pad of a key is π_k(F₂) + F₂, with AES-128 under a public key of run and k.</summary>
    /// <param name="run">The run.</param>
    /// <param name="channel">To the receiver.</param>
    /// <param name="programmed">The items in their bins.</param>
    /// <param name="second">F₂ at all keys.</param>
    /// <param name="columns">Shape [p][n].</param>
    /// <param name="binCount">Bins.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Shares of the value of each bin, modulo 2^128, a vector for each column.</returns>
    private static async Task<IReadOnlyList<SharedWords>> SendColumnsAsync(
        VoleRun run, IChannel channel, ProgrammedItems programmed, NativeBuffer<Gf128> second, IReadOnlyList<ReadOnlyMemory<Int128>> columns, int binCount,
        CancellationToken cancellation)
    {
        var shares = new List<SharedWords>(columns.Count);
        using var points = NativeBuffer<Gf128>.Allocate(second.Length);
        for (var k = 0; k < columns.Count; k++)
        {
            var masks = new UInt128[binCount];
            using (var random = AesPrg.Generate(run.Random)) random.Fill(MemoryMarshal.AsBytes(masks.AsSpan()));
            using (var permutation = ColumnPermutation(run.Context, k)) permutation.Compress(second.Span, points.Span);
            programmed.Add(columns[k].Span, masks, points.Span);
            await SendProgrammedAsync(run, channel, programmed.Keys.Memory, points, cancellation).ConfigureAwait(false);
            shares.Add(new(masks, 128));
        }

        return shares;
    }

    /// <summary>Step 5 at the receiver: its shares, column by column; meaningless where nothing matches.</summary>
    private static async Task<IReadOnlyList<SharedWords>> ReceiveColumnsAsync(
        VoleRun run, IChannel channel, PlacedItems placed, NativeBuffer<Gf128> second, int columnCount, CancellationToken cancellation)
    {
        var shares = new List<SharedWords>(columnCount);
        using var points = NativeBuffer<Gf128>.Allocate(second.Length);
        for (var k = 0; k < columnCount; k++)
        {
            using (var permutation = ColumnPermutation(run.Context, k)) permutation.Compress(second.Span, points.Span);
            await ReceiveProgrammedAsync(run, channel, placed.Keys, points, cancellation).ConfigureAwait(false);
            shares.Add(placed.Squares(points.Span));
        }

        return shares;
    }

    private static AesPermutation ColumnPermutation(Digest context, int number) =>
        ItemDigests.Permutation(Digest.Of("collab.psi-circuit.column-" + number, context.ToArray()));
}
