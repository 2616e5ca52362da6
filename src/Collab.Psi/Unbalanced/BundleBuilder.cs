using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.HomomorphicEncryption;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <summary>Makes the plaintexts of bundles from the cells of a table, whole or only the cells that changed.</summary>
/// <param name="parameters">Shapes.</param>
/// <param name="encoder">The order of slots.</param>
/// <param name="table">Who is where.</param>
/// <param name="numbers">The V numbers of each record, shape [records, V].</param>
internal sealed class BundleBuilder(UnbalancedParameters parameters, BatchEncoder encoder, BinTable table, uint[] numbers)
{
    /// <summary>A bundle of a table of N bins, all its cells computed.</summary>
    public PlaintextMatrix Build(int bundle, Gf128 seed)
    {
        var slots = new uint[parameters.Values * parameters.Places * parameters.Encryption.RingDegree];
        Interpolate(bundle, [.. Enumerable.Range(0, parameters.Encryption.RingDegree)], slots, seed);
        return Encode(slots);
    }

    /// <summary>The bundle with some of its cells computed anew.</summary>
    /// <param name="bundle">table · G + bundle.</param>
    /// <param name="before">The bundle as it was.</param>
    /// <param name="cells">Which bins of the table.</param>
    /// <param name="seed">The values of nobody's points.</param>
    public PlaintextMatrix Rebuild(int bundle, PlaintextMatrix before, int[] cells, Gf128 seed)
    {
        var n = parameters.Encryption.RingDegree;
        var slots = new uint[parameters.Values * parameters.Places * n];
        for (var row = 0; row < before.Rows; row++) before.GetSlots(row, encoder, slots.AsSpan(row * n, n));
        Interpolate(bundle, cells, slots, seed);
        return Encode(slots);
    }

    private void Interpolate(int bundle, int[] cells, uint[] slots, Gf128 seed)
    {
        const int lanes = CellPolynomials.Lanes;
        var (places, values, n) = (parameters.Places, parameters.Values, parameters.Encryption.RingDegree);
        var (first, layer) = (bundle / parameters.Bundles * n, bundle % parameters.Bundles);
        var t = parameters.Encryption.PlaintextModulus;
        using NativeBuffer<double> points = NativeBuffer<double>.Allocate(places * lanes), data = NativeBuffer<double>.Allocate(values * places * lanes);
        using NativeBuffer<double> coefficients = NativeBuffer<double>.Allocate(data.Length), scratch = NativeBuffer<double>.Allocate(CellPolynomials.ScratchSize(places));
        using var strangers = new AesPrg(seed);
        using var words = NativeBuffer<ulong>.Allocate(values * places);
        for (var start = 0; start < cells.Length; start += lanes)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                var cell = first + cells[Math.Min(start + lane, cells.Length - 1)];   // the last one again where there are no eight
                strangers.Fill(MemoryMarshal.AsBytes(words.Span));
                Gather(table.Records(cell, layer), table.Points(cell, layer), words.Span, points.Span[lane..], data.Span[lane..]);
            }

            CellPolynomials.Interpolate((uint)t, places, values, points.Span, data.Span, coefficients.Span, scratch.Span);
            Scatter(coefficients.Span, cells.AsSpan(start, Math.Min(lanes, cells.Length - start)), slots);
        }
    }

    // Points and values of one cell, one number of every eight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Gather(ReadOnlySpan<int> records, ReadOnlySpan<uint> at, ReadOnlySpan<ulong> words, Span<double> points, Span<double> data)
    {
        var (places, values, t) = (parameters.Places, parameters.Values, parameters.Encryption.PlaintextModulus);
        for (var place = 0; place < places; place++)
        {
            points[place * CellPolynomials.Lanes] = at[place];
            var own = records[place] == BinTable.Nobody ? [] : numbers.AsSpan(records[place] * values, values);
            for (var v = 0; v < values; v++)
            {
                var i = (v * places) + place;
                data[i * CellPolynomials.Lanes] = own.IsEmpty ? Math.BigMul(words[i], t, out _) : own[v];
            }
        }
    }

    // Cells inside: slots of neighbouring cells share a line of the cache, those of the next coefficient lie far from it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Scatter(ReadOnlySpan<double> coefficients, ReadOnlySpan<int> cells, Span<uint> slots)
    {
        var n = parameters.Encryption.RingDegree;
        for (var row = 0; row < parameters.Values * parameters.Places; row++)
        {
            for (var lane = 0; lane < cells.Length; lane++) slots[(row * n) + cells[lane]] = (uint)coefficients[(row * CellPolynomials.Lanes) + lane];
        }
    }

    private PlaintextMatrix Encode(uint[] slots)
    {
        var n = parameters.Encryption.RingDegree;
        var (matrix, row) = (new PlaintextMatrix(parameters.Encryption, parameters.Values * parameters.Places), new ulong[n]);
        for (var i = 0; i < matrix.Rows; i++)
        {
            Widen(slots.AsSpan(i * n, n), row);
            matrix.SetSlots(i, encoder, row);
        }

        if (matrix.LargestNorm > parameters.LargestNorm) throw new InvalidOperationException("A plaintext is longer than chance lets it be.");
        return matrix;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Widen(ReadOnlySpan<uint> from, Span<ulong> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = from[i];
    }
}
