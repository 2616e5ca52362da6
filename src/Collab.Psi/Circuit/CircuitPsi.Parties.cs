using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <content>What each party holds between the steps.</content>
public static partial class CircuitPsi
{
    /// <summary>The sender's items in all their bins, and what each bin is programmed to.</summary>
    private sealed class ProgrammedItems : IDisposable
    {
        private readonly int[] _bins;
        private readonly int _count;
        private readonly int _stringBits;
        private readonly NativeBuffer<Gf128> _targets;
        private readonly NativeBuffer<Gf128>? _squareMasks;

        public ProgrammedItems(VoleRun run, BinLayout layout, IReadOnlyList<ReadOnlyMemory<byte>> items, bool squares)
        {
            _count = items.Count;
            _stringBits = layout.StringBits;
            _bins = new int[BinLayout.Choices * _count];
            Keys = new DigestList(_bins.Length);
            using (var digests = new DigestList(run.Context, items))
            {
                BinHash.Bins(run.Context, digests.GetSpan(), layout, _bins);
                for (var j = 0; j < BinLayout.Choices; j++) BinHash.Keys(run.Context, j, digests.GetSpan(), Keys.GetSpan().Slice(j * _count, _count));
            }

            using var random = AesPrg.Generate(run.Random);
            _targets = NativeBuffer<Gf128>.Allocate(layout.BinCount);
            random.Fill(MemoryMarshal.AsBytes(_targets.Span));
            Points = NativeBuffer<Gf128>.Allocate(_bins.Length);
            if (!squares) return;
            _squareMasks = NativeBuffer<Gf128>.Allocate(layout.BinCount);
            random.Fill(MemoryMarshal.AsBytes(_squareMasks.Span));
            SquarePoints = NativeBuffer<Gf128>.Allocate(_bins.Length);
        }

        /// <summary>The key of item i in its j-th bin at j·n + i.</summary>
        public DigestList Keys { get; }

        /// <summary>What the store gives at each key: the bin's string below, value − mask of the bin above, both under F.</summary>
        public NativeBuffer<Gf128> Points { get; }

        /// <summary>The same for squares, under the second half of F.</summary>
        public NativeBuffer<Gf128>? SquarePoints { get; }

        /// <summary>The strings of all bins, of which the lowest bits are compared.</summary>
        public ulong[] Strings
        {
            get
            {
                var strings = new ulong[_targets.Length];
                for (var b = 0; b < strings.Length; b++) strings[b] = _targets.Span[b].Low & (ulong.MaxValue >> (64 - _stringBits));
                return strings;
            }
        }

        /// <summary>How many bins.</summary>
        public int BinCount => _targets.Length;

        /// <summary>Above the bin's string stands value − mask, or the item's subsets ⊕ mask; without either the bin's mask alone, which is as random.</summary>
        public void Program(ReadOnlySpan<long> values, ReadOnlyMemory<ulong> subsets, FunctionValues masks)
        {
            var words = subsets.Span;
            for (var at = 0; at < _bins.Length; at++)
            {
                var target = _targets.Span[_bins[at]];
                unchecked
                {
                    var value = values.IsEmpty ? 0 : values[at % _count];
                    var upper = words.IsEmpty ? (ulong)value - target.High : words[at % _count] ^ target.High;
                    Points.Span[at] = new Gf128(target.Low, upper) + masks.First.Span[at];
                    if (SquarePoints is null) continue;
                    var square = (UInt128)((Int128)value * value) - ToWord(_squareMasks!.Span[_bins[at]]);
                    SquarePoints.Span[at] = ToBlock(square) + masks.Second.Span[at];
                }
            }
        }

        /// <summary>Adds value − mask of the bin, modulo 2^128, to <see cref="Points"/>, which hold the pad of each key.</summary>
        public void Add(ReadOnlySpan<Int128> column, ReadOnlySpan<UInt128> masks)
        {
            var pads = Points.Span;
            for (var at = 0; at < _bins.Length; at++) pads[at] += ToBlock(unchecked((UInt128)column[at % _count] - masks[_bins[at]]));
        }

        /// <summary>Adds 64 bits ⊕ mask of the bin to <see cref="Points"/>, which hold the pad of each key. The mask has both halves: without one above, zeros there would tell the receiver what matches.</summary>
        public void AddBits(ReadOnlySpan<ulong> column, ReadOnlySpan<UInt128> masks)
        {
            var pads = Points.Span;
            for (var at = 0; at < _bins.Length; at++) pads[at] += ToBlock(column[at % _count] ^ masks[_bins[at]]);
        }

