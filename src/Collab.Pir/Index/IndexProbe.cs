using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>One query of a table by its own server, without messages: to see that the table answers rightly, and how fast.</summary>
public sealed class IndexProbe : IDisposable
{
    private readonly IndexLease _lease;
    private readonly IndexQueries _queries;
    private readonly uint[] _answer;

    private IndexProbe(IndexLease lease, IndexQueries queries, int record)
    {
        (_lease, _queries, Record) = (lease, queries, record);
        _answer = new uint[lease.Shape.Rows];
    }

    /// <summary>Which record is asked.</summary>
    public int Record { get; }

    /// <summary>Draws a query for a record of the newest version.</summary>
    /// <remarks>As a client does, with the table's own hint.</remarks>
    public static IndexProbe Create(IndexDatabase database, int record, RandomSource random)
    {
        var lease = database.Lease();
        var hint = IndexHint.Take(lease.Shape, lease.Seed.ToArray(), lease.Words, lease.Version);
        return new(lease, IndexQueries.Create(hint, [lease.Shape.PlaceOf(record).Column], random, CancellationToken.None), record);
    }

    /// <summary>The server's pass over the table.</summary>
    public void Answer() => _lease.Answer(_queries.Vectors.Span, _answer);

    /// <summary>The record, from the answer.</summary>
    public byte[] Read()
    {
        var record = new byte[_lease.Shape.RecordSize];
        _queries.Decode(0, _answer, _lease.Shape.PlaceOf(Record).FirstRow, record);
        return record;
    }

    /// <summary>Zeroes the query's secret.</summary>
    public void Dispose()
    {
        _queries.Dispose();
        _lease.Dispose();
    }
}
