using Collab.Console.Pages.Audit;

namespace Collab.Console.Tests.Audit;

/// <summary>The verifier's sentences in Chinese keep what is particular of them; the sentences are copied from the verifiers and trails.</summary>
public class EvidenceWordsTests
{
    [Theory]
    [InlineData("the file is whole: 6 parts as they were sealed", "6")]
    [InlineData("the parties' keys are those of your trust file", "")]
    [InlineData("41 entries are signed by their authors", "41")]
    [InlineData("3 logs are final, witnessed by 1 other parties each, and grew without a change", "3 1")]
    [InlineData("3 logs are final, witnessed by 2 other parties each, and nothing in their windows is missing or changed", "3 2")]
    [InlineData("2 owners granted exactly this plan before the run was opened", "2")]
    [InlineData("every owner spent a use of its grant after the run was opened and before anyone committed", "")]
    [InlineData("both sides of every conversation say the same, message by message", "")]
    [InlineData("exactly the receivers of the plan hold a result", "")]
    [InlineData("4 jobs with 5 runs: each was proposed, granted, opened, spent and committed to in that order, as far as it went", "4 5")]
    [InlineData("whether anyone's input was true: nothing can show that", "")]
    [InlineData("the result itself: give --result and --opening if you may see it", "")]
    [InlineData("an answer of al: neither a grant nor a refusal", "al")]
    [InlineData("1 of the 2 endorsements by ethics, supervisor", "1 2 ethics")]
    [InlineData("the receipt of bo for run 0123456789ab: what it read and sent, and whether it holds a result", "bo 0123456789ab")]
    public void A_sentence_has_its_Chinese_with_the_same_names_and_numbers(string english, string kept)
    {
        var text = EvidenceWords.Of(english);
        Assert.Equal(english, text.En);
        Assert.Contains(text.Zh, c => c is >= '\u4e00' and <= '\u9fff');
        Assert.All(kept.Split(' ', StringSplitOptions.RemoveEmptyEntries), part => Assert.Contains(part, text.Zh, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sentence_that_is_not_known_stays_as_it_is() => Assert.Equal("something new", EvidenceWords.Of("something new").Zh);

    [Fact]
    public void Every_kind_that_a_filter_offers_has_words_in_both_languages() =>
        Assert.All(EvidenceWords.Kinds, kind => Assert.NotEqual(kind, EvidenceWords.Kind(kind).Zh));
}
