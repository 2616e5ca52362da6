using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Cryptography.Oprf;
using Collab.Cryptography.Sealing;
using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>A server's records under keys, sealed each under a key that only F(k, x) gives, and laid out in bins that only F(k, x) names.</summary>
/// <remarks>specs/retrieval-keyword.md. A record lies in the emptier of its two bins and never moves, so a change touches one cell. All members may be used by
/// many threads at once; updates pass one after the other while queries go on. Memory: the table, the hints, and about 100 bytes a record.</remarks>
public sealed class KeywordDatabase : IDisposable
{
    /// <summary>The public seed of the layout, in bytes.</summary>
    internal const int SeedSize = 16;

    private const int AtOnce = 4096;

    private readonly Lock _updating = new();
    private readonly Lock _committing = new();
    private readonly OprfKey _key;
    private readonly RandomSource _random;
    private readonly CellMap _cells;
    private readonly IndexDatabase _left, _right;

    private KeywordDatabase(
        OprfKey key, KeywordShape shape, byte[] seed, CellMap cells, IndexDatabase left, IndexDatabase right, RandomSource random, int parallelism) =>
        (_key, Shape, Seed, _cells, _left, _right, _random, Parallelism) = (key, shape, seed, cells, left, right, random, parallelism);

    /// <summary>The layout.</summary>
    public KeywordShape Shape { get; }

    /// <summary>Records in the table now.</summary>
    public int Count => _cells.Count;

    /// <summary>Threads for updates and for each query.</summary>
    public int Parallelism { get; }

    /// <summary>The public seed of the layout.</summary>
    internal ReadOnlyMemory<byte> Seed { get; }

    /// <summary>The key of F.</summary>
    internal OprfKey Key => _key;

