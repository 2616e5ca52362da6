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
        Assert.Equal(["id", "born"], Assert.Single(job.Parties[1].Keys));
        Assert.Equal(["nr"], Assert.Single(job.Parties[0].Keys));
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

    [Fact]
    public void What_is_told_of_an_intersection_is_what_is_written()
    {
        IntersectionQuestion Ask(string parameters, string receivers = "[al]")
        {
            var kind = Assert.IsType<JobKind.Intersection>(JobDescription.Parse(
                Intersection.Replace("[al]", receivers, StringComparison.Ordinal) + $"\nparameters: {{ {parameters} }}").Kind);
            return new IntersectionQuestion(kind.KeyRule, [], kind.Reveal, kind.AtLeast, kind.Choice, kind.Bandwidth, []);
        }

        Assert.True(Ask("trim: true").IsPlain);
        Assert.Equal(new Reveal.Rows(), Ask("reveal: rows").Reveal);
        Assert.Equal(new Reveal.Cardinality(), Ask("reveal: cardinality").Reveal);
        Assert.Equal(DuplicateKeys.All, Ask("reveal: differences").KeyRule.Duplicate);
        Assert.Equal(DuplicateKeys.Refuse, Ask("reveal: differences, duplicate: refuse").KeyRule.Duplicate);
        Assert.Equal((ProtocolChoice.Rr22, 1000), (Ask("protocol: rr22, bandwidth: 1000").Choice, Ask("bandwidth: 1000").Bandwidth));
        Assert.Equal(
            [DuplicateKeys.First, DuplicateKeys.Refuse, DuplicateKeys.All, DuplicateKeys.First, DuplicateKeys.Refuse],
            new[] { "first", "refuse", "all", "skip", "fail" }.Select(word => Ask($"duplicate: {word}").KeyRule.Duplicate));

        var join = Assert.IsType<Reveal.Join>(Ask("reveal: join, columns: [class, since]").Reveal);
        Assert.Equal((Plans.Bo, "class+since"), (join.Of, string.Join('+', join.Columns))); // the owner that does not receive
        var aggregates = Assert.IsType<Reveal.Aggregates>(
            Ask("reveal: aggregates, of: bo, columns: [amount, age], statistics: [sum, sd], minimum: 3", "[al, bo]").Reveal);
        Assert.Equal((Plans.Bo, 3), (aggregates.Of, aggregates.Minimum));
        Assert.Equal(["amount", "age"], aggregates.Measures.Select(m => m.Column));
        Assert.Equal([Statistic.Sum, Statistic.StandardDeviation], aggregates.Statistics);
    }

    [Theory]
    [InlineData("kind: statistics", "kind: statistic", "Line 1, column 7: 'kind' is none of intersection, statistics, analysis, computation, retrieval, train, predict, evaluate, pipeline, cluster, trace, attest, deliver; did you mean 'statistics'?")]
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
    [InlineData("epsilon: 0", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("epsilon: -1", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("epsilon: NaN", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("epsilon: 1e-3", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("epsilon: 0.0000005", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("epsilon: 100.5", "'parameters.privacy.epsilon' is no decimal above 0, at most 100, of at most 6 digits behind the point.")]
    [InlineData("delta: 1", "'parameters.privacy.delta' is no decimal above 0, at most 0.01, such as 0.000001, of at most 18 digits behind the point.")]
    [InlineData("delta: 0", "'parameters.privacy.delta' is no decimal above 0, at most 0.01, such as 0.000001, of at most 18 digits behind the point.")]
    [InlineData("mechanism: laplace", "'parameters.privacy.delta' has no meaning for Laplace noise.")]
    [InlineData("mechanism: gauss", "'parameters.privacy.mechanism' is none of laplace, gaussian.")]
    [InlineData("ranges: [{ column: age, min: 5, max: 4 }]", "'parameters.privacy.ranges[0].max' is below the minimum, or both are 0.")]
    [InlineData("ranges: [{ column: age, min: 0, max: 0 }]", "'parameters.privacy.ranges[0].max' is below the minimum, or both are 0.")]
    [InlineData("ranges: [{ column: age, min: 0, max: 1 }, { column: age, min: 0, max: 1 }]", "'parameters.privacy.ranges' names a column twice.")]
    public void Noise_without_a_meaning_is_refused(string wrong, string message)
    {
        var fields = new Dictionary<string, string> { ["mechanism"] = "gaussian", ["epsilon"] = "0.5", ["delta"] = "0.000001", ["ranges"] = "[{ column: age, min: 0, max: 110 }]" };
        var field = wrong.Split(": ", 2);
        fields[field[0]] = field[1];
        var job = Statistics.Replace("columns: [age]", $"columns: [age]\n  privacy: {{ {string.Join(", ", fields.Select(f => $"{f.Key}: {f.Value}"))} }}", StringComparison.Ordinal);
        var refused = Assert.Throws<CollabException>(() => JobDescription.Parse(job));
        Assert.Equal(YamlSection.Invalid, refused.Code);
        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("receivers: [al]", "receivers: [cy]", "Line 10, column 12: 'receivers' must be among the parties of an intersection.")]
    [InlineData("key: nr", "key: nr\n    keys: [nr]", "Line 10, column 11: 'parties[1].keys' has no meaning beside 'key'.")]
    [InlineData("key: nr", "keys: nr", "Line 9, column 11: 'parties[1].keys' is not a list.")]
    [InlineData("key: nr", "keys: [[nr], []]", "Line 9, column 11: 'parties[1].keys' has an empty list.")]
    [InlineData("key: nr", "keys: [[nr, nr]]", "Line 9, column 11: 'parties[1].keys' names something twice.")]
    [InlineData("key: nr", "keys: [nr, [nr]]", "Line 9, column 11: 'parties[1].keys' names something twice.")]
    [InlineData("key: nr", "key: nr\n    rows: -1", "Line 10, column 11: 'parties[1].rows' is not a whole number from 0 to 268435456.")]
    [InlineData("receivers: [al]", "receivers: [al]\nsecurity: malicous", "Line 11, column 11: 'security' is none of semi-honest, malicious; did you mean 'malicious'?")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { reveal: row }", "Line 11, column 23: 'parameters.reveal' is none of rows, differences, cardinality, aggregates, join, changes, holders; did you mean 'rows'?")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { revael: rows }", "Line 11, column 15: 'parameters.revael' is no known field; did you mean 'reveal'?")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { protocol: rr23 }", "Line 11, column 25: 'parameters.protocol' is none of auto, ecdh, rr22, unbalanced; did you mean 'rr22'?")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { minimum: 5 }", "Line 11, column 24: 'parameters.minimum' has no meaning with 'reveal: rows'.")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { reveal: join }", "Line 11, column 13: 'parameters.columns' is missing.")]
    [InlineData("receivers: [al]", "receivers: [al, bo]\nparameters: { reveal: join, columns: x }", "Line 10, column 12: 'receivers' must leave one party out for a join: the one whose columns are told.")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { reveal: aggregates, of: bob, columns: x, statistics: sum }", "Line 11, column 39: 'parameters.of' is none of the parties; did you mean 'bo'?")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { reveal: aggregates, of: bo, columns: x, statistics: [sum, max] }", "Line 11, column 67: 'parameters.statistics' are of count, sum, mean, variance, sd.")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { reveal: differences, duplicate: first }", "Line 11, column 47: 'parameters.duplicate' must be refuse or all with 'reveal: differences'.")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { duplicate: every }", "Line 11, column 26: 'parameters.duplicate' is none of first, refuse, all, skip, fail.")]
    [InlineData("receivers: [al]", "receivers: [al]\nparameters: { at-least: 3 }", "Line 11, column 25: 'parameters.at-least' is more than there are parties.")]
    [InlineData("    key: nr\n", "", "Line 7, column 5: 'parties[1].key' is missing.")]
    public void A_mistake_in_an_intersection_is_named_with_its_place(string correct, string wrong, string message) =>
        Refuses(Intersection.Replace(correct, wrong, StringComparison.Ordinal), message);

    [Theory]
    [InlineData("kind: &a [*a]", "an alias")]
    [InlineData("kind: &a { b: *a }", "an alias")]
    [InlineData("kind: &a [x, x]\nparties: [*a, *a]", "an alias")]
    public void What_names_itself_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<CollabException>(() => JobDescription.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void What_is_nested_without_end_is_refused(string open) => Assert.Contains(
        "nested more than 64 deep", Assert.Throws<CollabException>(() => JobDescription.Parse($"kind:\n {string.Concat(Enumerable.Repeat(open, 200_000))}")).Message, StringComparison.Ordinal);

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
