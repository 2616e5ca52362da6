using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>The questions of attestations and deliveries, and the exact amount.</summary>
public class DeliverEncodingTests
{
    private static readonly PartyId Bo = PartyId.Parse("bo");
    private static readonly AmountRule Amount = new("charge", 2, 8, 1, 500_00, 20_000_00);

    private static readonly DeliverQuestion Full = new(
        KeyRule.Default, Bo, ["item", "charge"], FilterText.Parse("icd = 'J18' and charge < 100000"), Amount, 16, 1024, TimeSpan.FromDays(30));

    public static TheoryData<Question> Questions { get; } =
    [
        new AttestQuestion(["id", "name"], TimeSpan.FromDays(365)), Full, Full with { Amount = Amount with { Cap = null } }, Full with { Rule = null }, Full with { Disclose = [], Amount = null },
    ];

    [Theory, MemberData(nameof(Questions))]
    public void What_is_written_reads_back_and_every_cut_is_refused(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        var bytes = writer.ToArray();
        var reader = new CanonicalReader(bytes);
        var again = new CanonicalWriter();
        QuestionEncoding.Encode(again, QuestionEncoding.Decode(ref reader));
        reader.End();
        Assert.Equal(bytes, again.ToArray());
        for (var size = 0; size < bytes.Length; size++)
        {
            Assert.Throws<MalformedException>(() =>
            {
                var cut = new CanonicalReader(bytes.AsSpan(0, size));
                QuestionEncoding.Decode(ref cut);
            });
        }
    }

    public static TheoryData<Question> Unsound { get; } =
    [
        new AttestQuestion([], TimeSpan.FromDays(1)), new AttestQuestion(["a", "a"], TimeSpan.FromDays(1)), new AttestQuestion(["a"], TimeSpan.Zero),
        Full with { Records = 0 }, Full with { Records = DeliverQuestion.MostRecords + 1 }, Full with { RecordSize = 511 }, Full with { Disclose = ["a", "a"] },
        Full with { Disclose = [], Rule = null, Amount = null }, Full with { Amount = Amount with { Share = 11 } }, Full with { Amount = Amount with { Share = 0 } },
        Full with { Amount = Amount with { Deductible = -1 } }, Full with { Amount = Amount with { Cap = -1 } }, Full with { Amount = Amount with { ShareScale = 7 } },
    ];

    [Theory, MemberData(nameof(Unsound))]
    public void What_is_unsound_does_not_read_back(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        Assert.Throws<MalformedException>(() =>
        {
            var reader = new CanonicalReader(writer.Written);
            QuestionEncoding.Decode(ref reader);
        });
    }

    [Theory]
    [InlineData(400_00, 0)]
    [InlineData(500_00, 0)]
    [InlineData(500_01, 8)]
    [InlineData(1_234_56, 587_648)]
    [InlineData(25_500_00, 20_000_000)]
    [InlineData(99_999_999_00, 20_000_000)]
    [InlineData(-5, 0)]
    [InlineData(long.MinValue, 0)]
    public void An_amount_is_exact(long value, long amount) => Assert.Equal(amount, Amount.Of(value));

    [Fact]
    public void An_amount_that_does_not_fit_is_none() => Assert.Null(new AmountRule("x", 0, 1_000_000, 6, 0, null).Of(long.MaxValue));
}
