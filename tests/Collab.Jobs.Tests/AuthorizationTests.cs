using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

public sealed class AuthorizationTests
{
    private static readonly Dictionary<string, (JobPage Page, DateTimeOffset Now, Digest? Run, ErrorCode? Code, PartyId? By)> Table = new()
    {
        ["all granted"] = (Granted(), Now, null, null, null),
        ["empty page"] = (Page(), Now, null, Authorization.NotProposed, Cy),
        ["granted but not proposed"] = (Page(Approve(Al), Approve(Bo)), Now, null, Authorization.NotProposed, Cy),
        ["proposed by somebody else"] = (Page(Propose(Plan()) with { Author = Al }, Approve(Al), Approve(Bo)), Now, null, Authorization.NotProposed, Cy),
        ["proposal of other datasets"] = (Proposed(p => p with { Datasets = [p.Datasets[0]] }), Now, null, Authorization.NotProposed, Cy),
        ["proposal with other parties"] = (Proposed(p => p with { Parties = [Al, Bo] }), Now, null, Authorization.NotProposed, Cy),
        ["proposal with another expiry"] = (Proposed(p => p with { Expires = p.Expires.AddMilliseconds(1) }), Now, null, Authorization.NotProposed, Cy),
        ["proposal with other uses"] = (Proposed(p => p with { Uses = 3 }), Now, null, Authorization.NotProposed, Cy),
        ["page of another job"] = (JobPage.Of(Named("other"), Granted().Operations), Now, null, Authorization.NotProposed, Cy),
        ["last moment of the plan"] = (Granted(), Plan().Expires.AddMilliseconds(-1), null, null, null),
        ["plan expired"] = (Granted(), Plan().Expires, null, Authorization.JobExpired, Cy),
        ["no grant"] = (Page(Propose(Plan())), Now, null, Authorization.GrantMissing, Al),
        ["one grant missing"] = (Page(Propose(Plan()), Approve(Al)), Now, null, Authorization.GrantMissing, Bo),
        ["grant of another dataset"] = (Grants(bo: g => g with { DatasetId = Named("x") }), Now, null, Authorization.GrantOtherVersion, Bo),
        ["grant of another version"] = (Grants(bo: g => g with { Version = Named("x") }), Now, null, Authorization.GrantOtherVersion, Bo),
        ["last moment of a grant"] = (Grants(bo: g => g with { Expires = Now.AddMilliseconds(1) }), Now, null, null, null),
        ["grant expired"] = (Grants(bo: g => g with { Expires = Now }), Now, null, Authorization.GrantExpired, Bo),
        ["refused"] = (Page(Propose(Plan()), Approve(Al), Refuse(Bo)), Now, null, Authorization.JobRefused, Bo),
        ["refused by one while another is not heard"] = (Page(Propose(Plan()), Refuse(Bo)), Now, null, Authorization.JobRefused, Bo),
        ["refused after granting"] = (Granted(Refuse(Bo)), Now, null, Authorization.JobRefused, Bo),
        ["refused by a party that owns nothing"] = (Granted(Refuse(Cy)), Now, null, null, null),
        ["revoked"] = (Granted(Revoke(Al)), Now, null, Authorization.GrantRevoked, Al),
        ["revoked and granted again"] = (Granted(Revoke(Al), Approve(Al)), Now, null, Authorization.GrantRevoked, Al),
        ["revoked by a party that owns nothing"] = (Granted(Revoke(PartyId.Parse("eve"))), Now, null, null, null),
        ["taken back"] = (Granted(Revoke(Cy)), Now, null, Authorization.JobWithdrawn, Cy),
        ["taken back before any grant"] = (Page(Propose(Plan()), Revoke(Cy)), Now, null, Authorization.JobWithdrawn, Cy),
        ["one use left"] = (Granted(Spend(Al, "1"), Spend(Bo, "1")), Now, null, null, null),
        ["uses of all spent"] = (Granted(Spend(Al, "1"), Spend(Al, "2"), Spend(Bo, "1"), Spend(Bo, "2")), Now, null, Authorization.GrantUsedUp, Al),
        ["uses of one spent"] = (Granted(Spend(Bo, "1"), Spend(Bo, "2")), Now, null, Authorization.GrantUsedUp, Bo),
        ["spent twice for one run"] = (Granted(Spend(Bo, "1"), Spend(Bo, "1")), Now, null, null, null),
        ["last use, asked for its own run"] = (Granted(Spend(Al, "1"), Spend(Al, "2"), Spend(Bo, "2")), Now, Named("2"), null, null),
        ["no use left, asked for another run"] = (Granted(Spend(Al, "1"), Spend(Al, "2")), Now, Named("3"), Authorization.GrantUsedUp, Al),
        ["one owner gave fewer uses"] = (Grants(bo: g => g with { Uses = 1 }, Spend(Al, "1"), Spend(Bo, "1")), Now, null, Authorization.GrantUsedUp, Al),
        ["a grant of more uses than asked"] = (
            Grants(bo: g => g with { Uses = 9 }, Spend(Bo, "1"), Spend(Bo, "2")), Now, null, Authorization.GrantUsedUp, Bo),
    };

    public static TheoryData<string> Rows => [.. Table.Keys];

    [Theory, MemberData(nameof(Rows))]
    public void Check_says_what_is_in_the_way(string row)
    {
        var (page, now, run, code, by) = Table[row];
        var refusal = Authorization.Check(Plan(), page, now, run);
        Assert.Equal((code, by), (refusal?.Code, refusal?.By));
    }

    [Theory, MemberData(nameof(Rows))]
    public void Require_throws_what_check_says(string row)
    {
        var (page, now, run, code, by) = Table[row];
        var failure = Record.Exception(() => Authorization.Require(Plan(), page, now, run)) as CollabException;
        Assert.Equal((code, by), (failure?.Code, failure?.Party));
    }

    [Fact]
    public void Every_code_has_a_row()
    {
        var codes = typeof(Authorization).GetFields().Where(f => f.FieldType == typeof(ErrorCode)).Select(f => (ErrorCode)f.GetValue(null)!);
        Assert.Empty(codes.Except(Table.Values.Select(r => r.Code!)).Except(AuthorizationTermsTests.Codes));
    }

    private static JobPage Proposed(Func<LedgerOperation.Propose, LedgerOperation.Propose> change) =>
        Page(change(Propose(Plan())), Approve(Al), Approve(Bo));

    private static JobPage Grants(Func<LedgerOperation.Approve, LedgerOperation.Approve> bo, params LedgerOperation[] more) =>
        Page([Propose(Plan()), Approve(Al), bo(Approve(Bo)), .. more]);
}
