using Collab.Engine.Descriptions;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Descriptions;

public sealed class JobDescriptionTests
{
    private const string Intersection = """
        kind: intersection
        purpose: cohort-study
        parties:
          - name: bo
            dataset: patients
            key: [id, born]
          - name: al
            dataset: people
            key: nr
        receivers: [al]
        """;

    private const string Statistics = """
        kind: statistics
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        parameters:
          columns: [age]
          group-by: { column: city, levels: [Rome, "0"] }
          statistics: [mean, sd]
          minimum-group: 5
        expires: 12h
        uses: 3
        run-limit: 90s
        """;

    [Fact]
    public void What_is_left_out_has_the_defaults_of_the_spec()
    {
        var job = JobDescription.Parse(Intersection);
        Assert.Equal(KeyRule.Default, Assert.IsType<JobKind.Intersection>(job.Kind).KeyRule);
        Assert.Equal(
            (SecurityModel.SemiHonest, TimeSpan.FromDays(7), 1, TimeSpan.FromMinutes(10)), (job.Security, job.Lifetime, job.Uses, job.RunLimit));
        Assert.Equal([Plans.Al, Plans.Bo], job.Parties.Select(p => p.Owner)); // by name, whatever the order in the file
        Assert.Equal(["id", "born"], job.Parties[1].Key);
        Assert.Equal(["nr"], job.Parties[0].Key);
    }

    [Fact]
    public void What_is_written_is_what_is_asked_for()
    {
        var job = JobDescription.Parse(Statistics);
        var kind = Assert.IsType<JobKind.JointStatistics>(job.Kind);
        Assert.Equal(["age"], kind.Columns);
        Assert.Equal(["Rome", "0"], kind.GroupBy!.Levels);
        Assert.Equal([Statistic.Mean, Statistic.StandardDeviation], kind.Statistics);
        Assert.Equal((5, TimeSpan.FromHours(12), 3, TimeSpan.FromSeconds(90)), (kind.MinimumGroupSize, job.Lifetime, job.Uses, job.RunLimit));
    }

    [Theory]
    [InlineData("kind: statistics", "kind: statistic", "Line 1, column 7: 'kind' is none of intersection, statistics; did you mean 'statistics'?")]
    [InlineData("purpose: cohort-study\n", "", "Line 1, column 1: 'purpose' is missing.")]
    [InlineData("cohort-study", "Cohort study", "Line 2, column 10: 'purpose' is no code of 1 to 64 of a-z, 0-9 and '-'.")]
    [InlineData("uses:", "use:", "Line 13, column 1: 'use' is no known field; did you mean 'uses'?")]
    [InlineData("uses: 3", "uses: many", "Line 13, column 7: 'uses' is not a whole number from 1 to 1000.")]
    [InlineData("minimum-group: 5", "minimum-grop: 5", "Line 11, column 3: 'parameters.minimum-grop' is no known field; did you mean 'minimum-group'?")]
    [InlineData("[mean, sd]", "[mean, sdd]", "Line 10, column 15: 'parameters.statistics' are of count, sum, mean, variance, sd, min, max; did you mean 'sd'?")]
    [InlineData("[age]", "[]", "Line 8, column 12: 'parameters.columns' is an empty list.")]
    [InlineData("[age]", "[age, age]", "Line 8, column 12: 'parameters.columns' names something twice.")]
    [InlineData("name: bo", "name: Bo", "Line 5, column 13: 'parties[1].name' is no party name (a-z, 0-9 and '-', beginning with a letter).")]
    [InlineData("name: bo", "name: al", "Line 4, column 3: 'parties' names a party twice.")]
    [InlineData("12h", "12 hours", "Line 12, column 10: 'expires' is not a duration such as 90s, 15m, 12h or 30d, at most 3650d.")]
    [InlineData("12h", "0h", "Line 12, column 10: 'expires' is not a duration such as 90s, 15m, 12h or 30d, at most 3650d.")]
    [InlineData("90s", "31d", "Line 14, column 12: 'run-limit' is not a duration such as 90s, 15m, 12h or 30d, at most 30d.")]
    [InlineData("receivers: [cy]", "receivers: []", "Line 6, column 12: 'receivers' is an empty list.")]
    [InlineData("{ name: al, dataset: visits }", "{ name: al, dataset: visits, key: id }", "Line 4, column 39: 'parties[0].key' has no meaning for this kind of job.")]
    [InlineData("{ name: al, dataset: visits }", "al", "Line 4, column 3: 'parties' has an item that is not a group of fields.")]
    [InlineData("columns: [age]", "columns: [{}]", "Line 8, column 13: 'parameters.columns' is not a value.")]
    public void A_mistake_is_named_with_its_place(string correct, string wrong, string message) => Refuses(Statistics.Replace(correct, wrong, StringComparison.Ordinal), message);

    [Theory]
    [InlineData("receivers: [al]", "receivers: [al, bo]", "Line 10, column 12: 'receivers' must be one for an intersection.")]
    [InlineData("receivers: [al]", "receivers: [cy]", "Line 10, column 12: 'receivers' must be one of the two parties of an intersection.")]
    [InlineData("    key: nr\n", "", "Line 7, column 5: 'parties[1].key' is missing.")]
    public void A_mistake_in_an_intersection_is_named_with_its_place(string correct, string wrong, string message) =>
        Refuses(Intersection.Replace(correct, wrong, StringComparison.Ordinal), message);

    [Theory]
    [InlineData("kind: [")]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("- a list")]
    [InlineData("a: 1\n---\na: 2")]
    [InlineData("kind: statistics\nkind: intersection")]
    public void What_is_not_one_group_of_fields_is_refused(string text) =>
        Assert.Equal(YamlSection.Invalid, Assert.Throws<CollabException>(() => JobDescription.Parse(text)).Code);

    private static void Refuses(string text, string message)
    {
        var failure = Assert.Throws<CollabException>(() => JobDescription.Parse(text));
        Assert.Equal((YamlSection.Invalid, message), (failure.Code, failure.Message));
    }
}
