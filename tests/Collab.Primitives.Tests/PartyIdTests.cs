using FsCheck;
using FsCheck.Fluent;

namespace Collab.Primitives.Tests;

public class PartyIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("hospital-a")]
    [InlineData("h2")]
    [InlineData("a--b")]
    public void A_label_in_lower_case_is_a_name(string name) => Assert.Equal(name, PartyId.Parse(name).Name);

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("1a")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("a ")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("а")] // Cyrillic
    public void Anything_else_is_not(string name)
    {
        Assert.Null(PartyId.TryParse(name));
        Assert.Throws<FormatException>(() => PartyId.Parse(name));
    }

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.NotNull(PartyId.TryParse(new string('a', 63)));
        Assert.Null(PartyId.TryParse(new string('a', 64)));
        Assert.Null(PartyId.TryParse(null));
    }

    [Fact]
    public void Any_text_is_either_refused_or_kept_as_it_is() => Prop.ForAll<string>(text =>
        PartyId.TryParse(text) is not { } party || (party.Name == text && party == PartyId.Parse(text))).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_is_by_bytes() =>
        Assert.Equal(["a", "a-b", "a1", "ab", "b"], new[] { "b", "ab", "a1", "a-b", "a" }.Select(PartyId.Parse).Order().Select(p => p.Name));
}
