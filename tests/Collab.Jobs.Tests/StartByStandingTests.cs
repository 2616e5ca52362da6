using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

/// <summary>Whether a run may start by how the consortium stands: Al and Bo own rows, Cy asks and receives.</summary>
public sealed class StartByStandingTests
{
    private static readonly Standing Everybody = Standing.Everybody([Al, Bo, Cy]);

    /// <summary>Each standing with what it refuses and whom it names.</summary>
    private static readonly Dictionary<string, (Standing Standing, ErrorCode? Code, PartyId? By)> Cases = new()
    {
        ["all may do all"] = (Everybody, null, null),
        ["no more than is needed"] = (Standing.Found([(Al, MemberRoles.Provider), (Bo, MemberRoles.Provider | MemberRoles.Operator), (Cy, MemberRoles.Requester)]), null, null),
        ["paused"] = (Everybody with { Paused = true }, GovernanceErrors.Paused, Cy),
        ["superseded"] = (Everybody with { Successor = Named("file") }, GovernanceErrors.Paused, Cy),
        ["requester without the role"] = (With(Cy, MemberRoles.Provider), GovernanceErrors.RoleMissing, Cy),
        ["requester suspended"] = (With(Cy, MemberRoles.All, active: false), GovernanceErrors.Suspended, Cy),
        ["owner without the role"] = (With(Bo, MemberRoles.Requester), GovernanceErrors.RoleMissing, Bo),
        ["owner suspended"] = (With(Al, MemberRoles.All, active: false), GovernanceErrors.Suspended, Al),
        ["a party that is no member"] = (Standing.Everybody([Al, Cy]), GovernanceErrors.RoleMissing, Bo),
        ["own approval forbidden, and others approve"] = (Everybody with { OwnApprovalForbidden = true }, null, null),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_starts_only_if_all_it_needs_may(string name)
    {
        var (standing, code, by) = Cases[name];
        var refusal = Authorization.Check(Plan(), PageOf(standing), Now);
        Assert.Equal((code, by), (refusal?.Code, refusal?.By));
        Assert.Equal(code is null, JobState.Of(Plan(), PageOf(standing), Now) is JobState.Authorized);
    }

    [Fact]
    public void A_run_that_every_owner_has_spent_on_goes_on_and_no_other_starts()
    {
        var (paused, run) = (Everybody with { Paused = true }, Named("1"));
        Assert.Equal(GovernanceErrors.Paused, Authorization.Check(Plan(), PageOf(paused, Spend(Al, "1")), Now, run)?.Code);
        Assert.Null(Authorization.Check(Plan(), PageOf(paused, Spend(Al, "1"), Spend(Bo, "1")), Now, run));
        Assert.Equal(GovernanceErrors.Paused, Authorization.Check(Plan(), PageOf(paused, Spend(Al, "1"), Spend(Bo, "1")), Now)?.Code);
        Assert.Equal(GovernanceErrors.Paused, Authorization.Check(Plan(), PageOf(paused, Spend(Al, "1"), Spend(Bo, "1")), Now, Named("2"))?.Code);
        Assert.Equal(
            Authorization.GrantRevoked, Authorization.Check(Plan(), PageOf(paused, Spend(Al, "1"), Spend(Bo, "1"), Revoke(Bo)), Now, run)?.Code);
    }

    [Fact]
    public void Where_that_is_forbidden_a_requester_cannot_approve_its_own_request_alone()
    {
        var own = Plan() with { Requester = Al, Inputs = [Input(Al)] };
        LedgerOperation[] said = [Propose(own), Approve(Al) with { Job = own.Digest }];
        Assert.Null(Authorization.Check(own, JobPage.Of(own.Digest, said, standing: Everybody), Now));
        var refusal = Authorization.Check(own, JobPage.Of(own.Digest, said, standing: Everybody with { OwnApprovalForbidden = true }), Now);
        Assert.Equal((GovernanceErrors.OwnGrantOnly, Al), (refusal!.Code, refusal.By));

        var both = Plan() with { Requester = Al };
        LedgerOperation[] granted = [Propose(both), Approve(Al) with { Job = both.Digest }, Approve(Bo) with { Job = both.Digest }];
        Assert.Null(Authorization.Check(both, JobPage.Of(both.Digest, granted, standing: Everybody with { OwnApprovalForbidden = true }), Now));
    }

    private static Standing With(PartyId party, MemberRoles roles, bool active = true) => Everybody.With(new MotionChange.Member(party, roles, active))!;

    private static JobPage PageOf(Standing standing, params LedgerOperation[] more) => JobPage.Of(Plan().Digest, Granted(more).Operations, standing: standing);
}
