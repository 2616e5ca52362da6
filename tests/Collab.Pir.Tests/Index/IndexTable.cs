using Collab.Pir.Index;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Pir.Tests.Index;

/// <summary>A table of random records and the plain copy to compare with.</summary>
internal sealed class IndexTable : IDisposable
{
    public IndexTable(int records, int recordSize, int columns, int seed = 1, int parallelism = 1)
    {
        var random = new Random(seed);
        Plain = [.. Enumerable.Range(0, records).Select(_ => { var bytes = new byte[recordSize]; random.NextBytes(bytes); return bytes; })];
        Database = IndexDatabase.Create(
            new(records, recordSize, columns), (i, to) => Plain[i].CopyTo(to), RandomSource.Seeded(seed), parallelism);
    }

    public byte[][] Plain { get; }

    public IndexDatabase Database { get; }

    /// <summary>New bytes for some records; neither copy is changed.</summary>
    public (int Record, ReadOnlyMemory<byte> Bytes)[] Draw(IEnumerable<int> records, int seed)
    {
        var random = new Random(seed);
        return [.. records.Select(record =>
        {
            var bytes = new byte[Plain[record].Length];
            random.NextBytes(bytes);
            return (record, (ReadOnlyMemory<byte>)bytes);
        })];
    }

    public void Dispose() => Database.Dispose();
}
