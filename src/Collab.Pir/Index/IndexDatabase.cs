using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Collab.Arithmetic.Matrices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>Writes a record.</summary>
/// <param name="record">Which.</param>
/// <param name="destination">Receives its bytes; zero before.</param>
public delegate void RecordWriter(int record, Span<byte> destination);

/// <summary>A server's table for index retrieval: the matrix of bytes, its hint, and the changes of late, so that a client with an older
/// version is answered rightly while the table goes on.</summary>
/// <remarks>SimplePIR (specs/retrieval-index.md). All members may be used by many threads at once: queries read together, an update waits for them
/// and is over in the time that writing the changed bytes takes. A query costs one pass over the whole table whatever it asks.</remarks>
public sealed class IndexDatabase : IDisposable
{
    private const int LargestHistory = 64;

    private readonly ReaderWriterLockSlim _gate = new();
    private readonly Lock _updating = new();
    private readonly IndexMatrix _table;
    private readonly byte[] _seed;
    private readonly Dictionary<Digest, int> _leases = [];
    private Snapshot _now;

    private IndexDatabase(IndexShape shape, byte[] seed, IndexMatrix table, uint[] hint, int parallelism)
    {
        (Shape, _seed, _table, Parallelism) = (shape, seed, table, parallelism);
        _now = new(IndexVersion.First(shape, seed, hint), hint, []);
    }

    /// <summary>How records lie in the matrix.</summary>
    public IndexShape Shape { get; }

    /// <summary>Threads for each query.</summary>
    public int Parallelism { get; }

    /// <summary>The newest version.</summary>
    public Digest Version => Volatile.Read(ref _now).Version;

    /// <summary>The seed of the public matrix.</summary>
    internal ReadOnlyMemory<byte> Seed => _seed;

    /// <summary>Makes the table and its hint.</summary>
    /// <param name="shape">Of the table.</param>
    /// <param name="write">Gives every record once.</param>
    /// <param name="random">Draws the seed.</param>
    /// <param name="parallelism">Threads here and for each query, 1 or more.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The table; the caller disposes it.</returns>
    /// <remarks>1152 multiplications a byte of the table, once.</remarks>
    public static IndexDatabase Create(
        IndexShape shape, RecordWriter write, RandomSource random, int parallelism = 1, CancellationToken cancellation = default)
    {
        if (!shape.IsSound) throw new ArgumentException("A shape within the limits.", nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var table = new IndexMatrix(shape);
        try
        {
            var record = new byte[shape.RecordSize];
            for (var i = 0; i < shape.Records; i++)
            {
                if ((i & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
                Array.Clear(record);
                write(i, record);
                table.Write(i, record);
            }

            var seed = random.Bytes(IndexParameters.SeedSize);
            return new(shape, seed, table, new PublicMatrix(seed).Hint(table, shape, parallelism, cancellation), parallelism);
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Changes records; queries of the version before go on and are answered by it.</summary>
    /// <param name="records">Index and new bytes, each index once. What is as before is left out.</param>
    /// <param name="cancellation">Ends the work before anything has changed.</param>
    /// <returns>The new version; the old one if nothing changed.</returns>
    /// <remarks>1152 multiplications a changed byte, a copy of the hint, and the rows of the public matrix for columns in which something changed.</remarks>
    public Digest Update(IReadOnlyCollection<(int Record, ReadOnlyMemory<byte> Bytes)> records, CancellationToken cancellation = default)
    {
        lock (_updating)
        {
            if (Prepare(records, cancellation) is { } prepared) Commit(prepared);
            return _now.Version;
        }
    }

    /// <summary>The work of an update, done while queries go on; null where nothing changes. One after the other, each committed before the next.</summary>
    internal PreparedUpdate? Prepare(IReadOnlyCollection<(int Record, ReadOnlyMemory<byte> Bytes)> records, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> before = _table.Read([.. records.Select(record => record.Record)]);
        var changes = records
            .Select((record, i) => new IndexChange(record.Record, before.Slice(i * Shape.RecordSize, Shape.RecordSize), record.Bytes.ToArray()))
            .Where(change => !change.Old.Span.SequenceEqual(change.New.Span));
        var update = IndexUpdate.Of(_now.Version, Shape, changes);
        if (update.Changes.Count == 0) return null;
        if (!update.Fits(Shape)) throw new ArgumentException("Records of the table, each once and of its size.", nameof(records));
        var hint = (uint[])_now.Hint.Clone();
        new PublicMatrix(_seed).AddChanges(hint, Shape, update.Changes, Parallelism, cancellation);
        return new(update, hint);
    }

    /// <summary>Makes a prepared update the newest version: waits for passes under way, and writes the changed bytes.</summary>
    internal void Commit(PreparedUpdate prepared)
    {
        _gate.EnterWriteLock();
        try
        {
            _table.Write(prepared.Update.Changes);
            Volatile.Write(ref _now, new(prepared.Update.To, prepared.Hint, Kept(_now.History.Add(prepared.Update))));
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    /// <summary>Holds the newest version: until the lease is disposed, queries of it are answered.</summary>
    public IndexLease Lease()
    {
        lock (_leases)
        {
            var now = Volatile.Read(ref _now);
            _leases[now.Version] = _leases.GetValueOrDefault(now.Version) + 1;
            return new(this, now.Version, now.Hint, now.History);
        }
    }

    /// <summary>Frees the table.</summary>
    public void Dispose()
    {
        _table.Dispose();
        _gate.Dispose();
    }

    /// <summary>D·x of a leased version for each vector: the newest table's product, less what has changed since.</summary>
    internal void Answer(Digest version, ReadOnlySpan<uint> vectors, Span<uint> answers)
    {
        _gate.EnterReadLock();
        try
        {
            ByteMatrix.Multiply(_table.Span, Shape.Columns, vectors, answers, Parallelism);
            var since = version == _now.Version ? _now.History.Count : _now.History.FindIndex(update => update.From == version);
            foreach (var update in _now.History.Skip(since)) Undo(update, vectors, answers);
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    internal void Release(Digest version)
    {
        lock (_leases)
        {
            if (--_leases[version] == 0) _leases.Remove(version);
        }
    }

    private void Undo(IndexUpdate update, ReadOnlySpan<uint> vectors, Span<uint> answers)
    {
        var (rows, columns) = (Shape.Rows, Shape.Columns);
        for (var k = 0; k < vectors.Length / columns; k++)
        {
            foreach (var change in update.Changes)
            {
                var (column, row) = Shape.PlaceOf(change.Record);
                var word = vectors[k * columns + column];
                for (var i = 0; i < Shape.RecordSize; i++)
                    unchecked { answers[k * rows + row + i] -= (uint)change.DifferenceAt(i) * word; }
            }
        }
    }

    /// <summary>The updates that stay known: the newest, up to 64 and an eighth of the table, and all that came after a version that is held.</summary>
    private ImmutableList<IndexUpdate> Kept(ImmutableList<IndexUpdate> history)
    {
        lock (_leases)
        {
            while (history.Count > 1 && (history.Count > LargestHistory
                || history.Sum(update => (long)update.Changes.Count) * Shape.RecordSize * 8 > Shape.TableBytes))
            {
                if (_leases.ContainsKey(history[0].From)) break;
                history = history.RemoveAt(0);
            }

            return history;
        }
    }

    /// <summary>An update with the hint after it.</summary>
    internal sealed record PreparedUpdate(IndexUpdate Update, uint[] Hint);

    private sealed record Snapshot(Digest Version, uint[] Hint, ImmutableList<IndexUpdate> History);
}
