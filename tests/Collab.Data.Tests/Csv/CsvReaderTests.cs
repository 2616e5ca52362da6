using System.Text;
using Collab.Data.Csv;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Csv;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\n1,x\n2,y\n")]
    [InlineData("a,b\r\n1,x\r\n2,y\r\n")]
    [InlineData("a,b\r1,x\r2,y")]
    [InlineData("a,b\n1,x\r\n2,y")]
    [InlineData("\uFEFFa,b\n1,x\n2,y")]
    [InlineData("\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"")]
    [InlineData("b,unused,a\nx,,1\ny,\"\"\"\",2\n")]
    [InlineData("a;b\n1;x\n2;y\n")]
    [InlineData("a\tb\n1\tx\n2\ty\n")]
    [InlineData("a|b\n 1 |x\n2|y\n")]
    [InlineData("\"a\";\"b\"\n1;x\n2;y\n")]
    public async Task One_table_in_many_spellings(string content) =>
        AssertCells([["1", "x"], ["2", "y"]], await CellsAsync(FromCsv(content, Integer("a"), Text("b"))));

    [Fact]
    public async Task Quotes_hold_delimiters_quotes_and_line_ends() =>
        AssertCells(
            [["1,2", "\"", "x\r\ny\n\"z\""], ["", "\"\"", "\n"]],
            await CellsAsync(FromCsv("a,b,c\n\"1,2\",\"\"\"\",\"x\r\ny\n\"\"z\"\"\"\n\"\",\"\"\"\"\"\",\"\n\"", Text("a"), Text("b"), Text("c"))));

    [Fact]
    public async Task An_empty_field_is_missing_and_quotes_make_it_an_empty_text() =>
        AssertCells([[null, null], ["", null], [" ", "1"]], await CellsAsync(FromCsv("a,b\n,\n\"\",\"\"\n ,1\n", Text("a"), Integer("b"))));

    [Fact]
    public async Task A_declared_marker_is_missing_unless_a_text_is_quoted()
    {
        var source = FromCsv("a,b\nNA,NA\n\"NA\",\"NA\"\nna,1\n-,2"u8.ToArray(), Location(missing: ["NA", "-"]), Text("a"), Integer("b"));
        AssertCells([[null, null], ["NA", null], ["na", "1"], [null, "2"]], await CellsAsync(source));
    }

    [Fact]
    public async Task A_single_column_may_have_empty_lines() =>
        AssertCells([["1"], [null], ["3"]], await CellsAsync(FromCsv("a\n1\n\n3\n", Integer("a"))));

    [Fact]
    public async Task A_declared_delimiter_wins_over_the_header() =>
        AssertCells([["1,2", "3"]], await CellsAsync(FromCsv("a,b;c\n1,2;3\n"u8.ToArray(), Location(delimiter: ";"), Text("a,b"), Integer("c"))));

    public static TheoryData<string?, byte[]> Encodings
    {
        get
        {
            const string content = "姓名,年龄\n李雷,12\n龘𠀀€,34\n";
            var gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
            return new TheoryData<string?, byte[]>
            {
                { null, Encoding.UTF8.GetBytes(content) },
                { "utf-8", Encoding.UTF8.GetBytes("\uFEFF" + content) },
                { null, Encoding.Unicode.GetBytes("\uFEFF" + content) },
                { null, Encoding.BigEndianUnicode.GetBytes("\uFEFF" + content) },
                { "utf-16", Encoding.BigEndianUnicode.GetBytes("\uFEFF" + content) },
                { "gb18030", gb18030.GetBytes(content) },
                { "GB18030", gb18030.GetBytes("\uFEFF" + content) },
            };
        }
    }

    [Theory, MemberData(nameof(Encodings))]
    public async Task Every_encoding_gives_the_same_text(string? encoding, byte[] content) =>
        AssertCells([["李雷", "12"], ["龘𠀀€", "34"]], await CellsAsync(FromCsv(content, Location(encoding), Text("姓名"), Integer("年龄"))));

    [Fact]
    public async Task Gbk_is_cut_after_decoding_since_its_second_bytes_may_be_delimiters()
    {
        byte[] content = [.. "a|b\n"u8, 0x81, (byte)'|', (byte)'|', (byte)'1', (byte)'\n'];
        var cells = await CellsAsync(FromCsv(content, Location("gbk"), Text("a"), Integer("b")));
        Assert.Equal("1", cells[0][1]);
        Assert.Equal(1, cells[0][0]!.Length);
    }

    [Fact]
    public async Task Rows_are_found_wherever_a_read_ends()
    {
        const string content = "a,b\r\n1,\"x\"\"\r\ny\"\r\n2,\"\"\r\n3,é";
        for (var size = 1; size <= 8; size++)
        {
            var pieces = size;
            var source = new CsvReader(
                () => new Trickle(Encoding.UTF8.GetBytes(content), pieces), Location(), new([Integer("a"), Text("b")]));
            AssertCells([["1", "x\"\r\ny"], ["2", ""], ["3", "é"]], await CellsAsync(source));
        }
    }

    [Fact]
    public async Task A_wide_batch_has_fewer_rows_and_long_texts_end_it_early()
    {
        var names = Enumerable.Range(0, 1_000).Select(i => $"c{i}").ToArray();
        var wide = new StringBuilder().AppendJoin(',', names).Append('\n');
        for (var i = 0; i < 2_000; i++) wide.AppendJoin(',', names.Select(_ => "1")).Append('\n');
        var sizes = new List<int>();
        await foreach (var batch in FromCsv(wide.ToString(), [.. names.Select(Integer)]).ReadAsync(names)) sizes.Add(batch.RowCount);
        Assert.Equal([1_048, 952], sizes);

        sizes.Clear();
        var tall = "a\n" + string.Concat(Enumerable.Repeat(new string('x', 1 << 20) + "\n", 20));
        await foreach (var batch in FromCsv(tall, Text("a")).ReadAsync(["a"])) sizes.Add(batch.RowCount);
        Assert.Equal([8, 8, 4], sizes);
    }

    [Fact]
    public async Task A_file_is_found_by_its_path_and_read_to_its_end()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "id,value\n1,0.5\n2,0.25\n");
            var location = CsvLocation.Create(new CsvLocationLiteral { Path = path });
            var schema = await SchemaInference.ProposeAsync(await CsvReader.OpenAsTextAsync(location));
            Assert.Equal([Integer("id"), Decimal("value", 2)], schema.Columns);
            AssertCells([["1", "50"], ["2", "25"]], await CellsAsync(new CsvReader(location, schema)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Trickle(byte[] content, int size) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(size, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
