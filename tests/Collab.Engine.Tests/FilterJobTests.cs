using System.Globalization;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Tests;

/// <summary>Jobs with a filter over real engines: R's findings on a subset, the bytes of the same job over rows filtered before, and no patient found by two filters.</summary>
public sealed class FilterJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Where = "hirat <= 0.3 and single = 'no' and not (chist in (5, 6))";

    private static readonly string[][] Hmda = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv")).Select(line => line.Split(','))];

    [Fact]
    public async Task Analyses_of_a_subset_are_those_of_R()
    {
        var findings = (JobResult.Analyses)await RunAsync(Analyses(Where, "welch, value: pirat, by: { column: deny, levels: [\"no\", \"yes\"] }", "correlation, x: pirat, y: lvrat",
            "logistic, response: { column: deny, levels: [\"no\", \"yes\"] }, covariates: [pirat, lvrat]"), Hmda);
        (string Term, string Name, int Outcome, double Value)[] ofR = // tests/vectors/r: filtered-welch, filtered-pearson, filtered-logistic
        [
            ("", "statistic", 0, -0.71869957477873303), ("", "p.value", 0, 0.4754574267713052), ("", "estimate", 1, 0.22884852420927157), ("", "p.value", 1, 4.0136709449075283e-13),
            ("pirat", "estimate", 2, 0.80732234464335528), ("lvrat", "std.error", 2, 0.78953204843116864), ("", "AIC", 2, 395.34653425273473),
        ];
        Assert.All(ofR, entry => Assert.Equal(1, findings.Result.Outcomes[entry.Outcome].Findings[0][entry.Term, entry.Name] / entry.Value, 1e-9));

        var table = (JobResult.Statistics)await RunAsync(Statistics("pirat", Where), Hmda);
        Assert.Equal(["981", "0.30687022423", "0.07522590753"], table.Table.Rows().Select(row => row.Value!.PadRight(13)[..13].TrimEnd()));
    }

    [Fact]
    public async Task Whatever_is_asked_is_as_of_rows_filtered_before()
    {
        // Every kind of analysis: totals, in rounds, quantiles, ranks on shares.
        string[][] some = [Hmda[0], .. Hmda[1..500].Select(row => row.Select((field, i) => i is 2 or 3 or 4
            ? $"{decimal.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture).ToString("F11", CultureInfo.InvariantCulture)}1" : field).ToArray())]; // of one scale, whichever rows there are
        string[][] filtered = [some[0], .. some[1..].Where(row => decimal.Parse(row[3], CultureInfo.InvariantCulture) <= 0.3m && row[13] == "no" && row[5] is not ("5" or "6"))];
        Assert.InRange(filtered.Length, 150, 350);
        string[] analyses =
        [
            "linear, response: pirat, covariates: [lvrat, chist]", "poisson, response: chist, covariates: [lvrat]", "quantiles, value: pirat, probabilities: [0.25, 0.5], by: { column: afam, levels: [\"no\", \"yes\"] }",
            "mann-whitney, value: pirat, by: { column: insurance, levels: [\"no\", \"yes\"] }, dealer: receiver", "spearman, x: pirat, y: lvrat, dealer: receiver", "histogram, value: pirat, breaks: [0.25, 0.3]",
        ];
        Assert.Equal((await RunAsync(Analyses(null, analyses), filtered)).Encode(), (await RunAsync(Analyses(Where, analyses), some)).Encode());
        var byGroup = Statistics("pirat", null).Replace("statistics:", "group-by: { column: afam, levels: [\"no\", \"yes\"] }\n  statistics:", StringComparison.Ordinal);
        Assert.Equal((await RunAsync(byGroup, filtered)).Encode(), (await RunAsync(With(byGroup, Where), some)).Encode());
    }

    [Fact]
    public async Task A_filter_of_one_owner_is_of_its_rows_alone()
    {
        var job = Statistics("pirat", "afam = 'no'").Replace("{ name: bo, dataset: loans }", "{ name: bo, dataset: loans, where: \"chist = 1\" }", StringComparison.Ordinal);
        var table = ((JobResult.Statistics)await RunAsync(job, Hmda)).Table;
        var north = Hmda[1..].Where((_, i) => i % 3 == 0).Count(row => row[12] == "no");
        var south = Hmda[1..].Where((_, i) => i % 3 != 0).Count(row => row[12] == "no" && row[5] == "1");
        Assert.Equal((north + south).ToString(CultureInfo.InvariantCulture), table.Rows().First().Value);
    }

    [Fact]
    public async Task Filters_that_differ_by_few_patients_or_none_are_refused()
    {
        await using var study = await StartAsync(Hmda);
        string AllBut(string who) => Statistics("pirat", $"id <> '{who}'");
        Assert.Null(await AskAsync(study, Statistics("pirat", null)));
        await AssertTooCloseAsync(study, AllBut("L000001"));
        await AssertTooCloseAsync(study, AllBut("nobody")); // or a refusal would tell who is where
        Assert.Null(await AskAsync(study, Statistics("pirat", "single = 'yes'")));
        Assert.Null(await AskAsync(study, Statistics("pirat", "single = 'yes'")));
        Assert.Null(await AskAsync(study, Statistics("lvrat", "single = 'yes'")));

        // Is L000001, who lives with somebody, denied? Asked of another column, since the number of rows tells it.
        await AssertTooCloseAsync(study, Statistics("lvrat", "single = 'yes' or id = 'L000001' and deny = 'yes'"));
        await AssertTooCloseAsync(study, Analyses("single = 'yes' or id = 'L000001'", "one-sample, value: hirat"));

        // A table by groups, and one of its groups by a filter.
        Assert.Null(await AskAsync(study, Analyses(null, "chi-squared, rows: { column: afam, levels: [\"no\", \"yes\"] }, across: { column: deny, levels: [\"no\", \"yes\"] }")));
        Assert.Null(await AskAsync(study, Analyses("afam = 'yes' and deny = 'no'", "one-sample, value: lvrat")));
    }

    [Fact]
    public async Task A_general_tracker_of_filters_is_refused()
    {
        // q(who) = q(who or T) + q(not T, or who) − q(all), with T the singles.
        await using var study = await StartAsync(Hmda);
        Assert.Null(await AskAsync(study, Statistics("pirat", "single = 'yes' or id = 'L000001'")));
        Assert.Null(await AskAsync(study, Statistics("pirat", "single = 'no' or id = 'L000001'")));
        await AssertTooCloseAsync(study, Statistics("pirat", null));
    }

    [Fact]
    public async Task Over_joined_rows_each_owner_applies_what_is_on_its_columns()
    {
        var whole = (JobResult.Analyses)await RunJoinedAsync(Joined(Where), Hmda);
        Assert.Equal(1, whole.Result.Outcomes[0].Findings[0]["", "estimate"] / 0.22884852420927157, 1e-6); // tests/vectors/r: filtered-pearson
        Assert.Equal(1, whole.Result.Outcomes[0].Findings[0]["", "p.value"] / 4.0136709449075283e-13, 1e-6);
        Assert.Equal(1, whole.Result.Outcomes[1].Findings[0]["", "estimate"] / 0.2106289980612735, 1e-6); // joined-spearman-filtered
        Assert.Equal(1, whole.Result.Outcomes[1].Findings[0]["", "p.value"] / 2.6724435832978251e-11, 1e-6);

        // As of rows filtered before, also where a key stands in two rows of which the first is left out.
        string[][] some = [Hmda[0], .. Hmda[1..300]];
        string[][] twice = [some[0], .. some[1..].Select(row => Changed(Changed(row, 13, "yes"), 4, "0.5")), .. some[1..]];
        string[][] filtered = [some[0], .. some[1..].Where(row => row[13] == "no" && row[5] == "1")];
        const string few = "single = 'no' and chist = 1";
        Assert.Equal((await RunJoinedAsync(Joined(null), filtered)).Encode(), (await RunJoinedAsync(Joined(few), twice, some)).Encode());

        static string[] Changed(string[] row, int at, string value) => [.. row[..at], value, .. row[(at + 1)..]];
    }

    [Fact]
    public async Task Over_joined_rows_a_filter_has_to_be_divisible()
    {
        await using var study = await StartJoinedAsync(Hmda[..20]);
        async Task<(string Code, string Message)> RefusedAsync(string job)
        {
            var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None));
            return (refused.Code.Name, refused.Message);
        }

        Assert.Equal(("plan.filter-not-divisible", "The condition 'chist = 1 or single = 'no'' is on columns of both bo and al."), await RefusedAsync(Joined("deny = 'no' and (single = 'no' or chist = 1)")));
        Assert.Equal("plan.column-ambiguous", (await RefusedAsync(Joined("id <> 'L000001'"))).Code);
        Assert.Equal("plan.column-unknown", (await RefusedAsync(Joined("sex = 'f'"))).Code);
        Assert.Equal("plan.filter-unsuited", (await RefusedAsync(Joined("chist = 'no'"))).Code);

        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(
            Joined("not (single = 'yes' or chist > 2)").Replace("key: [id] }\nreceivers", "key: [id], where: \"id <> 'L000001'\" }\nreceivers", StringComparison.Ordinal)), None);
        Assert.Equal(["single <> 'yes'", "chist <= 2 and id <> 'L000001'"], plan.Inputs.Select(input => input.Filter!.ToString()));
        Assert.Equal(["id,lvrat,single", "id,pirat,chist"], plan.Inputs.Select(input => string.Join(',', input.Columns.Select(column => column.Name))));
        var explanation = Explanation.Of(plan);
        Assert.Contains(explanation.Notes, note => note.English.Contains("no owner can see", StringComparison.Ordinal) && note.Chinese.Contains("联接的行", StringComparison.Ordinal));
        Assert.Contains(explanation.Parties.Single(party => party.Party == Plans.Bo).Sends, text => text.English == "takes only its rows where chist <= 2 and id <> 'L000001'");
    }

    [Fact]
    public async Task An_explanation_says_each_owners_filter_in_both_languages()
    {
        await using var study = await StartAsync(Hmda);
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Statistics("pirat", "single = 'no' and lvrat < 0.8")), None);
        Assert.All(plan.Inputs, input => Assert.Equal(["pirat", "lvrat", "single"], input.Columns.Select(column => column.Name)));
        var explanation = Explanation.Of(plan);
        Assert.All(explanation.Parties.Where(party => party.Party != Plans.Cy), party => Assert.Contains(
            new Bilingual("takes only its rows where lvrat < 0.8 and single = 'no'", "仅取满足 lvrat < 0.8 and single = 'no' 的行"), party.Sends));
        Assert.Contains(explanation.Notes, note => note.English.Contains("a comparison with a missing value is not true", StringComparison.Ordinal) && note.Chinese.Contains("缺失值", StringComparison.Ordinal));
    }

    private static string Statistics(string column, string? where) => With($"""
        kind: statistics
        purpose: cohort-study
        parties:
          - {"{"} name: al, dataset: loans {"}"}
          - {"{"} name: bo, dataset: loans {"}"}
        receivers: [cy]
        parameters:
          columns: [{column}]
          statistics: [count, mean, sd]
        """, where);

    private static string Analyses(string? where, params string[] analyses) => With($"""
        kind: analysis
        purpose: cohort-study
        parties:
          - {"{"} name: al, dataset: loans {"}"}
          - {"{"} name: bo, dataset: loans {"}"}
        receivers: [cy]
        parameters:
          analyses:
        {string.Join('\n', analyses.Select(analysis => $"    - {{ test: {analysis} }}"))}
        """, where);

    private static string With(string job, string? where) => where is null ? job : $"{job}\n  where: \"{where}\"";

    private static string Joined(string? where) => With("""
        kind: analysis
        purpose: cohort-study
        parties:
          - { name: al, dataset: decisions, key: [id] }
          - { name: bo, dataset: incomes, key: [id] }
        receivers: [al]
        parameters:
          join:
            columns:
              - { column: pirat, min: 0, max: 3 }
              - { column: lvrat, min: 0, max: 2 }
          analyses:
            - { test: correlation, x: pirat, y: lvrat }
            - { test: spearman, x: pirat, y: lvrat }
        """, where);

    private static async Task<JobResult> RunJoinedAsync(string job, string[][] ofAl, string[][]? ofBo = null)
    {
        await using var study = await StartJoinedAsync(ofAl, ofBo);
        Assert.Null(await AskAsync(study, job));
        return Assert.Single(study[Plans.Al].Seen.Results).Value.Result;
    }

    // With all 16 decimals that R wrote, squares would leave 128 bits.
    private static async Task<Study> StartJoinedAsync(string[][] ofAl, string[][]? ofBo = null)
    {
        static string Rounded(string field) => decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? decimal.Round(value, 12).ToString(CultureInfo.InvariantCulture) : field;
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("decisions", [.. ofAl.Select(row => $"{row[0]},{row[1]},{Rounded(row[4])},{row[13]}")]);
        await study[Plans.Bo].OfferAsync("incomes", [.. (ofBo ?? ofAl).Select(row => $"{row[0]},{Rounded(row[2])},{row[3]},{row[5]}")]);
        study.StartAll();
        return study;
    }

    private static async Task<Study> StartAsync(string[][] rows)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        // Who holds a row follows from its number in the whole file, so that a filter leaves it where it is.
        bool IsNorth(string[] row) => (int.Parse(row[0][1..], CultureInfo.InvariantCulture) - 1) % 3 == 0;
        await study[Plans.Al].OfferAsync("loans", [.. rows.Where((row, i) => i == 0 || IsNorth(row)).Select(row => string.Join(',', row))]);
        await study[Plans.Bo].OfferAsync("loans", [.. rows.Where((row, i) => i == 0 || !IsNorth(row)).Select(row => string.Join(',', row))]);
        study.StartAll();
        return study;
    }

    // Both owners refuse, and whichever is first is named.
    private static async Task AssertTooCloseAsync(Study study, string job) => Assert.Equal(DisclosureErrors.TooClose.Name, (await AskAsync(study, job))?.Code);

    private static async Task<JobResult> RunAsync(string job, string[][] rows)
    {
        await using var study = await StartAsync(rows);
        Assert.Null(await AskAsync(study, job));
        return Assert.Single(study[Plans.Cy].Seen.Results).Value.Result;
    }

    /// <summary>Has a job approved and run; null when all commit, else what all parties say of its end.</summary>
    private static async Task<(string Code, PartyId? Party)?> AskAsync(Study study, string job) =>
        await study.RunAsync(await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None));
}
