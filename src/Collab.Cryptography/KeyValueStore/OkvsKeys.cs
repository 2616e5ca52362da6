using System.Runtime.CompilerServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Cryptography.KeyValueStore;

/// <summary>Keys hashed under a seed and sorted by bin, for as many encodings and decodings as follow.</summary>
/// <remarks>18 bytes a key while it lives; an encoding or decoding takes 16 more. Not for use by two threads at once.</remarks>
public sealed unsafe class OkvsKeys : IDisposable
{
    private const int BlockItems = 1024;                                                // hashed at a time, in the first cache

    private readonly NativeBuffer<Gf128> _rows;
    private readonly NativeBuffer<ushort> _bins;
    private readonly int[] _cursors;                                                    // shape [chunks, bins]: where a chunk's keys of a bin begin
    private readonly int _chunks;

    private OkvsKeys(OkvsParameters parameters, Gf128 seed, int count, int chunks)
    {
        Parameters = parameters;
        Permutation = new(seed);
        Count = count;
        _chunks = chunks;
        _rows = NativeBuffer<Gf128>.Allocate(count);
        _bins = NativeBuffer<ushort>.Allocate(count);
        _cursors = new int[chunks * parameters.BinCount];
        Starts = new int[parameters.BinCount + 1];
    }

    /// <summary>The store's sizes.</summary>
    public OkvsParameters Parameters { get; }

    /// <summary>How many keys.</summary>
    public int Count { get; }

    /// <summary>π under the seed.</summary>
    internal AesPermutation Permutation { get; }

    /// <summary>Where each bin begins, and the number of keys at the end.</summary>
    internal int[] Starts { get; }

    /// <summary>u = π(key) ⊕ key, sorted by bin.</summary>
    internal Gf128* Rows => _rows.Pointer;

    /// <summary>Hashes and sorts. Two passes over the keys, O(n).</summary>
    /// <param name="parameters">The store's sizes.</param>
    /// <param name="seed">The store's public seed.</param>
    /// <param name="keys">Uniform digests, shape [n]; as many as one likes, whatever the store was made for.</param>
    /// <param name="parallelism">Threads at most, 1 or more.</param>
    public static OkvsKeys Sort(OkvsParameters parameters, Gf128 seed, ReadOnlySpan<Gf128> keys, int parallelism = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var sorted = new OkvsKeys(parameters, seed, keys.Length, Math.Clamp(Math.Min(parallelism, keys.Length / (64 * BlockItems)), 1, 64));
        fixed (Gf128* first = keys)
        {
            var source = (nint)first;
            sorted.ForEachChunk((chunk, from, count) => sorted.CountBins((Gf128*)source + from, from, count, chunk));
            sorted.SumCounts();
            sorted.ForEachChunk((chunk, from, count) => sorted.Scatter((Gf128*)source + from, from, count, chunk, sorted.Rows, hashed: true));
        }

        return sorted;
    }

    /// <summary>Values in the order of the keys to values sorted by bin.</summary>
    internal void SortValues(ReadOnlySpan<Gf128> values, NativeBuffer<Gf128> sorted)
    {
        fixed (Gf128* first = values)
        {
            var source = (nint)first;
            ForEachChunk((chunk, from, count) => Scatter((Gf128*)source + from, from, count, chunk, sorted.Pointer, hashed: false));
        }
    }

    /// <summary>Values sorted by bin to values in the order of the keys.</summary>
    internal void UnsortValues(NativeBuffer<Gf128> sorted, Span<Gf128> values)
    {
        fixed (Gf128* first = values)
        {
            var target = (nint)first;
            ForEachChunk((chunk, from, count) => Gather(sorted.Pointer, (Gf128*)target + from, from, count, chunk));
        }
    }

    /// <summary>Zeroes and frees the memory.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _bins.Dispose();
        Permutation.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountBins(Gf128* keys, int from, int count, int chunk)
    {
        Span<Gf128> block = stackalloc Gf128[BlockItems];
        var bins = (uint)Parameters.BinCount;
        fixed (int* counts = &_cursors[chunk * Parameters.BinCount])
        fixed (Gf128* u = block)
        {
            var target = _bins.Pointer + from;
            for (var at = 0; at < count; at += BlockItems)
            {
                var size = Math.Min(BlockItems, count - at);
                Permutation.Compress(new(keys + at, size), block[..size]);
                CountBlock(u, target + at, size, bins, counts);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CountBlock(Gf128* u, ushort* target, nint size, uint bins, int* counts)
    {
        unchecked
        {
            for (nint i = 0; i < size; i++)
            {
                var bin = OkvsRow.Bin(u[i], bins);
                target[i] = unchecked((ushort)bin);
                counts[bin] = unchecked(counts[bin] + 1);
            }
        }
    }

    /// <summary>Counts to begins: by bin, and inside a bin by chunk.</summary>
    private void SumCounts()
    {
        var (bins, sum) = (Parameters.BinCount, 0);
        for (var bin = 0; bin < bins; bin++)
        {
            Starts[bin] = sum;
            for (var chunk = 0; chunk < _chunks; chunk++)
            {
                (var count, _cursors[chunk * bins + bin]) = (_cursors[chunk * bins + bin], sum);
                sum += count;
            }
        }

        Starts[bins] = sum;
    }

    private void Scatter(Gf128* source, int from, int count, int chunk, Gf128* target, bool hashed)
    {
        var cursors = _cursors.AsSpan(chunk * Parameters.BinCount, Parameters.BinCount).ToArray();
        Span<Gf128> block = stackalloc Gf128[BlockItems];
        fixed (int* at = cursors)
        fixed (Gf128* u = block)
        {
            if (!hashed) ScatterBlock(source, _bins.Pointer + from, count, at, target);
            for (var i = 0; hashed && i < count; i += BlockItems)
            {
                var size = Math.Min(BlockItems, count - i);
                Permutation.Compress(new(source + i, size), block[..size]);
                ScatterBlock(u, _bins.Pointer + from + i, size, at, target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ScatterBlock(Gf128* source, ushort* bins, nint count, int* cursors, Gf128* target)
    {
        unchecked
        {
            for (nint i = 0; i < count; i++)
            {
                nint at = cursors[bins[i]];
                cursors[bins[i]] = unchecked((int)at + 1);
                target[at] = source[i];
            }
        }
    }

    private void Gather(Gf128* source, Gf128* target, int from, int count, int chunk)
    {
        var cursors = _cursors.AsSpan(chunk * Parameters.BinCount, Parameters.BinCount).ToArray();
        fixed (int* at = cursors) GatherBlock(source, _bins.Pointer + from, count, at, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherBlock(Gf128* source, ushort* bins, nint count, int* cursors, Gf128* target)
    {
        unchecked
        {
            for (nint i = 0; i < count; i++)
            {
                nint at = cursors[bins[i]];
                cursors[bins[i]] = unchecked((int)at + 1);
                target[i] = source[at];
            }
        }
    }

    private void ForEachChunk(Action<int, int, int> body)
    {
        var size = (Count + _chunks - 1) / _chunks;
        if (_chunks == 1) body(0, 0, Count);
        else Parallel.For(0, _chunks, chunk => body(chunk, chunk * size, Math.Min(size, Count - chunk * size)));
    }
}
