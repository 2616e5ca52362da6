using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Data.Keys;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data;

/// <summary>What a check of a dataset found; for a table on the screen and for JSON. It holds no value of the data.</summary>
/// <param name="Complete">Whether the source could be read to its end.</param>
/// <param name="RowCount">Rows whose fields could be read; values in them may still be wrong.</param>
/// <param name="Problems">What is wrong, one entry per rule, in the order of first appearance; empty when nothing is.</param>
public sealed record DatasetCheckReport(bool Complete, long RowCount, IReadOnlyList<ProblemTally> Problems)
{
    /// <summary>The columns that were read, each with its type and how many rows have no value in it.</summary>
    public IReadOnlyList<CheckedColumn> Columns { get; init; } = [];

    /// <summary>Whether a job can read the dataset as it is.</summary>
    public bool IsClean => Complete && Problems.Count == 0;
}

/// <summary>A column that was checked.</summary>
/// <param name="Column">As it is declared, else as it is inferred.</param>
/// <param name="MissingCount">Rows without a value in it.</param>
public sealed record CheckedColumn(ColumnSchema Column, long MissingCount);

/// <summary>All breaches of one rule.</summary>
/// <param name="Code">The stable code, for example <c>data.row-ragged</c>.</param>
/// <param name="Count">How many there are, all counted.</param>
/// <param name="First">The first of them, up to the limit of the check.</param>
/// <param name="Next">What to do about them.</param>
public sealed record ProblemTally(string Code, long Count, IReadOnlyList<ProblemPlace> First, string Next);

/// <summary>Where one problem is.</summary>
/// <param name="Row">The row, from 1; 0 for the header; null when no row is at fault.</param>
/// <param name="Column">The column, when one is at fault.</param>
/// <param name="Message">The sentence a user reads; it holds no value.</param>
public sealed record ProblemPlace(long? Row, string? Column, string Message);

/// <summary>Reads a dataset once, streaming, and tells everything that would make a job fail, with row and column.</summary>
/// <remarks>
/// Memory: one batch, the listed problems, and for the key columns 16 bytes of SHA-256 over a fresh salt and the key and the row number for each
/// distinct key: 36 bytes in the table, twice that at most while it grows. Two different keys among n are taken for one with
/// probability below n² / 2^129 (for 10^9 rows: 2^-69).
/// </remarks>
public static class DatasetCheck
{
    /// <summary>Problems of one kind that are listed with their place.</summary>
    public const int DefaultListed = 20;

    /// <summary>Checks all declared columns, and the key when one is named.</summary>
    /// <param name="source">The table.</param>
    /// <param name="keyColumns">The parts of the key; empty for no key.</param>
    /// <param name="rule">How keys are made equal. Blank and repeated keys are told whatever the rule does with them.</param>
    /// <param name="random">Where the salt comes from.</param>
    /// <param name="listed">How many problems of one kind are listed with their place.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<DatasetCheckReport> RunAsync(
        IDataSource source,
        IReadOnlyList<string> keyColumns,
        KeyRule rule,
        RandomSource random,
        int listed = DefaultListed,
        CancellationToken cancellationToken = default)
    {
        var tallies = new Tallies(listed);
        var rowCount = 0L;
        var missing = new long[source.Schema.Columns.Count];
        var complete = false;
        try
        {
            var keys = keyColumns.Count == 0 ? null : new KeyCheck(source.Schema, keyColumns, rule, random.Bytes(32));
            var names = source.Schema.Columns.Select(column => column.Name).ToArray();
            await foreach (var batch in source.ScanAsync(names, tallies.Add, cancellationToken).ConfigureAwait(false))
            {
                keys?.Look(batch, tallies);
                for (var i = 0; i < missing.Length; i++) missing[i] += MissingIn(batch.Columns[i]);
                rowCount += batch.RowCount;
            }

            complete = !tallies.Has(SourceException.QuoteUnclosed);
        }
        catch (SourceException e)
        {
            tallies.Add(e.Problem);
        }

        return new DatasetCheckReport(complete, rowCount, tallies.ToList())
        {
            Columns = [.. source.Schema.Columns.Zip(missing, (column, count) => new CheckedColumn(column, count))],
        };
    }

    private static long MissingIn(Column column) => column switch
    {
        TextColumn text => text.Values.LongCount(value => value is null),
        NumberColumn number => number.Present.Span.Count(false),
        _ => throw new ArgumentException("A column holds text or numbers.", nameof(column)),
    };

    private sealed class Tallies(int listed)
    {
        private readonly OrderedDictionary<ErrorCode, (long Count, List<ProblemPlace> First)> _byCode = [];

        public void Add(SourceProblem problem)
        {
            var (count, first) = _byCode.TryGetValue(problem.Code, out var known) ? known : (0, []);
            if (first.Count < listed) first.Add(new ProblemPlace(problem.Row, problem.Column, problem.Message));
            _byCode[problem.Code] = (count + 1, first);
        }

        public bool Has(ErrorCode code) => _byCode.ContainsKey(code);

        public ProblemTally[] ToList() =>
            [.. _byCode.Select(entry => new ProblemTally(entry.Key.Name, entry.Value.Count, entry.Value.First, entry.Key.Next))];
    }

    private sealed class KeyCheck(DatasetSchema schema, IReadOnlyList<string> keyColumns, KeyRule rule, byte[] salt)
    {
        private readonly KeyEncoder _encoder = new(schema.Columns, keyColumns, rule);
        private readonly Dictionary<(ulong, ulong), long> _firstRows = [];
        private readonly string _column = string.Join(", ", keyColumns);
        private byte[] _salted = [.. salt, .. new byte[256]];

        public void Look(ColumnBatch batch, Tallies tallies)
        {
            Span<byte> hash = stackalloc byte[Digest.Size];
            for (var i = 0; i < batch.RowCount; i++)
            {
                var row = batch.NumberOf(i);
                var key = _encoder.Encode(batch, i);
                if (key.IsEmpty)
                {
                    tallies.Add(new SourceProblem(SourceException.KeyBlank, row, _column, "the key is blank"));
                    continue;
                }

                SHA256.HashData(Salted(key), hash);
                var words = MemoryMarshal.Cast<byte, ulong>(hash);
                ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firstRows, (words[0], words[1]), out var exists);
                if (!exists) first = row;
                else tallies.Add(new SourceProblem(SourceException.KeyDuplicate, row, _column, $"the key is that of row {first}"));
            }
        }

        private ReadOnlySpan<byte> Salted(ReadOnlySpan<byte> key)
        {
            if (_salted.Length < salt.Length + key.Length) Array.Resize(ref _salted, 2 * (salt.Length + key.Length));
            key.CopyTo(_salted.AsSpan(salt.Length));
            return _salted.AsSpan(0, salt.Length + key.Length);
        }
    }
}
