using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Results;

namespace Collab.Engine;

/// <summary>What a receiver gets. The commitment covers the canonical encoding.</summary>
public abstract record JobResult
{
    private const byte KindIntersection = 1;
    private const byte KindStatistics = 2;

    /// <summary>The keys of the receiver that the other owner has too, in the receiver's order.</summary>
    /// <param name="Columns">The key columns.</param>
    /// <param name="Matches">In the order of the receiver's rows.</param>
    public sealed record Intersection(IReadOnlyList<string> Columns, IReadOnlyList<Match> Matches) : JobResult;

    /// <summary>Joint statistics.</summary>
    /// <param name="Table">By level and measure.</param>
    public sealed record Statistics(StatisticsResult Table) : JobResult;

    /// <summary>The canonical encoding: a byte for the kind, then the result.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        switch (this)
        {
            case Intersection result:
                writer.Byte(KindIntersection)
                    .List(result.Columns, (w, c) => w.Text(c))
                    .List(result.Matches, (w, m) => w.Int64(m.Row).List(m.Key, (k, part) => k.Text(part)));
                break;
            case Statistics result:
                writer.Byte(KindStatistics).Bytes(result.Table.Encode());
                break;
        }

        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a result.</exception>
    public static JobResult Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        JobResult result = reader.Byte() switch
        {
            KindIntersection => new Intersection(
                reader.List((ref r) => r.Text()),
                reader.List((ref r) => new Match(r.Int64(), r.List((ref k) => k.Text())))),
            KindStatistics => new Statistics(StatisticsResult.Decode(reader.Bytes())),
            _ => throw new MalformedException("a known kind of result"),
        };
        reader.End();
        return result;
    }
}

/// <summary>A key of the receiver that the other owner has too.</summary>
/// <param name="Row">The row of the receiver's own dataset in which it first stands, from 1.</param>
/// <param name="Key">Its parts, as they were compared.</param>
public sealed record Match(long Row, IReadOnlyList<string> Key);
