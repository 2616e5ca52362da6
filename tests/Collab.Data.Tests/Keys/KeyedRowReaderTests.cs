using System.Text;
using Collab.Data.Keys;
using Collab.Jobs;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Keys;

public sealed class KeyedRowReaderTests
{
    private const string People = "id,name,born\n1,Ann,1990\n,Bo,1991\n3,,1992\n1,Cy,1993\n5,Bo,1991\n,,\n";

    [Fact]
    public async Task Alternative_keys_are_told_apart_by_a_number_in_front()
    {
        var rows = await ReadAsync(People, KeyRule.Default, ["id"], ["name", "born"]);
        Assert.Equal(
            ["1|1", "2|ann|1990", "2|bo|1991", "1|3", "2|cy|1993", "1|5"],
            rows.Keys.Select(key => $"{key.Span[0]}|{string.Join('|', Parts(key.Span[1..]))}"));
        Assert.Equal([3, 3], rows.CountOf);
        Assert.Equal((6L, 1L, 2L), (rows.RowCount, rows.Keys.BlankCount, rows.Keys.DuplicateCount));
    }

    [Fact]
    public async Task One_key_has_no_number_in_front()
    {
        var rows = await ReadAsync(People, KeyRule.Default, ["id"]);
        Assert.Equal(["1", "3", "5"], rows.Keys.Select(key => Assert.Single(Parts(key.Span))));
    }

    [Fact]
    public async Task A_repeated_key_stands_for_its_first_row_or_for_all()
    {
        var first = await ReadAsync(People, KeyRule.Default, ["id"], ["name", "born"]);
        var all = await ReadAsync(People, KeyRule.Default with { Duplicate = DuplicateKeys.All }, ["id"], ["name", "born"]);
        Assert.Equal(["1:FF", "2:-F", "3:F-", "4:FF", "5:FF"], first.Outcome(_ => false).Select(Show));
        Assert.Equal(["1:TT", "2:-T", "3:T-", "4:FT", "5:TF"], first.Outcome(_ => true).Select(Show));
        Assert.Equal(["1:TT", "2:-T", "3:T-", "4:TT", "5:TT"], all.Outcome(_ => true).Select(Show));
        Assert.Equal(["1:TF", "2:-F", "3:F-", "4:TF", "5:FF"], all.Outcome(key => key == 0).Select(Show)); // the key of id 1
    }

    [Fact]
    public async Task A_single_key_for_all_of_its_rows_tells_each()
    {
        var rows = await ReadAsync("id\na\nb\nA\n\nb\n", KeyRule.Default with { Duplicate = DuplicateKeys.All }, ["id"]);
        Assert.Equal(["1:T", "2:F", "3:T", "5:F"], rows.Outcome(key => key == 0).Select(Show)); // row 4 is blank
        Assert.Equal(2, rows.Keys.Count);
    }

    [Fact]
    public async Task Every_new_key_is_told_of_with_its_row()
    {
        var found = new List<string>();
        await KeyedRowReader.ReadAsync(
            FromCsv(People, Text("id"), Text("name"), Text("born")).ReadAsync(["id", "name", "born"]), [["id"], ["name"]], KeyRule.Default,
            (batch, row, key) => found.Add($"{key}:{batch.FirstRow + row}:{((TextColumn)batch.Columns[2]).Values[row]}"));
        Assert.Equal(["0:1:1990", "1:1:1990", "2:2:1991", "3:3:1992", "4:4:1993", "5:5:1991"], found);
    }

    [Theory]
    [InlineData("id,name\n1,a\n1,b\n", "data.key-duplicate", 2)]
    [InlineData("id,name\n1,a\n2,A\n", "data.key-duplicate", 2)]
    [InlineData("id,name\n1,\n,a\n,\n", "data.key-blank", 3)]
    public async Task A_strict_rule_takes_every_alternative_for_repetition_and_all_of_them_for_blanks(string content, string code, int row)
    {
        var rule = KeyRule.Default with { Blank = KeyProblem.Fail, Duplicate = DuplicateKeys.Refuse };
        var failure = await Assert.ThrowsAsync<SourceException>(() => KeyedRowReader.ReadAsync(
            FromCsv(content, Text("id"), Text("name")).ReadAsync(["id", "name"]), [["id"], ["name"]], rule));
        Assert.Equal((code, (long?)row), (failure.Code.Name, failure.Problem.Row));
    }

    private static Task<KeyedRows> ReadAsync(string content, KeyRule rule, params string[][] keys)
    {
        var columns = content[..content.IndexOf('\n', StringComparison.Ordinal)].Split(',');
        return KeyedRowReader.ReadAsync(FromCsv(content, [.. columns.Select(Text)]).ReadAsync(columns), keys, rule);
    }

    private static string Show(KeyedRow row) =>
        $"{row.Row}:{string.Concat(row.Keys.Zip(row.Matched, (key, matched) => key < 0 ? '-' : matched ? 'T' : 'F'))}";

    private static List<string> Parts(ReadOnlySpan<byte> key)
    {
        var parts = new List<string>();
        while (!key.IsEmpty)
        {
            var size = BitConverter.ToInt32(key);
            parts.Add(Encoding.UTF8.GetString(key.Slice(4, size)));
            key = key[(4 + size)..];
        }

        return parts;
    }
}
