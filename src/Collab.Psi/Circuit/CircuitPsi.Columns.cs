using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <content>Step 5 for columns of the sender, modulo 2^128: a store for each, as many and as often as wanted.</content>
public static partial class CircuitPsi
{
    /// <summary>A party's end of further stores over the same bins. The k-th pad of a key is π_k(F₂) + F₂, with AES-128 under a public key of run and k.</summary>
    internal interface IColumnStores : IDisposable
    {
        /// <summary>Shares of the value of the matching item in each bin, modulo 2^128, a vector for each column; meaningless where nothing matches.</summary>
        /// <param name="count">How many columns.</param>
        /// <param name="columns">A value of each item for each column at the sender, shape [p][n]; nothing at the receiver.</param>
        /// <param name="cancellation">Ends the run.</param>
        Task<IReadOnlyList<SharedWords>> ShareAsync(int count, IReadOnlyList<ReadOnlyMemory<Int128>> columns, CancellationToken cancellation);

        /// <summary>Shares of one such column by exclusive or, 64 bits in each bin; meaningless where nothing matches.</summary>
        /// <param name="column">64 bits of each item at the sender; nothing at the receiver.</param>
        /// <param name="cancellation">Ends the run.</param>
        Task<ulong[]> ShareBitsAsync(ReadOnlyMemory<ulong> column, CancellationToken cancellation);
    }

    private static AesPermutation ColumnPermutation(Digest context, int number) =>
        ItemDigests.Permutation(Digest.Of("collab.psi-circuit.column-" + number, context.ToArray()));

    /// <summary>The sender's end; owns what it is given.</summary>
    private sealed class SentColumns(VoleRun run, IChannel channel, ProgrammedItems programmed, NativeBuffer<Gf128> second) : IColumnStores
    {
        private int _number;

        public async Task<IReadOnlyList<SharedWords>> ShareAsync(int count, IReadOnlyList<ReadOnlyMemory<Int128>> columns, CancellationToken cancellation)
        {
            var shares = new List<SharedWords>(count);
            for (var k = 0; k < count; k++)
            {
                var masks = Begin();
                programmed.Add(columns[k].Span, masks);
                await SendProgrammedAsync(run, channel, programmed.Keys.Memory, programmed.Points, cancellation).ConfigureAwait(false);     // 5 →
                shares.Add(new(masks, 128));
            }

            return shares;
        }

        public async Task<ulong[]> ShareBitsAsync(ReadOnlyMemory<ulong> column, CancellationToken cancellation)
        {
            var masks = Begin();
            programmed.AddBits(column.Span, masks);
            await SendProgrammedAsync(run, channel, programmed.Keys.Memory, programmed.Points, cancellation).ConfigureAwait(false);         // 5 →
            var shares = Array.ConvertAll(masks, mask => unchecked((ulong)mask));
            Array.Clear(masks);
            return shares;
        }

        /// <summary>Fresh masks of all bins; the points are the pads of the next store.</summary>
        private UInt128[] Begin()
        {
            var masks = new UInt128[programmed.BinCount];
            using var random = AesPrg.Generate(run.Random);
            random.Fill(MemoryMarshal.AsBytes(masks.AsSpan()));
            using var permutation = ColumnPermutation(run.Context, _number++);
            permutation.Compress(second.Span, programmed.Points.Span);
            return masks;
        }

        public void Dispose()
        {
            programmed.Dispose();
            second.Dispose();
        }
    }

    /// <summary>The receiver's end; owns what it is given.</summary>
    private sealed class ReceivedColumns(VoleRun run, IChannel channel, PlacedItems placed, NativeBuffer<Gf128> second) : IColumnStores
    {
        private int _number;

        public async Task<IReadOnlyList<SharedWords>> ShareAsync(int count, IReadOnlyList<ReadOnlyMemory<Int128>> columns, CancellationToken cancellation)
        {
            var shares = new List<SharedWords>(count);
            for (var k = 0; k < count; k++)
            {
                using var points = await NextAsync(cancellation).ConfigureAwait(false);                                                     // 5 ←
                shares.Add(placed.Squares(points.Span));
            }

            return shares;
        }

        public async Task<ulong[]> ShareBitsAsync(ReadOnlyMemory<ulong> column, CancellationToken cancellation)
        {
            using var points = await NextAsync(cancellation).ConfigureAwait(false);                                                         // 5 ←
            return placed.Lower(points.Span);
        }

        /// <summary>What the next store gives at each item's key, less its pad.</summary>
        private async Task<NativeBuffer<Gf128>> NextAsync(CancellationToken cancellation)
        {
            var points = NativeBuffer<Gf128>.Allocate(second.Length);
            try
            {
                using (var permutation = ColumnPermutation(run.Context, _number++)) permutation.Compress(second.Span, points.Span);
                await ReceiveProgrammedAsync(run, channel, placed.Keys, points, cancellation).ConfigureAwait(false);
                return points;
            }
            catch
            {
                points.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            placed.Dispose();
            second.Dispose();
        }
    }

    /// <summary>Where there are no bins.</summary>
    private sealed class NoColumns : IColumnStores
    {
        public Task<IReadOnlyList<SharedWords>> ShareAsync(int count, IReadOnlyList<ReadOnlyMemory<Int128>> columns, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<SharedWords>>([.. Enumerable.Range(0, count).Select(_ => new SharedWords([], 128))]);

        public Task<ulong[]> ShareBitsAsync(ReadOnlyMemory<ulong> column, CancellationToken cancellation) => Task.FromResult(Array.Empty<ulong>());

        public void Dispose()
        {
        }
    }
}
