using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Descriptions;

/// <summary>Reads a job description, the YAML a person writes (protocols/specs/job.md, JSON Schema beside it).</summary>
public static class JobDescription
{
    private static readonly Dictionary<string, Statistic> StatisticWords = new()
    {
        ["count"] = Statistic.Count,
        ["sum"] = Statistic.Sum,
        ["mean"] = Statistic.Mean,
        ["variance"] = Statistic.Variance,
        ["sd"] = Statistic.StandardDeviation,
        ["min"] = Statistic.Minimum,
        ["max"] = Statistic.Maximum,
    };

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3650);

    /// <summary>Reads and checks a description.</summary>
    /// <exception cref="CollabException"><see cref="YamlSection.Invalid"/>, naming line, column and field.</exception>
    public static JobSpecification Parse(string yaml)
    {
        var job = YamlSection.Parse(yaml);
        var kinds = new Dictionary<string, bool> { ["intersection"] = true, ["statistics"] = false };
        var isIntersection = job.Choice("kind", kinds);
        var parties = job.Sections("parties").Select(p => Input(p, isIntersection)).OrderBy(p => p.Owner).ToList();
        if (parties.DistinctBy(p => p.Owner).Count() != parties.Count) throw job.Error("parties", "names a party twice");
        if (isIntersection && parties.Count != 2) throw job.Error("parties", "must be two for an intersection");

        var specification = new JobSpecification(
            isIntersection ? Intersection(job) : Statistics(job.Section("parameters")),
            Code(job, "purpose"),
            parties,
            [.. job.Parties("receivers").Order()],
            job.Choice("security", new Dictionary<string, SecurityModel> { ["semi-honest"] = SecurityModel.SemiHonest }, SecurityModel.SemiHonest),
            job.Duration("expires", TimeSpan.FromDays(7), LongestLife),
            job.Integer("uses", 1, 1, 1_000),
            job.Duration("run-limit", TimeSpan.FromMinutes(10), Plan.LongestRun));
        job.End();
        if (isIntersection && specification.Receivers is not [var receiver])
            throw job.Error("receivers", "must be one for an intersection");
        if (isIntersection && parties.All(p => p.Owner != specification.Receivers[0]))
            throw job.Error("receivers", "must be one of the two parties of an intersection");
        return specification;
    }

    private static RequestedInput Input(YamlSection party, bool needsKey)
    {
        var input = new RequestedInput(
            party.Party("name"), party.Text("dataset"), needsKey ? party.Texts("key") : party.TextsOrNone("key"));
        if (!needsKey && input.Key.Count > 0) throw party.Error("key", "has no meaning for this kind of job");
        party.End();
        return input;
    }

    private static JobKind.Intersection Intersection(YamlSection job)
    {
        if (!job.Has("parameters")) return new(KeyRule.Default);
        var parameters = job.Section("parameters");
        var problems = new Dictionary<string, KeyProblem> { ["skip"] = KeyProblem.Skip, ["fail"] = KeyProblem.Fail };
        var rule = new KeyRule(
            parameters.Boolean("trim", KeyRule.Default.Trim),
            parameters.Boolean("nfkc", KeyRule.Default.CompatibilityForm),
            parameters.Choice("case", new Dictionary<string, KeyCase> { ["keep"] = KeyCase.Keep, ["lower"] = KeyCase.Lower }, KeyRule.Default.Case),
            parameters.Choice("blank", problems, KeyRule.Default.Blank),
            parameters.Choice("duplicate", problems, KeyRule.Default.Duplicate));
        parameters.End();
        return new(rule);
    }

    private static JobKind.JointStatistics Statistics(YamlSection parameters)
    {
        GroupBy? groupBy = null;
        if (parameters.Has("group-by"))
        {
            var grouping = parameters.Section("group-by");
            groupBy = new GroupBy(grouping.Text("column"), grouping.Texts("levels"));
            grouping.End();
        }

        var statistics = parameters.Texts("statistics").Select(word => StatisticWords.TryGetValue(word, out var statistic)
            ? statistic
            : throw parameters.Error("statistics", $"are of {string.Join(", ", StatisticWords.Keys)}{NearestName.Hint(word, StatisticWords.Keys)}"));
        var kind = new JobKind.JointStatistics(
            parameters.Texts("columns"), groupBy, [.. statistics], parameters.Integer("minimum-group", 10, 1, 1_000_000));
        parameters.End();
        return kind;
    }

    private static string Code(YamlSection job, string field)
    {
        var code = job.Text(field);
        return code.Length <= 64 && code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? code
            : throw job.Error(field, "is no code of 1 to 64 of a-z, 0-9 and '-'");
    }
}