        /// <summary>The masks of the upper halves, bin after bin.</summary>
        public ulong[] Upper()
        {
            var masks = new ulong[_targets.Length];
            for (var b = 0; b < masks.Length; b++) masks[b] = _targets.Span[b].High;
            return masks;
        }

        public SharedWords ValueShares() => new(Array.ConvertAll(Upper(), half => (UInt128)half), 64);

        public SharedWords? SquareShares()
        {
            if (_squareMasks is null) return null;
            var shares = new UInt128[_squareMasks.Length];
            for (var b = 0; b < shares.Length; b++) shares[b] = ToWord(_squareMasks.Span[b]);
            return new(shares, 128);
        }

        public void Dispose()
        {
            Array.Clear(_bins);
            Keys.Dispose();
            _targets.Dispose();
            _squareMasks?.Dispose();
            Points.Dispose();
            SquarePoints?.Dispose();
        }
    }

    /// <summary>The receiver's items, each in one bin.</summary>
    private sealed class PlacedItems : IDisposable
    {
        private readonly AesPrg _random;

        public PlacedItems(VoleRun run, BinLayout layout, IReadOnlyList<ReadOnlyMemory<byte>> items)
        {
            var n = items.Count;
            var bins = new int[BinLayout.Choices * n];
            using var digests = new DigestList(run.Context, items);
            BinHash.Bins(run.Context, digests.GetSpan(), layout, bins);
            ItemOfBin = CuckooTable.PlaceVariableTime(bins, layout.BinCount) ?? throw new ArgumentException("Items are distinct.", nameof(items));
            var choices = new byte[n];
            for (var b = 0; b < ItemOfBin.Length; b++)
            {
                var item = ItemOfBin[b];
                if (item >= 0) choices[item] = (byte)(bins[item] == b ? 0 : bins[n + item] == b ? 1 : 2);
            }

            Keys = new DigestList(n);
            using var keys = NativeBuffer<Gf128>.Allocate(n);
            for (var j = 0; j < BinLayout.Choices; j++)
            {
                BinHash.Keys(run.Context, j, digests.GetSpan(), keys.Span);
                for (var i = 0; i < n; i++)
                {
                    if (choices[i] == j) Keys.GetSpan()[i] = keys.Span[i];
                }
            }

            Array.Clear(choices);
            Array.Clear(bins);
            _random = AesPrg.Generate(run.Random);
        }

        /// <summary>Bin after bin, −1 for none.</summary>
        public int[] ItemOfBin { get; }

        /// <summary>The key of each item in its bin.</summary>
        public DigestList Keys { get; }

        /// <summary>Bin after bin, what the store gave its item; anything in empty bins, which then equal the sender's string as rarely as others.</summary>
        public ulong[] Spread(ReadOnlySpan<Gf128> points, int bits)
        {
            var strings = new ulong[ItemOfBin.Length];
            _random.Fill(MemoryMarshal.AsBytes(strings.AsSpan()));
            for (var b = 0; b < strings.Length; b++)
                strings[b] = (ItemOfBin[b] < 0 ? strings[b] : points[ItemOfBin[b]].Low) & (ulong.MaxValue >> (64 - bits));
            return strings;
        }

        /// <summary>Bin after bin, the upper half of what the store gave its item.</summary>
        public ulong[] Upper(ReadOnlySpan<Gf128> points)
        {
            var halves = new ulong[ItemOfBin.Length];
            for (var b = 0; b < halves.Length; b++) halves[b] = ItemOfBin[b] < 0 ? 0 : points[ItemOfBin[b]].High;
            return halves;
        }

        /// <summary>Bin after bin, the lower half of what the store gave its item.</summary>
        public ulong[] Lower(ReadOnlySpan<Gf128> points)
        {
            var halves = new ulong[ItemOfBin.Length];
            for (var b = 0; b < halves.Length; b++) halves[b] = ItemOfBin[b] < 0 ? 0 : points[ItemOfBin[b]].Low;
            return halves;
        }

        public SharedWords Values(ReadOnlySpan<Gf128> points) => new(Array.ConvertAll(Upper(points), half => (UInt128)half), 64);

        public SharedWords Squares(ReadOnlySpan<Gf128> points)
        {
            var shares = new UInt128[ItemOfBin.Length];
            for (var b = 0; b < shares.Length; b++) shares[b] = ItemOfBin[b] < 0 ? 0 : ToWord(points[ItemOfBin[b]]);
            return new(shares, 128);
        }

        public void Dispose()
        {
            Keys.Dispose();
            _random.Dispose();
        }
    }

    private static UInt128 ToWord(Gf128 block) => new(block.High, block.Low);

    private static Gf128 ToBlock(UInt128 word) => new(unchecked((ulong)word), (ulong)(word >> 64));
}
