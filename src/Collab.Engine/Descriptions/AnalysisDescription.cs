using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the analyses of a job description (protocols/specs/job.md, "Parameters of an analysis").</summary>
internal static class AnalysisDescription
{
    private static readonly Dictionary<string, Func<YamlSection, Analysis>> Words = new()
    {
        ["one-sample"] = section => OneSample(section),
        ["paired"] = section => new Analysis.PairedMeans(Measure(section, "first"), Measure(section, "second")),
        ["two-sample"] = section => Groups(section, MeanTest.EqualVariances),
        ["welch"] = section => Groups(section, MeanTest.Welch),
        ["anova"] = section => Groups(section, MeanTest.AnalysisOfVariance),
        ["chi-squared"] = section => Table(section, section.Boolean("correct", true) ? TableTest.ChiSquared : TableTest.ChiSquaredPlain),
        ["fisher"] = section => Table(section, TableTest.Fisher),
        ["ratios"] = section => Table(section, TableTest.Ratios),
        ["correlation"] = section => new Analysis.Correlation(Measure(section, "x"), Measure(section, "y")),
        ["shape"] = section => new Analysis.Shape(Measure(section, "value")),
        ["linear"] = section => new Analysis.Linear(Measure(section, "response"), [.. section.Texts("covariates").Select(name => new Measure(name, 0))]),
        ["survival"] = Survival,
    };

    /// <summary>Reads the parameters.</summary>
    public static JobKind.JointAnalyses Parse(YamlSection parameters)
    {
        var kind = new JobKind.JointAnalyses(
            [.. parameters.Sections("analyses").Select(One)], parameters.Integer("minimum-group", 10, 1, 1_000_000));
        parameters.End();
        return kind;
    }

    private static Analysis One(YamlSection section)
    {
        var word = section.Text("test");
        if (!Words.TryGetValue(word, out var read))
            throw section.Error("test", $"is none of {string.Join(", ", Words.Keys)}{NearestName.Hint(word, Words.Keys)}");
        var analysis = read(section);
        section.End();
        return analysis.IsSound ? analysis : throw section.Error("test", "does not suit its columns, levels or times; 'job.md' has the table");
    }

    private static Analysis.Means OneSample(YamlSection section)
    {
        var (units, scale) = Decimal(section, "mean", section.Text("mean", "0"));
        return new Analysis.Means(new Measure(section.Text("value"), scale), null, MeanTest.OneSample, units);
    }

    private static Analysis.Means Groups(YamlSection section, MeanTest test) => new(Measure(section, "value"), Levels(section, "by"), test, 0);

    private static Analysis.Table Table(YamlSection section, TableTest test) => new(Levels(section, "rows"), Levels(section, "across"), test);

    private static Analysis.Survival Survival(YamlSection section)
    {
        var ends = section.Texts("until").Select(text => Decimal(section, "until", text)).ToList();
        var scale = ends.Max(end => end.Scale);
        return new Analysis.Survival(
            new Measure(section.Text("time"), scale), Levels(section, "event"), section.Has("by") ? Levels(section, "by") : null,
            [.. ends.Select(end => checked(end.Units * Power(scale - end.Scale)))]);
    }

    private static Measure Measure(YamlSection section, string field) => new(section.Text(field), 0);

    private static GroupBy Levels(YamlSection section, string field)
    {
        var grouping = section.Section(field);
        var levels = new GroupBy(grouping.Text("column"), grouping.Texts("levels"));
        grouping.End();
        return levels;
    }

    internal static (long Units, int Scale) Decimal(YamlSection section, string field, string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var scale = point < 0 ? 0 : text.Length - point - 1;
        return scale <= 9 && text.Length <= 17 && long.TryParse(
                text.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var units)
            ? (units, scale)
            : throw section.Error(field, "is no decimal number of at most 15 digits, 9 of them behind the point");
    }

    private static long Power(int exponent) => (long)Math.Pow(10, exponent);
}
