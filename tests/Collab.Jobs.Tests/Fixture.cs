using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>One plan of three parties, and the operations on it: Al and Bo own rows, Cy asks and receives.</summary>
internal static class Fixture
{
    public static readonly DateTimeOffset Created = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Now = Created.AddHours(1);
    private static int _ids;

    public static PartyId Al { get; } = PartyId.Parse("al");

    public static PartyId Bo { get; } = PartyId.Parse("bo");

    public static PartyId Cy { get; } = PartyId.Parse("cy");

    public static StatisticsQuestion Question { get; } = new([new Measure("age", 0)], new GroupBy("city", ["Rome", "Oslo"]), [Statistic.Mean], 10, new DominanceRule(10, 2, 85));

    public static Digest Named(string name) => Digest.Of("collab.test", System.Text.Encoding.UTF8.GetBytes(name));

    public static Plan Plan() => new(
        "study", Named("nonce"), "joint-statistics/1", Question, "cohort-study", SecurityModel.SemiHonest, Cy, [Input(Al), Input(Bo)], [Cy],
        Created, Created.AddDays(7), 2, TimeSpan.FromMinutes(10));

    public static PlanInput Input(PartyId owner) => new(
        owner, "visits", Named($"{owner} id"), Named($"{owner} version"), 3,
        [new ColumnSchema("age", ColumnType.Decimal, 1), new ColumnSchema("city", ColumnType.Text, 0)], ["city"]);

    public static LedgerOperation.Propose Propose(Plan plan) => new(
        plan.Requester, Fresh(), Created, [], plan.Digest, [.. plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId))],
        plan.Parties, plan.Expires, plan.Uses);

    public static LedgerOperation.Approve Approve(PartyId owner) => new(
        owner, Fresh(), Created, [], Plan().Digest, Input(owner).DatasetId, Input(owner).Version, Plan().Expires, Plan().Uses);

    public static LedgerOperation.Refuse Refuse(PartyId owner) => new(owner, Fresh(), Created, [], Plan().Digest, "policy.purpose");

    public static LedgerOperation.Revoke Revoke(PartyId owner) => new(owner, Fresh(), Created, [], Plan().Digest);

    public static LedgerOperation.StartRun Start(string run, int minute = 0) => new(
        Cy, Fresh(), Created.AddMinutes(minute), [], Plan().Digest, Named(run), Created.AddMinutes(minute + 10));

    public static LedgerOperation.Spend Spend(PartyId owner, string run) => new(
        owner, Fresh(), Created, [], Plan().Digest, Named(run), Input(owner).DatasetId, 1);

    public static LedgerOperation.Commit Commit(PartyId party, string run) => new(party, Fresh(), Created, [], Plan().Digest, Named(run), Named("receipt"));

    public static LedgerOperation.Abort Abort(PartyId party, string run, int minute = 0, string code = "run.data-changed") => new(
        party, Fresh(), Created.AddMinutes(minute), [], Plan().Digest, Named(run), code, Bo, new StepId("run.5-read"));

    public static JobPage Page(params LedgerOperation[] operations) => JobPage.Of(Plan().Digest, operations);

    /// <summary>The page of a job that may run, and whatever else.</summary>
    public static JobPage Granted(params LedgerOperation[] more) => Page([Propose(Plan()), Approve(Al), Approve(Bo), .. more]);

    private static Digest Fresh() => Named($"id {Interlocked.Increment(ref _ids)}");
}
