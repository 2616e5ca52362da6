using System.Globalization;
using Collab.Engine.Consents;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Consents;

/// <summary>Jobs that require consent, over real engines: the rows, the ledger, what the owner keeps, and a withdrawal in the middle of a run.</summary>
public sealed class ConsentJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly string[] OfAl = [.. Enumerable.Range(0, 60).Select(i => string.Create(CultureInfo.InvariantCulture, $"A{i},{20 + i}"))];
    private static readonly string[] OfBo = [.. Enumerable.Range(0, 50).Select(i => string.Create(CultureInfo.InvariantCulture, $"{100 + (i / 2)},{30 + i}"))]; // two rows a person

    [Fact]
    public async Task Only_rows_with_consent_take_part_and_the_owner_alone_can_show_how_many_were_left_out()
    {
        await using var study = await StartAsync();
        study[Plans.Al].Consents.Give([.. Enumerable.Range(0, 40).Select(i => Consent($"A{i}"))]);
        study[Plans.Al].Consents.Withdraw("A0", null, null);
        study[Plans.Bo].Consents.Give([.. Enumerable.Range(0, 15).Select(i => Consent($"{100 + i}"))]);
        var plan = await PlanAsync(study, Job("required"));
        Assert.Null(await study.RunAsync(plan));

        var (run, result) = Assert.Single(study[Plans.Cy].Seen.Results);
        var sum = Enumerable.Range(1, 39).Sum(i => 20 + i) + Enumerable.Range(0, 30).Sum(i => 30 + i);
        Assert.Equal(["69", sum.ToString(CultureInfo.InvariantCulture)], ((JobResult.Statistics)result.Result).Table.Rows().Select(row => row.Value)); // 39 rows of al's, 30 of bo's

        // On the ledger a version of each register, and of it a number and a commitment alone.
        var version = study[Plans.Al].Consents.Current;
        var anchored = Assert.Single(study[Plans.Al].Ledger.Page(version.Register).Of<LedgerOperation.RegisterConsents>());
        Assert.Equal((Plans.Al, 2, version.Commitment!.Value.Value), (anchored.Author, anchored.Number, anchored.Root));

        // The receipt's snapshot opens to what was left out, at its owner; another count or another register does not.
        var use = study[Plans.Al].Consents.UseOf(run)!;
        var snapshot = study[Plans.Al].Engine.Archive.RequireReceipt(run, Plans.Al).Snapshot!;
        Assert.Equal((60L, 21L, 2), (use.RowsRead, use.RowsLeftOut, use.Version));
        Assert.True(use.Proves(snapshot));
        Assert.False((use with { RowsLeftOut = 20 }).Proves(snapshot));
        Assert.False(study[Plans.Bo].Consents.UseOf(run)!.Proves(snapshot));
        Assert.Null(study[Plans.Cy].Consents.UseOf(run));

        // The person's own history.
        Assert.Equal(run.ToString(), Assert.Single(study[Plans.Al].Consents.UsesOf("A1")).Run);
        Assert.Empty(study[Plans.Al].Consents.UsesOf("A0"));
        Assert.Empty(study[Plans.Al].Consents.UsesOf("A59"));
        Assert.Equal(["age"], study[Plans.Bo].Consents.UsesOf("100").Single().Fields);

        // One who withdraws would stand out between two answers: the ledger of answers refuses the second.
        study[Plans.Al].Consents.Withdraw("A5", null, null);
        Assert.Equal(("disclosure.too-close", Plans.Al), await study.RunAsync(await PlanAsync(study, Job("required"))));
    }

    [Theory]
    [InlineData("required", null)]
    [InlineData("throughout", "consent.withdrawn")]
    public async Task Who_withdraws_while_a_job_runs_counts_from_the_next_version_or_ends_it(string rule, string? code)
    {
        await using var study = await StartAsync();
        study[Plans.Al].Consents.Give([.. Enumerable.Range(0, 60).Select(i => Consent($"A{i}"))]);
        study[Plans.Bo].Consents.Give([.. Enumerable.Range(0, 25).Select(i => Consent($"{100 + i}"))]);
        study[Plans.Bo].Datasets.BeforeRead = () =>
        {
            study[Plans.Bo].Consents.Withdraw("107", null, null); // its version is settled by then
            study[Plans.Bo].Datasets.BeforeRead = () => Task.CompletedTask;
            return Task.CompletedTask;
        };
        var end = await study.RunAsync(await PlanAsync(study, Job(rule)));
        Assert.Equal(code is null ? null : (code, Plans.Bo), end);
        Assert.Equal(code is null ? 1 : 0, study[Plans.Cy].Seen.Results.Count);
    }

    [Fact]
    public async Task A_dataset_that_does_not_say_whose_its_rows_are_is_refused_and_so_is_a_plan_by_another_column()
    {
        await using var study = await StartAsync();
        await study[Plans.Bo].OfferAsync("visits", ["person,age", .. OfBo]);
        var refused = await Assert.ThrowsAsync<CollabException>(() => PlanAsync(study, Job("required")));
        Assert.Equal((ConsentErrors.SubjectUndeclared, Plans.Bo), (refused.Code, refused.Party));

        var offer = study[Plans.Al].Datasets.Offers[0];
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy) with { Consent = ConsentRule.Required };
        var input = new PlanInput(Plans.Al, "visits", offer.Id, offer.Version, 2, offer.Schema.Columns, []) { Subject = "age" };
        Assert.Same(ConsentErrors.SubjectUndeclared, Assert.Throws<CollabException>(() => Planner.Review(plan, input, offer)).Code);
    }

    [Fact]
    public async Task An_explanation_says_it_in_both_languages()
    {
        await using var study = await StartAsync();
        var plan = await PlanAsync(study, Job("throughout"));
        Assert.Equal([("person", "age,person"), ("person", "age,person")], plan.Inputs.Select(i => (i.Subject, string.Join(',', i.Columns.Select(c => c.Name)))));
        var explanation = Explanation.Of(plan);
        Assert.Contains(explanation.Notes, note => note.English.Contains("the run ends with no result", StringComparison.Ordinal) && note.Chinese.Contains("撤回", StringComparison.Ordinal));
        Assert.Contains(
            new Bilingual("takes only its rows whose subject, by person, consents to purpose cohort-study for cy", "仅取其数据主体（按 person）同意为目的 cohort-study 提供给 cy 的行"),
            explanation.Parties.Single(p => p.Party == Plans.Al).Sends);
        Assert.DoesNotContain(Explanation.Of(await PlanAsync(study, Job("none"))).Notes, note => note.English.Contains("consent", StringComparison.Ordinal));
    }

    private static ConsentRecord Consent(string subject) =>
        new(subject, "cy", "cohort-study", ["age"], new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static string Job(string rule) => $"""
        kind: statistics
        purpose: cohort-study
        parties:
          - {"{"} name: al, dataset: visits {"}"}
          - {"{"} name: bo, dataset: visits {"}"}
        receivers: [cy]
        consent: {rule}
        parameters:
          columns: [age]
          statistics: [count, sum]
        """;

    private static Task<Plan> PlanAsync(Study study, string job) => study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);

    private static async Task<Study> StartAsync()
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferOfAsync("person", "visits", ["person,age", .. OfAl]);
        await study[Plans.Bo].OfferOfAsync("person", "visits", ["person,age", .. OfBo]);
        study.StartAll();
        return study;
    }
}