    /// <summary>Makes a table.</summary>
    /// <param name="key">The server's key, of ristretto255-SHA512 in the verifiable mode; stays the caller's and must outlive the table.</param>
    /// <param name="shape">With room for all records.</param>
    /// <param name="records">Keys, each once, and their values; canonical keys of up to 65,535 bytes.</param>
    /// <param name="random">Seeds, places and what fills empty cells.</param>
    /// <param name="parallelism">Threads, 1 or more.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The table; the caller disposes it.</returns>
    /// <exception cref="CollabException">One of <see cref="KeywordErrors"/>.</exception>
    /// <remarks>One evaluation of F a record, and 1152 multiplications a byte of the table.</remarks>
    public static KeywordDatabase Create(
        OprfKey key, KeywordShape shape, IReadOnlyList<KeywordRecord> records, RandomSource random, int parallelism = 1, CancellationToken cancellation = default)
    {
        if (key.Suite != OprfSuite.Ristretto255Sha512 || key.Mode != OprfMode.Voprf) throw new ArgumentException("A key of ristretto255, verifiable.", nameof(key));
        if (!shape.IsSound) throw new ArgumentException("A shape within the limits.", nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var seed = random.Bytes(SeedSize);
        var cells = new CellMap(shape);
        byte[][] sides = [random.Bytes(checked((int)shape.Side.TableBytes)), random.Bytes(checked((int)shape.Side.TableBytes))]; // empty cells look as full ones
        cells.Place(Sealed(key, shape, seed, records, parallelism, cancellation), random, (cell, bytes) =>
            bytes.CopyTo(sides[cell.Side].AsMemory(cell.Record * shape.CellSize)));
        IndexDatabase Side(int side) => IndexDatabase.Create(
            shape.Side, (record, to) => sides[side].AsSpan(record * shape.CellSize, shape.CellSize).CopyTo(to), random, parallelism, cancellation);
        var left = Side(0);
        try
        {
            return new(key, shape, seed, cells, left, Side(1), random, parallelism);
        }
        catch
        {
            left.Dispose();
            throw;
        }
    }

    /// <summary>Changes, adds and removes records; queries under way are answered by the version they began with.</summary>
    /// <param name="set">Keys, each once, and their new values.</param>
    /// <param name="removed">Keys to remove; those that are not there are left out.</param>
    /// <param name="cancellation">Ends the work before anything has changed.</param>
    /// <exception cref="CollabException">One of <see cref="KeywordErrors"/>; nothing has changed then.</exception>
    /// <remarks>One evaluation of F a changed record, and 1152 multiplications a byte of it.</remarks>
    public void Update(IReadOnlyList<KeywordRecord> set, IReadOnlyList<ReadOnlyMemory<byte>> removed, CancellationToken cancellation = default)
    {
        lock (_updating)
        {
            var gone = Sealed(_key, Shape, Seed.ToArray(), [.. removed.Select(k => new KeywordRecord(k, default))], Parallelism, cancellation);
            var (cells, changes) = (_cells.Begin(), new Dictionary<Cell, ReadOnlyMemory<byte>>());
            foreach (var record in gone)
            {
                if (cells.Remove(record.Name) is { } cell) changes[cell] = _random.Bytes(Shape.CellSize);
            }

            cells.Place(Sealed(_key, Shape, Seed.ToArray(), set, Parallelism, cancellation), _random, (cell, bytes) => changes[cell] = bytes);
            var prepared = new[] { _left, _right }.Select((side, number) => side.Prepare(
                [.. changes.Where(change => change.Key.Side == number).Select(change => (change.Key.Record, change.Value))], cancellation)).ToArray();
            lock (_committing)
            {
                if (prepared[0] is { } left) _left.Commit(left);
                if (prepared[1] is { } right) _right.Commit(right);
                cells.Commit();
            }
        }
    }

    /// <summary>Holds the newest version of both sides for a run.</summary>
    internal (IndexLease Left, IndexLease Right) Lease()
    {
        lock (_committing) return (_left.Lease(), _right.Lease());
    }

    /// <summary>Frees the table.</summary>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    /// <summary>Each record's name, bins and cell; several threads, in the order of the records.</summary>
    private static SealedRecord[] Sealed(
        OprfKey key, KeywordShape shape, byte[] seed, IReadOnlyList<KeywordRecord> records, int parallelism, CancellationToken cancellation)
    {
        var sealedRecords = new SealedRecord[records.Count];
        if (records.Any(record => record.Value.Length > shape.ValueSize))
            throw new CollabException(KeywordErrors.ValueTooLong, $"A value has more than the {shape.ValueSize} bytes that the table has room for.");
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };
        Parallel.For(0, (records.Count + AtOnce - 1) / AtOnce, options, block =>
        {
            var (start, count) = (block * AtOnce, Math.Min(AtOnce, records.Count - block * AtOnce));
            var keys = new ReadOnlyMemory<byte>[count];
            for (var i = 0; i < count; i++) keys[i] = records[start + i].Key;
            var values = new byte[count * RecordKey.FunctionSize];
            key.Evaluate(keys, values);
            var text = new byte[shape.CellSize - AesSiv.Overhead];
            for (var i = 0; i < count; i++)
            {
                var value = records[start + i].Value.Span;
                var at = RecordKey.Of(values.AsSpan(i * RecordKey.FunctionSize, RecordKey.FunctionSize), seed, shape.Bins);
                using var seal = at.Seal;
                Array.Clear(text);
                BinaryPrimitives.WriteUInt16LittleEndian(text, (ushort)value.Length);
                value.CopyTo(text.AsSpan(sizeof(ushort)));
                var cell = new byte[shape.CellSize];
                seal.Seal(text, cell);
                // A name only to find the record again here: the first half of F, which no client and no message sees.
                sealedRecords[start + i] = new(
                    BinaryPrimitives.ReadUInt128LittleEndian(values.AsSpan(i * RecordKey.FunctionSize)), at.Left, at.Right, cell);
            }

            CryptographicOperations.ZeroMemory(values);
            CryptographicOperations.ZeroMemory(text);
        });
        return sealedRecords;
    }
}
