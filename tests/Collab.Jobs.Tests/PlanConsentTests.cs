using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Consent in plans and offers: what does without keeps its bytes, and what is half said is refused.</summary>
public sealed class PlanConsentTests
{
    private static readonly Plan Plain = new Samples(1).Plan();

    private static Plan With(ConsentRule rule, Func<PlanInput, string?> subject) => Plain with
    {
        Consent = rule,
        Inputs = [.. Plain.Inputs.Select(i => i with { Columns = [.. i.Columns, new("person", ColumnType.Text, 0), new("share", ColumnType.Decimal, 2)] })
            .Select(i => i with { Subject = subject(i) })],
    };

    [Theory]
    [InlineData(ConsentRule.Required)]
    [InlineData(ConsentRule.Throughout)]
    public void A_plan_with_consent_reads_back_as_itself(ConsentRule rule)
    {
        var plan = With(rule, _ => "person");
        var read = Plan.Decode(plan.Encode());
        Assert.Equal(plan.Encode(), read.Encode());
        Assert.Equal((rule, "person"), (read.Consent, read.Inputs[^1].Subject));
        Assert.Equal(3, With(ConsentRule.Required, _ => "person").Encode()[0]);
        Assert.NotEqual(With(ConsentRule.Required, _ => "person").Digest, With(ConsentRule.Throughout, _ => "person").Digest);
        for (var length = 0; length < plan.Encode().Length; length++) Assert.Throws<MalformedException>(() => Plan.Decode(plan.Encode().AsSpan(0, length)));
    }

    [Fact]
    public void Without_consent_the_bytes_are_those_of_before()
    {
        Assert.Equal(1, With(ConsentRule.None, _ => null).Encode()[0]);
        Assert.Throws<MalformedException>(() => Plan.Decode([.. With(ConsentRule.Required, _ => "person").Encode().AsSpan(..^1), 0]));
    }

    [Fact]
    public void A_subject_is_a_column_of_each_input_that_names_people()
    {
        foreach (var subject in (string[])["", "nobody", "share"])
            Assert.Throws<MalformedException>(() => Plan.Decode(With(ConsentRule.Required, _ => subject).Encode()));
    }

    [Fact]
    public void An_offer_without_a_subject_keeps_its_bytes()
    {
        var offer = new Samples(2).Offer();
        offer = offer with { Schema = new([.. offer.Schema.Columns, new("person", ColumnType.Integer, 0), new("share", ColumnType.Decimal, 1)]) };
        var named = offer with { Subject = "person" };
        Assert.Equal(offer.Encode(), named.Encode()[..offer.Encode().Length]);
        Assert.Null(DatasetOffer.Decode(offer.Encode()).Subject);
        Assert.Equal("person", DatasetOffer.Decode(named.Encode()).Subject);
        foreach (var wrong in (string[])["share", "nobody", ""])
            Assert.Throws<MalformedException>(() => DatasetOffer.Decode((offer with { Subject = wrong }).Encode()));
    }
}
