using System.Security.Cryptography;
using System.Text;
using Collab.Data.Snapshot;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Snapshot;

public sealed class SnapshotHashTests
{
    private static readonly ColumnSchema[] Columns = [Text("name"), Decimal("weight", 2)];
    private const string Table = "name,weight\nAnn,60.5\n,\n\"\",-1\n李,0\n";

    [Fact]
    public async Task The_bytes_are_those_of_the_spec()
    {
        // protocols/specs/dataset-snapshot.md, written by hand
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        void Text(string text)
        {
            writer.Write((uint)Encoding.UTF8.GetByteCount(text));
            writer.Write(Encoding.UTF8.GetBytes(text));
        }

        Text("collab.dataset-snapshot.v1");
        writer.Write(Enumerable.Repeat((byte)7, 32).ToArray());
        writer.Write(2u);
        Text("name");
        writer.Write([1, 0]);
        Text("weight");
        writer.Write([3, 2]);

        writer.Write([1, 1]);
        Text("Ann");
        writer.Write((byte)1);
        writer.Write(6050L);
        writer.Write([1, 0, 0]);
        writer.Write([1, 1, 0, 0, 0, 0, 1]);
        writer.Write(-100L);
        writer.Write([1, 1]);
        Text("李");
        writer.Write((byte)1);
        writer.Write(0L);

        writer.Write((byte)0);
        writer.Write(4UL);

        var commitment = await CommitAsync(FromCsv(Table, Columns), 7);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())), commitment.Value.ToString());
        Assert.Equal(4, commitment.RowCount);
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "a cell", Table.Replace("60.5", "60.51", StringComparison.Ordinal) },
        { "a sign", Table.Replace("-1", "1", StringComparison.Ordinal) },
        { "missing to empty", Table.Replace("\n,\n", "\n\"\",\n", StringComparison.Ordinal) },
        { "empty to missing", Table.Replace("\"\",-1", ",-1", StringComparison.Ordinal) },
        { "missing to zero", Table.Replace("\n,\n", "\n,0\n", StringComparison.Ordinal) },
        { "zero to missing", Table.Replace("李,0", "李,", StringComparison.Ordinal) },
        { "swapped rows", "name,weight\n,\nAnn,60.5\n\"\",-1\n李,0\n" },
        { "a row less", "name,weight\nAnn,60.5\n,\n\"\",-1\n" },
        { "a row more", Table + ",\n" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task Any_change_of_the_rows_changes_the_commitment(string change, string table)
    {
        Assert.NotEqual(Table, table);
        Assert.False((await CommitAsync(FromCsv(Table, Columns))).Value == (await CommitAsync(FromCsv(table, Columns))).Value, change);
    }

    [Fact]
    public async Task Name_type_scale_and_order_of_columns_and_the_salt_change_the_commitment()
    {
        const string table = "a,b\n1,1\n";
        SnapshotCommitment[] commitments =
        [
            await CommitAsync(FromCsv(table, Integer("a"), Integer("b"))),
            await CommitAsync(FromCsv(table, Integer("a"), Integer("b")), salt: 1),
            await CommitAsync(FromCsv(table, Integer("b"), Integer("a"))),
            await CommitAsync(FromCsv("A,b\n1,1\n", Integer("A"), Integer("b"))),
            await CommitAsync(FromCsv(table, Text("a"), Integer("b"))),
            await CommitAsync(FromCsv(table, Decimal("a", 0), Integer("b"))),
            await CommitAsync(FromCsv(table, Decimal("a", 1), Integer("b"))),
            await CommitAsync(FromCsv(table, Integer("a"))),
        ];
        Assert.Equal(commitments.Length, commitments.Select(commitment => commitment.Value).Distinct().Count());
    }

    [Fact]
    public async Task How_rows_are_cut_into_batches_does_not_matter()
    {
        var random = new Random(11);
        var values = Enumerable.Range(0, 5_000).Select(i => i % 7 == 0 ? null : new string((char)('a' + i % 26), i % 50)).ToArray();
        values[17] = new string('y', 100_000); // longer than the buffer of the hash
        var whole = Commit([Batch(1, values)]);
        for (var round = 0; round < 20; round++)
        {
            var batches = new List<ColumnBatch>();
            for (var start = 0; start < values.Length;)
            {
                var size = Math.Min(random.Next(0, 900), values.Length - start);
                batches.Add(Batch(start + 1, values[start..(start + size)]));
                start += size;
            }

            Assert.Equal(whole, Commit(batches));
        }
    }

    [Fact]
    public async Task Batches_pass_through_unchanged_and_the_commitment_stands_at_the_end()
    {
        var source = FromCsv(Table, Columns);
        using var salt = Salt(0);
        using var hash = new SnapshotHash(Columns, salt);
        var rows = new List<string?[]>();
        await foreach (var batch in hash.Observe(source.ReadAsync(["name", "weight"]))) rows.AddRange(Cells(batch));
        AssertCells(await CellsAsync(source), rows);
        Assert.Equal((await CommitAsync(source)).Value, hash.Finish().Value);
    }

    [Fact]
    public void Other_columns_and_a_second_end_are_refused()
    {
        using var salt = Salt(0);
        using var hash = new SnapshotHash([Text("b")], salt);
        Assert.Throws<ArgumentException>(() => hash.Append(Batch(1, ["x"])));
        hash.Finish();
        Assert.Throws<ObjectDisposedException>(() => hash.Finish());
        using var shortSalt = SecretBytes.Random(31, RandomSource.Seeded(1));
        Assert.Throws<ArgumentException>(() => new SnapshotHash([Text("a")], shortSalt));
    }

    private static async Task<SnapshotCommitment> CommitAsync(IDataSource source, byte salt = 0)
    {
        using var secret = Salt(salt);
        using var hash = new SnapshotHash(source.Schema.Columns, secret);
        await foreach (var _ in hash.Observe(source.ReadAsync([.. source.Schema.Columns.Select(column => column.Name)]))) { }
        return hash.Finish();
    }

    private static Digest Commit(IEnumerable<ColumnBatch> batches)
    {
        using var salt = Salt(0);
        using var hash = new SnapshotHash([Text("a")], salt);
        foreach (var batch in batches) hash.Append(batch);
        return hash.Finish().Value;
    }

    private static ColumnBatch Batch(long firstRow, string?[] values) => new(firstRow, values.Length, [new TextColumn(Text("a"), values)]);

    private static SecretBytes Salt(byte value) => SecretBytes.Take([.. Enumerable.Repeat(value, SnapshotHash.SaltSize)]);
}
