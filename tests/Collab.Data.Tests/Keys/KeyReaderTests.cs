using System.Text;
using Collab.Data.Keys;
using Collab.Jobs;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Keys;

public sealed class KeyReaderTests
{
    [Fact]
    public async Task Keys_that_the_rule_makes_equal_are_one_with_the_row_of_the_first()
    {
        var keys = await ReadAsync("k\nAnn\n ann \n\uFF21nn\nbo\n\u00A0\n\"\"\nÄ\nA\u0308\n", KeyRule.Default, "k");
        Assert.Equal(["ann", "bo", "ä"], keys.Select(key => Encoding.UTF8.GetString(key.Span[4..])));
        Assert.Equal([1L, 4L, 7L], Enumerable.Range(0, keys.Count).Select(keys.Row));
        Assert.Equal((2L, 3L), (keys.BlankCount, keys.DuplicateCount));
    }

    [Fact]
    public async Task A_key_is_its_parts_with_their_lengths()
    {
        var keys = await ReadAsync("a,b\nab,c\na,bc\n", KeyRule.Default, "a", "b");
        Assert.Equal([2, 0, 0, 0, (byte)'a', (byte)'b', 1, 0, 0, 0, (byte)'c'], keys[0].ToArray());
        Assert.Equal([1, 0, 0, 0, (byte)'a', 2, 0, 0, 0, (byte)'b', (byte)'c'], keys[1].ToArray());
        Assert.Equal(2, keys.Count);
    }

    [Fact]
    public async Task A_whole_number_is_the_key_its_text_is()
    {
        var asText = await KeyReader.ReadAsync(FromCsv("k\n12\n-7\n", Text("k")), ["k"], KeyRule.Default);
        var asNumber = await KeyReader.ReadAsync(FromCsv("k\n12\n-7\n", Integer("k")), ["k"], KeyRule.Default);
        Assert.Equal(asText.Select(key => Convert.ToHexString(key.Span)), asNumber.Select(key => Convert.ToHexString(key.Span)));
    }

    [Fact]
    public async Task A_decimal_is_no_key() => Assert.Equal(
        "data.key-type",
        (await Assert.ThrowsAsync<SourceException>(() => KeyReader.ReadAsync(FromCsv("k\n1.5\n", Decimal("k", 1)), ["k"], KeyRule.Default))).Code.Name);

    [Theory]
    [InlineData("a,b\nx,1\n,2\n", "data.key-blank", 2)]
    [InlineData("a,b\nx,1\ny,\n", "data.key-blank", 2)]
    [InlineData("a,b\nx,1\ny,1\nX,1\n", "data.key-duplicate", 3)]
    public async Task A_strict_rule_fails_with_the_row_and_without_the_key(string content, string code, int row)
    {
        var rule = KeyRule.Default with { Blank = KeyProblem.Fail, Duplicate = DuplicateKeys.Refuse };
        var failure = await Assert.ThrowsAsync<SourceException>(() => ReadAsync(content, rule, "a", "b"));
        Assert.Equal((code, (long?)row), (failure.Code.Name, failure.Problem.Row));
    }

    [Fact]
    public async Task Rules_that_keep_differences_keep_them()
    {
        var rule = KeyRule.Default with { Trim = false, CompatibilityForm = false, Case = KeyCase.Keep };
        Assert.Equal(5, (await ReadAsync("k\nann\nAnn\n ann\n\uFF41nn\nann \n", rule, "k")).Count);
    }

    [Fact]
    public async Task Many_keys_are_all_found_again_and_no_others()
    {
        var content = new StringBuilder("k\n");
        for (var i = 0; i < 100_000; i++) content.Append("key-").Append(i % 70_000).Append('\n');
        var keys = await ReadAsync(content.ToString(), KeyRule.Default, "k");
        Assert.Equal((70_000, 30_000L), (keys.Count, keys.DuplicateCount));
        for (var i = 0; i < keys.Count; i++)
        {
            Assert.Equal(i, keys.IndexOf(keys[i].Span));
            Assert.Equal($"key-{i}", Encoding.UTF8.GetString(keys[i].Span[4..]));
        }

        Assert.Equal(-1, keys.IndexOf("no key"u8));
    }

    [Fact]
    public async Task A_long_key_is_kept_whole()
    {
        var key = new string('x', 1 << 20);
        var keys = await ReadAsync($"k\na\n{key}\nb\n", KeyRule.Default, "k");
        Assert.Equal([5, 4 + (1 << 20), 5], keys.Select(k => k.Length));
    }

    private static Task<KeyList> ReadAsync(string content, KeyRule rule, params string[] keyColumns) =>
        KeyReader.ReadAsync(FromCsv(content, [.. keyColumns.Select(Text)]), keyColumns, rule);
}
