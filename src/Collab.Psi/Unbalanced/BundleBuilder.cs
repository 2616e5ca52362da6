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
                var cell = cells[Math.Min(start + lane, cells.Length - 1)];           // the last one again where there are no eight
                var records = table.Records(first + cell, layer);
                var at = table.Points(first + cell, layer);
                strangers.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.Span));
                for (var place = 0; place < places; place++)
                {
                    points.Span[(place * lanes) + lane] = at[place];
                    for (var v = 0; v < values; v++)
                    {
                        data.Span[(((v * places) + place) * lanes) + lane] = records[place] == BinTable.Nobody
                            ? Math.BigMul(words.Span[(v * places) + place], t, out _)
                            : numbers[((long)records[place] * values) + v];
                    }
                }
            }

            CellPolynomials.Interpolate((uint)t, places, values, points.Span, data.Span, coefficients.Span, scratch.Span);
            for (var lane = 0; lane < Math.Min(lanes, cells.Length - start); lane++)
            {
                var cell = cells[start + lane];
                for (var row = 0; row < values * places; row++) slots[(row * n) + cell] = (uint)coefficients.Span[(row * lanes) + lane];
            }
        }
    }

    private PlaintextMatrix Encode(uint[] slots)
    {
        var n = parameters.Encryption.RingDegree;
        var (matrix, row) = (new PlaintextMatrix(parameters.Encryption, parameters.Values * parameters.Places), new ulong[n]);
        for (var i = 0; i < matrix.Rows; i++)
        {
            for (var slot = 0; slot < n; slot++) row[slot] = slots[(i * n) + slot];
            matrix.SetSlots(i, encoder, row);
        }

        if (matrix.LargestNorm > parameters.LargestNorm) throw new InvalidOperationException("A plaintext is longer than chance lets it be.");
        return matrix;
    }
}
