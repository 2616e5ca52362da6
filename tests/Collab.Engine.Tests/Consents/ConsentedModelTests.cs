using Collab.Engine.Consents;
using Collab.Engine.Descriptions;
using Collab.Engine.Tests.Support;
using Collab.Jobs;

namespace Collab.Engine.Tests.Consents;

/// <summary>A pipeline that requires consent trains on, predicts and describes the rows of who consents, as if the others had never been there.</summary>
public sealed class ConsentedModelTests
{
    private const string Pipeline = """
        kind: pipeline
        purpose: credit-risk
        parties:
          - { name: al, dataset: decisions, key: [id] }
          - { name: bo, dataset: incomes, key: [id] }
        receivers: [al]
        consent: none
        parameters:
          steps:
            - kind: train
              parameters:
                label: { of: al, column: deny, positive: "yes" }
                features:
                  - { of: al, columns: [lvrat, chist] }
                  - { of: bo, columns: [pirat, hirat] }
                model: { kind: boosted-trees, trees: 2, depth: 3, bins: 16 }
                test-percent: 0
                minimum-rows: 50
            - kind: predict
              parameters: { model: trained }
            - kind: analysis
              parameters: { join: { columns: [{ column: chist, min: 0, max: 9 }] }, analyses: [{ test: shape, value: chist }] }
        """;

    [Fact]
    public async Task A_pipeline_takes_the_rows_of_who_consents_and_withdrawn_ones_are_gone_from_all_its_steps()
    {
        var rows = await ModelJobTests.RowsAsync();
        HashSet<string> withConsent = [.. rows.Skip(1).Where((_, i) => i % 5 != 0).Select(fields => fields[0])], ofBo = [.. withConsent.Where((_, i) => i % 7 != 0)];

        await using var asked = await StartAsync(rows, rows);
        asked[Plans.Al].Consents.Give([.. rows.Skip(1).Select(fields => Consent(fields[0], "deny", "lvrat", "chist"))]);
        foreach (var fields in rows.Skip(1).Where(fields => !withConsent.Contains(fields[0]))) asked[Plans.Al].Consents.Withdraw(fields[0], null, null);
        asked[Plans.Bo].Consents.Give([.. ofBo.Select(id => Consent(id, "pirat", "hirat"))]);
        asked[Plans.Bo].Consents.Give([.. rows.Skip(1).Where(fields => !ofBo.Contains(fields[0])).Select(fields => Consent(fields[0], "pirat"))]); // not to all that is read
        var (predictions, described) = await RunAsync(asked, Pipeline.Replace("consent: none", "consent: required", StringComparison.Ordinal));

        await using var alone = await StartAsync([.. rows.Where((fields, i) => i == 0 || withConsent.Contains(fields[0]))], [.. rows.Where((fields, i) => i == 0 || ofBo.Contains(fields[0]))]);
        var (expected, expectedDescription) = await RunAsync(alone, Pipeline);
        Assert.Equal(withConsent.Intersect(ofBo).Count(), expected.Count);
        Assert.Equal(expected, predictions);
        Assert.Equal(expectedDescription, described);

        var use = Assert.Single(asked[Plans.Bo].Consents.UsesOf(ofBo.First()));
        Assert.Equal(["pirat", "hirat"], use.Fields);
        Assert.Empty(asked[Plans.Bo].Consents.UsesOf(rows[1][0])); // consents to one column alone
    }

    private static async Task<(Dictionary<string, double> Predictions, byte[] Description)> RunAsync(Study study, string pipeline)
    {
        var receiver = study[Plans.Al];
        Assert.Null(await study.RunAsync(await receiver.Engine.PlanAsync(JobDescription.Parse(pipeline), CancellationToken.None)));
        var steps = Assert.IsType<JobResult.Pipeline>(Assert.Single(receiver.Seen.Results).Value.Result).Steps;
        return (
            Assert.IsType<JobResult.Predictions>(steps[1].Result).Rows.ToDictionary(row => row.Match.Key[0], row => row.Value),
            Assert.IsType<JobResult.Analyses>(steps[2].Result).Encode());
    }

    private static async Task<Study> StartAsync(IReadOnlyList<string[]> ofAl, IReadOnlyList<string[]> ofBo)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferOfAsync("id", "decisions", [.. ofAl.Select(fields => $"{fields[0]},{fields[1]},{fields[4]},{fields[5]}")]);
        await study[Plans.Bo].OfferOfAsync("id", "incomes", [.. ofBo.Select(fields => $"{fields[0]},{fields[2]},{fields[3]}")]);
        study.StartAll();
        return study;
    }

    private static ConsentRecord Consent(string subject, params string[] fields) =>
        new(subject, "al", "credit-risk", fields, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
