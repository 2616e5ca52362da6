using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Support;

/// <summary>Parties and plans that tests need.</summary>
internal static class Plans
{
    public static readonly DateTimeOffset Created = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static PartyId Al { get; } = PartyId.Parse("al");

    public static PartyId Bo { get; } = PartyId.Parse("bo");

    public static PartyId Cy { get; } = PartyId.Parse("cy");

    public static Digest DigestOf(string name) => Digest.Of("collab.test", System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>The mean age over the owners' rows, asked for by the first of them; the last named receives and may own nothing.</summary>
    public static Plan Statistics(PartyId first, PartyId second, PartyId receiver) => new(
        "study", DigestOf("nonce"), "joint-statistics/1",
        new StatisticsQuestion([new Measure("age", 0)], null, [Statistic.Count, Statistic.Mean], 2),
        "cohort-study", SecurityModel.SemiHonest, first,
        [.. new[] { first, second }.Order().Select(owner => new PlanInput(
            owner, "visits", DigestOf($"{owner} id"), DigestOf($"{owner} version"), 2, [new ColumnSchema("age", ColumnType.Integer, 0)], []))],
        [receiver], Created, Created.AddDays(7), 1, TimeSpan.FromMinutes(10));

    /// <summary>Which keys of the first owner does the second have?</summary>
    public static Plan Intersection(PartyId receiver, PartyId sender) => new(
        "study", DigestOf("nonce"), "psi-ecdh/1", new IntersectionQuestion(KeyRule.Default),
        "cohort-study", SecurityModel.SemiHonest, receiver,
        [.. new[] { receiver, sender }.Order().Select(owner => new PlanInput(
            owner, "patients", DigestOf($"{owner} id"), DigestOf($"{owner} version"), 2, [new ColumnSchema("id", ColumnType.Text, 0)], ["id"]))],
        [receiver], Created, Created.AddDays(7), 1, TimeSpan.FromMinutes(10));
}
