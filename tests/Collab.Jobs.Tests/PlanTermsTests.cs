using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

/// <summary>Algorithm, endorsers and replay in plans: what does without keeps its bytes, every field changes the digest, and what is half said is refused.</summary>
public sealed class PlanTermsTests
{
    private static readonly PartyId Dee = PartyId.Parse("dee"), Eve = PartyId.Parse("eve");
    private static readonly AlgorithmReference Algorithm = new(Dee, Named("algorithm"), 3, "mean age", Named("salt"));

    private static Plan Full { get; } = Plan() with { Algorithm = Algorithm, Endorsers = new([Eve, PartyId.Parse("fay")], 1), Replay = true };

    public static TheoryData<int> Some => [1, 2, 3, 4, 5, 6, 7];

    [Theory, MemberData(nameof(Some))]
    public void A_plan_with_any_of_the_terms_reads_back_as_itself(int which)
    {
        foreach (var isFiltered in (bool[])[false, true])
        {
            var plan = Plan() with
            {
                Algorithm = (which & 1) != 0 ? Algorithm : null, Endorsers = (which & 2) != 0 ? Full.Endorsers : null, Replay = (which & 4) != 0,
            };
            if (isFiltered) plan = plan with { Consent = ConsentRule.Required, Inputs = [.. plan.Inputs.Select(i => i with { Subject = "city" })] };
            var bytes = plan.Encode();
            var read = Jobs.Plan.Decode(bytes);
            Assert.Equal(4, bytes[0]);
            Assert.Equal(bytes, read.Encode());
            Assert.Equal((plan.Algorithm, plan.Replay, plan.Consent), (read.Algorithm, read.Replay, read.Consent));
            Assert.Equal(plan.Endorsers?.Of, read.Endorsers?.Of);
            for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(bytes.AsSpan(0, length)));
            Assert.Throws<MalformedException>(() => Jobs.Plan.Decode([.. bytes, 0]));
        }
    }

    [Fact]
    public void Without_any_term_the_bytes_are_those_of_before_and_version_4_is_refused()
    {
        Assert.Equal(1, Plan().Encode()[0]);
        var bytes = (Plan() with { Replay = true }).Encode();
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode([.. bytes.AsSpan(..^1), 0]));
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode([.. bytes.AsSpan(..^1), 2]));
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode([5, .. bytes.AsSpan(1)]));
    }

    [Fact]
    public void Every_field_of_every_term_changes_the_digest()
    {
        Plan[] others =
        [
            Full with { Algorithm = null }, Full with { Endorsers = null }, Full with { Replay = false },
            Full with { Algorithm = Algorithm with { Provider = Cy } }, Full with { Algorithm = Algorithm with { Id = Named("other") } },
            Full with { Algorithm = Algorithm with { Version = 4 } }, Full with { Algorithm = Algorithm with { Name = "mean" } },
            Full with { Algorithm = Algorithm with { Salt = Named("other") } },
            Full with { Endorsers = new([Eve], 1) }, Full with { Endorsers = Full.Endorsers! with { AtLeast = 2 } },
        ];
        Assert.Equal(others.Length + 1, others.Append(Full).Select(plan => plan.Digest).Distinct().Count());
        foreach (var plan in others) Assert.Equal(plan.Encode(), Jobs.Plan.Decode(plan.Encode()).Encode());
    }

    [Fact]
    public void Endorsers_are_others_in_order_and_at_least_as_many_as_must_endorse()
    {
        EndorsementRule[] wrong =
        [
            new([Eve], 0), new([], 1), new([Eve], 2), new([Eve, Eve], 1), new([PartyId.Parse("fay"), Eve], 1),
            new([Al], 1), new([Cy], 1), new([Dee], 1), new([.. Enumerable.Range(0, 17).Select(i => PartyId.Parse($"e{i + 10}"))], 1),
        ];
        foreach (var rule in wrong) Assert.Throws<MalformedException>(() => Jobs.Plan.Decode((Full with { Endorsers = rule }).Encode()));
        var asker = Full with { Requester = PartyId.Parse("gil"), Endorsers = new([PartyId.Parse("gil")], 1) };
        Assert.Throws<MalformedException>(() => Jobs.Plan.Decode(asker.Encode()));
    }

    [Fact]
    public void An_algorithm_has_a_version_and_a_name_and_opens_with_its_question_alone()
    {
        foreach (var wrong in (AlgorithmReference[])[Algorithm with { Version = 0 }, Algorithm with { Name = "" }, Algorithm with { Name = new string('x', 201) }])
            Assert.Throws<MalformedException>(() => Jobs.Plan.Decode((Full with { Algorithm = wrong }).Encode()));
        AlgorithmReference[] references =
        [
            Algorithm, Algorithm with { Provider = Eve }, Algorithm with { Id = Named("other") }, Algorithm with { Version = 4 },
            Algorithm with { Name = "mean" }, Algorithm with { Salt = Named("other") },
        ];
        var digests = references.Select(reference => reference.DigestOf(Question)).Append(Algorithm.DigestOf(Question with { MinimumGroupSize = 9 })).ToList();
        Assert.Equal(digests.Count, digests.Distinct().Count());
    }
}
