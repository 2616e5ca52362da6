using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

/// <summary>Endorsements and algorithms in the decision whether a run may start: every way in which they do not hold has its code.</summary>
public sealed class AuthorizationTermsTests
{
    private static readonly PartyId Dee = PartyId.Parse("dee"), Eve = PartyId.Parse("eve"), Fay = PartyId.Parse("fay");
    private static readonly AlgorithmReference Mean = new(Dee, Named("algorithm"), 2, "mean age", Named("salt"));
    private static readonly Plan Asked = Plan() with { Algorithm = Mean, Endorsers = new([Eve, Fay], 1) };
    private static readonly Plan TwoOfTwo = Plan() with { Endorsers = new([Eve, Fay], 2) };

    private static readonly Dictionary<string, (Plan Plan, JobPage Page, DateTimeOffset Now, ErrorCode? Code, PartyId? By)> Table = new()
    {
        ["endorsed and approved"] = (Asked, Of(Asked, Endorse(Eve), Use()), Now, null, null),
        ["nobody endorsed"] = (Asked, Of(Asked, Use()), Now, Authorization.EndorsementMissing, Eve),
        ["the proposal names no endorsers"] = (Asked, WithProposal(Asked, p => p with { Terms = p.Terms! with { Endorsers = null } }), Now, Authorization.NotProposed, Cy),
        ["the proposal asks for fewer"] = (TwoOfTwo, WithProposal(TwoOfTwo, p => p with { Terms = p.Terms! with { Endorsers = new([Eve, Fay], 1) } }), Now, Authorization.NotProposed, Cy),
        ["the proposal names another version"] = (Asked, WithProposal(Asked, p => p with { Terms = p.Terms! with { Algorithm = p.Terms.Algorithm! with { Version = 1 } } }), Now, Authorization.NotProposed, Cy),
        ["endorsed by the requester itself"] = (Asked, Of(Asked, Endorse(Cy), Use()), Now, Authorization.EndorsementMissing, Eve),
        ["endorsed by an owner"] = (Asked, Of(Asked, Endorse(Al), Endorse(Bo), Use()), Now, Authorization.EndorsementMissing, Eve),
        ["endorsed by the provider of the algorithm"] = (Asked, Of(Asked, Endorse(Dee), Use()), Now, Authorization.EndorsementMissing, Eve),
        ["one of two endorsed, both must"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Fay)), Now, Authorization.EndorsementMissing, Eve),
        ["one endorsed twice, both must"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Endorse(Eve)), Now, Authorization.EndorsementMissing, Fay),
        ["both endorsed"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Endorse(Fay)), Now, null, null),
        ["the same write repeated"] = (TwoOfTwo, Of(TwoOfTwo, Twice(Endorse(Eve))), Now, Authorization.EndorsementMissing, Fay),
        ["one refused, both must"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Refuse(Fay)), Now, Authorization.EndorsementRefused, Fay),
        ["one refused, one is enough"] = (Asked, Of(Asked, Refuse(Eve), Endorse(Fay), Use()), Now, null, null),
        ["all refused"] = (Asked, Of(Asked, Refuse(Eve), Refuse(Fay), Use()), Now, Authorization.EndorsementRefused, Eve),
        ["taken back"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Endorse(Fay), Revoke(Fay)), Now, Authorization.EndorsementRefused, Fay),
        ["taken back and given again"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Endorse(Fay), Revoke(Fay), Endorse(Fay)), Now, Authorization.EndorsementRefused, Fay),
        ["last moment of an endorsement"] = (Asked, Of(Asked, Endorse(Eve, Now.AddMilliseconds(1)), Use()), Now, null, null),
        ["an endorsement expired"] = (TwoOfTwo, Of(TwoOfTwo, Endorse(Eve), Endorse(Fay, Now)), Now, Authorization.EndorsementRefused, Fay),
        ["an endorsement of another plan"] = (Asked, JobPage.Of(Asked.Digest, Of(TwoOfTwo, Endorse(Eve), Endorse(Fay)).Operations, Registered()), Now, Authorization.NotProposed, Cy),
        ["nobody asked for"] = (Plan(), Granted(Refuse(Eve), Refuse(Dee)), Now, null, null),

        ["not approved by the provider"] = (Asked, Of(Asked, Endorse(Eve)), Now, Authorization.AlgorithmNotApproved, Dee),
        ["approved by somebody else"] = (Asked, Of(Asked, Endorse(Eve), Use() with { Author = Eve }), Now, Authorization.AlgorithmNotApproved, Dee),
        ["another version approved"] = (Asked, Of(Asked, Endorse(Eve), Use() with { Version = 1 }), Now, Authorization.AlgorithmNotApproved, Dee),
        ["another algorithm approved"] = (Asked, Of(Asked, Endorse(Eve), Use() with { Algorithm = Named("other") }), Now, Authorization.AlgorithmNotApproved, Dee),
        ["refused by the provider"] = (Asked, Of(Asked, Endorse(Eve), Use(), Refuse(Dee)), Now, Authorization.AlgorithmRefused, Dee),
        ["taken back by the provider"] = (Asked, Of(Asked, Endorse(Eve), Use(), Revoke(Dee)), Now, Authorization.AlgorithmRefused, Dee),
        ["nobody looked for the algorithm"] = (Asked, With(null), Now, Authorization.AlgorithmUnknown, Dee),
        ["the page of another algorithm"] = (Asked, With(JobPage.Of(Named("other"), Registered().Operations)), Now, Authorization.AlgorithmUnknown, Dee),
        ["not registered yet, and no grant yet"] = (Asked, JobPage.Of(Asked.Digest, [Proposal(Asked)], Registered(0)), Now, Authorization.GrantMissing, Al),
        ["a no before any grant"] = (TwoOfTwo, JobPage.Of(TwoOfTwo.Digest, [Proposal(TwoOfTwo), Refuse(Fay)]), Now, Authorization.EndorsementRefused, Fay),
        ["never registered"] = (Asked, With(Registered(0)), Now, Authorization.AlgorithmUnknown, Dee),
        ["registered by somebody else"] = (Asked, With(JobPage.Of(Mean.Id, Registered().Operations.Select(o => o with { Author = Eve }))), Now, Authorization.AlgorithmUnknown, Dee),
        ["an older version stands"] = (Asked, With(Registered(1)), Now, Authorization.AlgorithmUnknown, Dee),
        ["a newer version stands"] = (Asked, With(Registered(3)), Now, Authorization.AlgorithmOtherVersion, Dee),
        ["withdrawn since"] = (Asked, With(Registered(2, Version(3, default))), Now, Authorization.AlgorithmWithdrawn, Dee),
        ["withdrawn, and back with another version"] = (Asked, With(Registered(2, Version(3, default), Version(4, Named("v4")))), Now, Authorization.AlgorithmOtherVersion, Dee),
        ["a version out of turn counts for nothing"] = (Asked, With(Registered(2, Version(7, default), Version(1, default), Version(2, Named("x")))), Now, null, null),
        ["other content under the number"] = (Asked, With(Registered(1, Version(2, Mean.DigestOf(Question with { MinimumGroupSize = 9 })))), Now, Authorization.AlgorithmOtherContent, Dee),
        ["another salt"] = (Asked, With(Registered(1, Version(2, (Mean with { Salt = Named("other") }).DigestOf(Question)))), Now, Authorization.AlgorithmOtherContent, Dee),
        ["another provider's digest"] = (Asked, With(Registered(1, Version(2, (Mean with { Provider = Eve }).DigestOf(Question)))), Now, Authorization.AlgorithmOtherContent, Dee),
    };

    /// <summary>The codes that some row ends with.</summary>
    public static IEnumerable<ErrorCode> Codes => Table.Values.Select(row => row.Code).OfType<ErrorCode>();

    public static TheoryData<string> Rows => [.. Table.Keys];

    [Theory, MemberData(nameof(Rows))]
    public void A_run_may_start_or_the_first_thing_in_the_way_is_named(string row)
    {
        var (plan, page, now, code, by) = Table[row];
        var refusal = Authorization.Check(plan, page, now);
        Assert.Equal((code?.Name, by), (refusal?.Code.Name, refusal?.By));
    }

    [Fact]
    public void Whoever_is_still_to_be_asked_is_named()
    {
        JobState.Proposed Missing(params LedgerOperation[] operations) => Assert.IsType<JobState.Proposed>(JobState.Of(Asked, Of(Asked, operations), Now));
        Assert.Equal([Eve, Fay, Dee], Missing().Missing);
        Assert.Equal([Dee], Missing(Endorse(Eve), Endorse(Fay)).Missing);
        Assert.Equal([Al, Bo, Eve, Dee], Assert.IsType<JobState.Proposed>(JobState.Of(Asked, Bare(Asked, Refuse(Fay)), Now)).Missing);
        Assert.Equal(Authorization.EndorsementRefused, Assert.IsType<JobState.Closed>(JobState.Of(TwoOfTwo, Of(TwoOfTwo, Refuse(Fay)), Now)).Why.Code);
        Assert.IsType<JobState.Authorized>(JobState.Of(Asked, Of(Asked, Endorse(Eve), Use()), Now));
    }

    [Fact]
    public void A_proposal_with_terms_reads_back_as_itself_and_without_keeps_its_bytes()
    {
        foreach (var plan in (Plan[])[Asked, TwoOfTwo, Asked with { Endorsers = null }])
        {
            var bytes = LedgerOperationEncoding.Encode(Proposal(plan));
            var read = Assert.IsType<LedgerOperation.Propose>(LedgerOperationEncoding.Decode(bytes));
            Assert.Equal(ProposalTerms.Of(plan), read.Terms);
            Assert.Equal(bytes, LedgerOperationEncoding.Encode(read));
            Assert.Throws<MalformedException>(() => LedgerOperationEncoding.Decode([.. bytes, 0]));
        }

        var plain = LedgerOperationEncoding.Encode(Propose(Plan()));
        Assert.Throws<MalformedException>(() => LedgerOperationEncoding.Decode([.. plain, 0, 0, 0, 0, 0, 0])); // terms that say nothing
    }

    private static LedgerOperation.Propose Proposal(Plan plan) => Propose(plan) with { Terms = ProposalTerms.Of(plan) };

    private static JobPage Bare(Plan plan, params LedgerOperation[] operations) =>
        JobPage.Of(plan.Digest, operations.Prepend(Proposal(plan)).Select(o => o with { Job = plan.Digest }), plan.Algorithm is null ? null : Registered());

    private static JobPage Of(Plan plan, params LedgerOperation[] operations) => Bare(plan, [Approve(Al), Approve(Bo), .. operations]);

    private static JobPage With(JobPage? algorithm) => JobPage.Of(Asked.Digest, Of(Asked, Endorse(Eve), Use()).Operations, algorithm);

    private static JobPage WithProposal(Plan plan, Func<LedgerOperation.Propose, LedgerOperation.Propose> change) => JobPage.Of(
        plan.Digest, Of(plan, Endorse(Eve), Endorse(Fay), Use()).Operations.Select(o => o is LedgerOperation.Propose p ? change(p) : o), Registered());

    // Up to that version, of which the second is the one that the plan asks for.
    private static JobPage Registered(int versions = 2, params LedgerOperation[] more) => JobPage.Of(
        Mean.Id, Enumerable.Range(1, versions).Select(v => Version(v, v == 2 ? Mean.DigestOf(Question) : Named($"v{v}"))).Concat(more));

    private static LedgerOperation Version(int version, Digest digest) =>
        new LedgerOperation.RegisterAlgorithm(Dee, Named($"register {version} {digest}"), Created, [], Mean.Id, version, digest);

    private static LedgerOperation[] Twice(LedgerOperation operation) => [operation, operation];

    private static LedgerOperation.Endorse Endorse(PartyId party, DateTimeOffset? expires = null) =>
        new(party, Refuse(party).Id, Created, [], default, expires ?? Plan().Expires);

    private static LedgerOperation.ApproveAlgorithm Use() => new(Dee, Refuse(Dee).Id, Created, [], default, Mean.Id, Mean.Version);
}
