using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <summary>Which record, by its number, lies where: for every bin, bundle and place a record and its point, or nobody's point, drawn at random.</summary>
/// <remarks>In one bin of one bundle all points are distinct. Timing depends on the records, which only their owner sees.</remarks>
internal sealed class BinTable
{
    /// <summary>No record.</summary>
    public const int Nobody = -1;

    private readonly UnbalancedParameters _parameters;
    private readonly int[] _records;           // shape [bins, bundles, places]
    private readonly uint[] _points;

    private BinTable(UnbalancedParameters parameters)
    {
        _parameters = parameters;
        var size = checked(parameters.Bins * parameters.Bundles * parameters.Places);
        (_records, _points) = (new int[size], new uint[size]);
    }

    /// <summary>The records of a bin in a bundle, <see cref="Nobody"/> where there is none, shape [places].</summary>
    public ReadOnlySpan<int> Records(int bin, int bundle) => _records.AsSpan(Start(bin, bundle), _parameters.Places);

    /// <summary>Their points, shape [places].</summary>
    public ReadOnlySpan<uint> Points(int bin, int bundle) => _points.AsSpan(Start(bin, bundle), _parameters.Places);

    /// <summary>Places records all at once: those of a bin, in the order of their points, go round its bundles, so that equal points part and loads are even.</summary>
    /// <param name="parameters">Bins, bundles, places.</param>
    /// <param name="records">The numbers of the records.</param>
    /// <param name="bins">Their bins, shape [h, n].</param>
    /// <param name="points">Their points, shape [n].</param>
    /// <param name="random">Nobody's points.</param>
    /// <param name="parallelism">Threads.</param>
    /// <returns>Null when a bin has too many records, or too many with one point.</returns>
    public static BinTable? Place(
        UnbalancedParameters parameters, ReadOnlySpan<int> records, ReadOnlySpan<int> bins, ReadOnlySpan<uint> points, RandomSource random, int parallelism)
    {
        // 1  Records by bin: a counting sort.
        var starts = new int[parameters.Bins + 1];
        foreach (var bin in bins) starts[bin + 1]++;
        for (var bin = 0; bin < parameters.Bins; bin++)
        {
            if (starts[bin + 1] > (long)parameters.Bundles * parameters.Places) return null;
            starts[bin + 1] += starts[bin];
        }

        var (next, order, keys) = (starts.ToArray(), new int[bins.Length], new uint[bins.Length]);
        for (var j = 0; j < parameters.Choices; j++)
        {
            for (var i = 0; i < records.Length; i++)
            {
                var at = next[bins[(j * records.Length) + i]]++;
                (order[at], keys[at]) = (records[i], points[i]);
            }
        }

        // 2  Round the bundles, and strangers' points in what is left.
        var (table, failed, seed) = (new BinTable(parameters), 0, Gf128.Read(random.Bytes(Gf128.Size)));
        Parallel.For(0, parameters.Bins, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, () => 0, (bin, _, _) =>
        {
            Span<int> own = order.AsSpan(starts[bin]..starts[bin + 1]);
            Span<uint> at = keys.AsSpan(starts[bin]..starts[bin + 1]);
            at.Sort(own);
            for (var i = parameters.Bundles; i < at.Length; i++)
            {
                if (at[i] == at[i - parameters.Bundles]) Volatile.Write(ref failed, 1);
            }

            using var strangers = new AesPrg(new Gf128(seed.Low ^ (uint)bin, seed.High));
            for (var bundle = 0; bundle < parameters.Bundles; bundle++) table.Fill(bin, bundle, own, at, strangers);
            return 0;
        }, _ => { });
        return failed == 0 ? table : null;
    }

    /// <summary>Places one more record of a bin, in the first bundle that has room and not its point.</summary>
    /// <returns>The bundle, or −1 if there is none.</returns>
    public int Add(int bin, int record, uint point)
    {
        for (var bundle = 0; bundle < _parameters.Bundles; bundle++)
        {
            Span<int> records = _records.AsSpan(Start(bin, bundle), _parameters.Places);
            Span<uint> points = _points.AsSpan(Start(bin, bundle), _parameters.Places);
            var same = points.IndexOf(point);
            var place = same < 0 ? records.IndexOf(Nobody) : records[same] == Nobody ? same : -1;
            if (place < 0) continue;
            (records[place], points[place]) = (record, point);
            return bundle;
        }

        return -1;
    }

    /// <summary>Takes a record out of a bin: its point stays, as nobody's.</summary>
    /// <returns>The bundle it was in.</returns>
    public int Remove(int bin, int record)
    {
        var size = _parameters.Bundles * _parameters.Places;
        var at = _records.AsSpan(bin * size, size).IndexOf(record);
        _records[(bin * size) + at] = Nobody;
        return at / _parameters.Places;
    }

    /// <summary>The bundle of a bin in which a record is.</summary>
    public int BundleOf(int bin, int record)
    {
        var size = _parameters.Bundles * _parameters.Places;
        return _records.AsSpan(bin * size, size).IndexOf(record) / _parameters.Places;
    }

    private void Fill(int bin, int bundle, ReadOnlySpan<int> own, ReadOnlySpan<uint> keys, RandomSource strangers)
    {
        Span<int> records = _records.AsSpan(Start(bin, bundle), _parameters.Places);
        Span<uint> points = _points.AsSpan(Start(bin, bundle), _parameters.Places);
        records.Fill(Nobody);
        var count = 0;
        for (var i = bundle; i < own.Length && count < points.Length; i += _parameters.Bundles) (records[count], points[count++]) = (own[i], keys[i]);
        Span<byte> word = stackalloc byte[8];
        while (count < points.Length)
        {
            strangers.Fill(word);
            var point = Residue(word);
            if (!points[..count].Contains(point)) points[count++] = point;
        }

        CryptographicOperations.ZeroMemory(word);
    }

    private uint Residue(ReadOnlySpan<byte> word) =>
        (uint)Math.BigMul(BitConverter.ToUInt64(word), _parameters.Encryption.PlaintextModulus, out _);

    private int Start(int bin, int bundle) => ((bin * _parameters.Bundles) + bundle) * _parameters.Places;
}
