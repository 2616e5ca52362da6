using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Ranks;

namespace Collab.Statistics.Analyses;

/// <summary>What an owner keeps for ranks: of each row that counts its key, and its group or the key of the other column.</summary>
/// <param name="analysis">The analysis.</param>
internal sealed class KeptRanks(Analysis.Ranked analysis) : KeptRows
{
    /// <summary>Bits of a key: values of magnitude up to 2^61, lifted by 2^61, and one greater than all.</summary>
    public const int KeyBits = 63;

    /// <summary>The key of a row that only hides how many there are: it stands behind all others.</summary>
    public const ulong LastKey = (1UL << KeyBits) - 1;

    private const long LargestValue = 1L << 61;
    private const int FewestRows = 16;

    private readonly Dictionary<string, int> _numbers = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);
    private readonly List<(ulong Key, ulong Beside)> _rows = [];

    /// <summary>Rows that count, without any others.</summary>
    public int Count => _rows.Count;

    /// <summary>Rows that are brought: those that count, filled up to a multiple of the eighth to sixteenth part, and 16 at least.</summary>
    public int PaddedCount => Padded(_rows.Count);

    public static int Padded(int count)
    {
        var granule = Math.Max(FewestRows, 1 << Math.Max(0, BitOperations.Log2((uint)Math.Max(count, 1)) - 3));
        return Math.Max(FewestRows, (count + granule - 1) / granule * granule);
    }

    public override void Add(ColumnBatch batch)
    {
        var groups = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _numbers);
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        var (others, hasOther) = analysis.Other is { } other ? BatchColumns.ScaledValues(batch, other) : (values, present);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row] || !hasOther[row] || groups[row] < 0) continue;
            var key = KeyOf(values[row], analysis.Value, batch.NumberOf(row));
            _rows.Add((key, analysis.Other is { } y ? KeyOf(others[row], y, batch.NumberOf(row)) : (ulong)groups[row]));
        }

        if (Padded(_rows.Count) > RankedRows.MostRows)
            throw new CollabException(StatisticsErrors.TooManyRows, $"Ranks over more than {RankedRows.MostRows} rows of all owners.");
    }

    /// <summary>The rows in ascending order of their keys, filled up: keys, and then a vector beside them for each of <paramref name="beside"/>.</summary>
    /// <param name="beside">Of a row's group or other key, what the vector holds; rows that only fill up hold <see cref="LastKey"/>.</param>
    public ulong[][] Vectors(params IReadOnlyList<Func<ulong, ulong>> beside)
    {
        _rows.Sort();
        var count = PaddedCount;
        ulong[][] vectors = [new ulong[count], .. beside.Select(_ => new ulong[count])];
        for (var row = 0; row < count; row++)
        {
            var (key, own) = row < _rows.Count ? _rows[row] : (LastKey, LastKey);
            vectors[0][row] = key;
            for (var v = 0; v < beside.Count; v++) vectors[v + 1][row] = beside[v](own);
        }

        return vectors;
    }

    private static ulong KeyOf(long value, Measure measure, long row) => value is >= -LargestValue and <= LargestValue
        ? unchecked((ulong)(value + LargestValue))
        : throw new CollabException(StatisticsErrors.ValueTooLarge, $"Row {row}: column '{measure.Column}' is beyond 2^61 units of its scale.");
}
