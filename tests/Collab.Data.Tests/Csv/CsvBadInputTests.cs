using System.Text;
using Collab.Data.Csv;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Csv;

public sealed class CsvBadInputTests
{
    [Theory]
    [InlineData("a,b\n1,2\n3\n", "data.row-ragged", 2, null)]
    [InlineData("a,b\n1,2\n3,4,5\n", "data.row-ragged", 2, null)]
    [InlineData("a,b\n1,2\n\n3,4\n", "data.row-ragged", 2, null)]
    [InlineData("a,b\n1,2\n3,\"4\n5,6\n", "data.quote-unclosed", 2, "b")]
    [InlineData("a,b\n1,2\n\"", "data.quote-unclosed", 2, "a")]
    [InlineData("a,b\n1,2\n3,4\"5\n", "data.quote-misplaced", 2, "b")]
    [InlineData("a,b\n1,2\n\"3\"4,5\n", "data.quote-misplaced", 2, "a")]
    [InlineData("a,b\n1,2\n3,4\0\n", "data.nul", 2, "b")]
    [InlineData("", "data.header-missing", 0, null)]
    [InlineData("\n1,2\n", "data.header-missing", 0, null)]
    [InlineData("\uFEFF", "data.header-missing", 0, null)]
    [InlineData("a,b,a\n", "data.header-duplicate", 0, null)]
    [InlineData("a, ,b\n", "data.header-blank", 0, null)]
    [InlineData("a,\"b\n1,2\n", "data.quote-unclosed", 0, "2")]
    public async Task Each_breach_is_told_with_its_row_and_column(string content, string code, int row, string? column) =>
        await AssertFailsAsync(FromCsv(content, Text("a"), Text("b")), code, row, column);

    public static TheoryData<string?, byte[]> Undecodable => new()
    {
        { null, [.. "a,b\n1,2\n3,"u8, 0xC3, 0x28, (byte)'\n'] }, // UTF-8: a second byte is missing
        { null, [.. "a,b\n1,2\n3,"u8, 0xED, 0xA0, 0x80, (byte)'\n'] }, // UTF-8: half a surrogate pair
        { null, [.. "a,b\n1,2\n3,"u8, 0xC0, 0xAF, (byte)'\n'] }, // UTF-8: longer than needed
        { "gb18030", [.. "a,b\n1,2\n3,"u8, 0x81, 0x20, (byte)'\n'] },
        { "gbk", [.. "a,b\n1,2\n3,"u8, 0x81, 0x20, (byte)'\n'] },
        { null, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n1,2\n3,"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("\n")] },
    };

    [Theory, MemberData(nameof(Undecodable))]
    public async Task Bytes_that_are_no_text_are_told_with_row_and_column(string? encoding, byte[] content) =>
        await AssertFailsAsync(FromCsv(content, Location(encoding), Text("a"), Text("b")), "data.encoding", 2, "b");

    [Fact]
    public async Task Gbk_read_as_utf_8_is_refused() =>
        await AssertFailsAsync(
            FromCsv([.. "a\n"u8, .. CodePagesEncodingProvider.Instance.GetEncoding("gbk")!.GetBytes("李雷")], Location(), Text("a")), "data.encoding", 1, "a");

    [Fact]
    public async Task Utf_16_without_its_mark_is_refused()
    {
        var bytes = Encoding.Unicode.GetBytes("a\n1\n");
        await AssertFailsAsync(FromCsv(bytes, Location("utf-16"), Text("a")), "data.encoding", null, null);
        Assert.Equal("data.nul", (await FailureAsync(FromCsv(bytes, Location(), Text("a")))).Code.Name);
    }

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 })]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4 })]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD })]
    public async Task A_compressed_file_is_refused_before_it_is_unpacked(byte[] start) =>
        await AssertFailsAsync(FromCsv(start, Location(), Text("a")), "data.file-compressed", null, null);

    [Fact]
    public async Task A_file_that_is_not_there_is_told_without_its_path()
    {
        var reader = new CsvReader(CsvLocation.Create(new CsvLocationLiteral { Path = "no/such/file.csv" }), new([Text("a")]));
        await AssertFailsAsync(reader, "data.file-unreadable", null, null);
    }

    [Fact]
    public async Task A_folder_is_refused()
    {
        var reader = new CsvReader(CsvLocation.Create(new CsvLocationLiteral { Path = Path.GetTempPath() }), new([Text("a")]));
        await AssertFailsAsync(reader, "data.file-unreadable", null, null);
    }

    [Theory]
    [InlineData("secret-4711,57\n2,3\n")]
    [InlineData("secret-4711,secret-4711\n2,3\n")]
    public async Task A_file_without_a_header_does_not_tell_its_first_row(string content) =>
        Assert.DoesNotContain("4711", (await FailureAsync(FromCsv(content, Text("name"), Integer("age")))).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_hundred_thousand_columns_are_refused()
    {
        var header = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"column{i}")) + "\n";
        await AssertFailsAsync(FromCsv(header, Text("column1")), "data.columns-too-many", 0, null);
    }

    [Fact]
    public async Task As_many_columns_as_allowed_are_read()
    {
        var names = Enumerable.Range(0, CsvLimits.Default.ColumnCount).Select(i => $"c{i}").ToArray();
        var content = string.Join(',', names) + "\n" + string.Join(',', names.Select((_, i) => i)) + "\n";
        var cells = await CellsAsync(FromCsv(content, [.. names.Select(Integer)]));
        Assert.Equal(Enumerable.Range(0, names.Length).Select(i => (string?)$"{i}"), cells[0]);
    }

    [Fact]
    public async Task A_field_may_be_as_long_as_the_limit_and_no_longer()
    {
        var limits = new CsvLimits(FieldSize: 10, RowSize: 100, ColumnCount: 5);
        AssertCells([["0123456789"]], await CellsAsync(FromCsv("a\n0123456789\n"u8.ToArray(), Location(limits: limits), Text("a"))));
        await AssertFailsAsync(FromCsv("a,b\n1,2\n3,0123456789X\n"u8.ToArray(), Location(limits: limits), Text("a")), "data.field-too-long", 2, "b");
        var row = "a,b\n1,2\n" + new string('x', 101) + ",4\n5,6\n";
        await AssertFailsAsync(FromCsv(Encoding.UTF8.GetBytes(row), Location(limits: limits), Text("a")), "data.row-too-long", 2, null);
    }

    [Theory]
    [InlineData("path", "")]
    [InlineData("encoding", "latin-1")]
    [InlineData("delimiter", "::")]
    [InlineData("missing", "N\"A")]
    public void A_wrong_option_is_refused(string option, string value)
    {
        var literal = new CsvLocationLiteral { Path = "x.csv" };
        literal = option switch
        {
            "path" => literal with { Path = value },
            "encoding" => literal with { Encoding = value },
            "delimiter" => literal with { Delimiter = value },
            _ => literal with { Missing = [value] },
        };
        Assert.Equal("data.location-invalid", Assert.Throws<SourceException>(() => CsvLocation.Create(literal)).Code.Name);
    }
}
