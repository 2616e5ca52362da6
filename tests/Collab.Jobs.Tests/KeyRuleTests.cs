using Collab.Primitives;

namespace Collab.Jobs.Tests;

public sealed class KeyRuleTests
{
    private static readonly KeyRule Plain = new(false, false, KeyCase.Keep, KeyProblem.Skip, DuplicateKeys.First);

    [Theory]
    [InlineData("１２３", "123")] // full-width digits
    [InlineData("ＡＢ", "ab")]
    [InlineData("oﬃce", "office")] // a ligature
    [InlineData("  p 1 \t", "p 1")] // inner spaces stay
    [InlineData("　p1 ", "p1")] // ideographic and no-break space
    [InlineData("ÉCOLE", "école")]
    [InlineData("e\u0301cole", "école")] // composed
    [InlineData("ΣΑΣ", "σασ")] // letter by letter: no rule for the end of a word
    [InlineData("İ", "İ")] // what one letter cannot say, the invariant rules leave
    [InlineData("王五", "王五")]
    [InlineData("", "")]
    public void The_default_rule_makes_equal_what_people_read_as_equal(string written, string compared) =>
        Assert.Equal(compared, KeyRule.Default.Normalize(written));

    [Theory]
    [InlineData(" Ｐ１ ")]
    [InlineData("ﬁ")]
    public void Without_any_rule_a_key_stays_as_it_is(string key) => Assert.Equal(key, Plain.Normalize(key));

    [Fact]
    public void Each_rule_does_its_part_alone()
    {
        Assert.Equal("Ａ", (Plain with { Trim = true }).Normalize(" Ａ "));
        Assert.Equal(" A ", (Plain with { CompatibilityForm = true }).Normalize(" Ａ "));
        Assert.Equal(" ａ ", (Plain with { Case = KeyCase.Lower }).Normalize(" Ａ "));
    }

    [Fact]
    public void Normalizing_twice_changes_nothing_more()
    {
        foreach (var key in new[] { "１２", " ﬃ ", "İ", "ΑΣ ", "e\u0301", "K", "ſ", "ẞ" })
            Assert.Equal(KeyRule.Default.Normalize(key), KeyRule.Default.Normalize(KeyRule.Default.Normalize(key)));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_key() => Assert.Throws<ArgumentException>(() => KeyRule.Default.Normalize("\ud800"));

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 3)]
    [InlineData(3, 0)]
    [InlineData(4, 4)]
    [InlineData(0, 2)]
    public void An_unknown_rule_is_refused(int at, byte value)
    {
        var writer = new CanonicalWriter();
        KeyRule.Encode(writer, KeyRule.Default);
        var bytes = writer.ToArray();
        bytes[at] = value;
        Assert.Throws<MalformedException>(() =>
        {
            var reader = new CanonicalReader(bytes);
            KeyRule.Decode(ref reader);
        });
    }
}
