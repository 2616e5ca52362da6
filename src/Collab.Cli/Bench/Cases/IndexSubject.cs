using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Cli.Bench.Cases;

/// <summary>A table for index retrieval with what a server does to it alone, each checked by one record that a client reads.</summary>
internal sealed class IndexSubject : IDisposable
{
    private readonly int _threads;
    private IndexDatabase _database;
    private IndexProbe? _probe;
    private int _run;

    public IndexSubject(int records, int size, int threads)
    {
        (Shape, _threads) = (IndexShape.For(records, size), threads);
        _database = Made();
    }

    public IndexShape Shape { get; }

    /// <summary>One record in a hundred.</summary>
    public static int Changed(int records) => (records + 99) / 100;

    /// <summary>Makes a client's query ready.</summary>
    public void Ready(int run)
    {
        _run = run;
        _probe?.Dispose();
        _probe = IndexProbe.Create(_database, (int)(RandomSource.System.NextUInt64() % (ulong)Shape.Records), RandomSource.System);
    }

    public void Scan() => _probe!.Answer();

    public void Prepare()
    {
        _probe!.Dispose();
        _database.Dispose();
        _database = Made();
    }

    public void Update() => _database.Update(
        [.. Enumerable.Range(0, Changed(Shape.Records)).Select(i => (i * 100, (ReadOnlyMemory<byte>)GeneratedRecords.Of(i + _run + 1, Shape.RecordSize)))]);

    /// <summary>Whether a record is read rightly now, by the hint that the table has.</summary>
    public bool Check()
    {
        Ready(_run);
        _probe!.Answer();
        var changed = _probe.Record % 100 == 0 && _database.Version != _first;
        var expected = GeneratedRecords.Of(changed ? _probe.Record / 100 + _run + 1 : _probe.Record, Shape.RecordSize);
        return _probe.Read().AsSpan().SequenceEqual(expected);
    }

    public void Dispose()
    {
        _probe?.Dispose();
        _database.Dispose();
    }

    private Digest _first;

    private IndexDatabase Made()
    {
        var database = IndexDatabase.Create(Shape, GeneratedRecords.Write, RandomSource.System, _threads);
        _first = database.Version;
        return database;
    }
}
