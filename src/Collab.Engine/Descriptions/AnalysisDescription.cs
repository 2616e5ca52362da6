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
        ["proportions"] = section => Table(section, TableTest.Proportions),
        ["proportion"] = section => Proportion(section),
        ["correlation"] = section => new Analysis.Correlation(Measure(section, "x"), Measure(section, "y")),
        ["shape"] = section => new Analysis.Shape(Measure(section, "value")),
        ["linear"] = section => new Analysis.Linear(Measure(section, "response"), Covariates(section)),
        ["logistic"] = section => new Analysis.Logistic(Levels(section, "response"), Covariates(section)),
        ["poisson"] = section => new Analysis.Poisson(Measure(section, "response"), Covariates(section)),
        ["cox"] = Cox,
        ["survival"] = Survival,
        ["quantiles"] = section => Quantiles(section, Decimals(section, "probabilities").Units, Decimals(section, "probabilities").Scale),
        ["median"] = section => Quantiles(section, [5], 1),
        ["histogram"] = section => Binned(section, BinnedTest.Histogram),
        ["stability"] = section => Binned(section, BinnedTest.Stability),
        ["mann-whitney"] = section => Ranked(section, RankTest.MannWhitney, BinnedTest.MannWhitney),
        ["kruskal-wallis"] = section => Ranked(section, RankTest.KruskalWallis, BinnedTest.KruskalWallis),
        ["kolmogorov-smirnov"] = section => Ranked(section, RankTest.KolmogorovSmirnov, BinnedTest.KolmogorovSmirnov),
        ["spearman"] = section => new Analysis.Ranked(Measure(section, "x"), null, Measure(section, "y"), RankTest.Spearman, IsDealt(section)),
    };

    /// <summary>Reads the parameters.</summary>
    public static JobKind.JointAnalyses Parse(YamlSection parameters)
    {
        var kind = new JobKind.JointAnalyses(
            [.. parameters.Sections("analyses").Select(One)], parameters.Integer("minimum-group", 10, 1, 1_000_000))
        {
            Join = parameters.Has("join") ? Join(parameters.Section("join")) : null,
            Where = parameters.Filter("where"),
        };
        parameters.End();
        return kind;
    }

    /// <summary>Whether the job joins two tables, so that its parties have keys.</summary>
    public static bool Joins(YamlSection job) => job.Has("parameters") && job.Section("parameters").Has("join");

    private static RequestedJoin Join(YamlSection section)
    {
        var rule = IntersectionDescription.Rule(section, KeyRule.Default.Duplicate);
        if (rule.Duplicate == DuplicateKeys.All) throw section.Error("duplicate", "must be first or refuse: a key of a join stands for one row");
        var join = new RequestedJoin(rule, section.Has("columns") ? [.. section.Sections("columns").Select(Column)] : []);
        if (join.Columns.DistinctBy(column => column.Column).Count() != join.Columns.Count) throw section.Error("columns", "names a column twice");
        section.End();
        return join;
    }

    private static RequestedColumn Column(YamlSection section)
    {
        var name = section.Text("column");
        var column = new RequestedColumn(
            name, section.Has("of") ? section.Party("of") : null, section.Has("min") || section.Has("max") ? PrivacyDescription.Range(section, name) : null);
        section.End();
        return column;
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

    private static Analysis.Proportion Proportion(YamlSection section)
    {
        var (units, scale) = Decimal(section, "share", section.Text("share", "0.5"));
        return new Analysis.Proportion(Levels(section, "of"), units, scale);
    }

    private static Analysis.Survival Survival(YamlSection section)
    {
        var (ends, scale) = Decimals(section, "until");
        return new Analysis.Survival(
            new Measure(section.Text("time"), scale), Levels(section, "event"), section.Has("by") ? Levels(section, "by") : null, ends);
    }

    private static Analysis.Quantiles Quantiles(YamlSection section, long[] probabilities, int scale)
    {
        var value = section.Text("value");
        if (!section.Has("min") && !section.Has("max")) return new Analysis.Quantiles(new Measure(value, 0), GroupsOf(section), probabilities, scale);
        var (low, high) = (Decimal(section, "min", section.Text("min")), Decimal(section, "max", section.Text("max")));
        var decimals = Math.Max(low.Scale, high.Scale);
        return new Analysis.Quantiles(
            new Measure(value, decimals), GroupsOf(section), probabilities, scale,
            checked(low.Units * Power(decimals - low.Scale)), checked(high.Units * Power(decimals - high.Scale)));
    }

    private static GroupBy? GroupsOf(YamlSection section) => section.Has("by") ? Levels(section, "by") : null;

    /// <summary>With breaks all of a bin are tied and its count is told; without, the values themselves are ranked, on shares.</summary>
    private static Analysis Ranked(YamlSection section, RankTest test, BinnedTest binned) => section.Has("breaks")
        ? Binned(section, binned)
        : new Analysis.Ranked(Measure(section, "value"), Levels(section, "by"), null, test, IsDealt(section));

    private static bool IsDealt(YamlSection section) =>
        section.Has("dealer") && (section.Text("dealer") == "receiver" ? true : throw section.Error("dealer", "is none of receiver"));

    private static Analysis.Cox Cox(YamlSection section)
    {
        var (ends, scale) = Decimals(section, "until");
        return new Analysis.Cox(new Measure(section.Text("time"), scale), Levels(section, "event"), Covariates(section), ends);
    }

    private static Analysis.Binned Binned(YamlSection section, BinnedTest test)
    {
        var (breaks, scale) = Decimals(section, "breaks");
        return new Analysis.Binned(new Measure(section.Text("value"), scale), test == BinnedTest.Histogram ? null : Levels(section, "by"), breaks, test);
    }

    private static (long[] Units, int Scale) Decimals(YamlSection section, string field)
    {
        var numbers = section.Texts(field).Select(text => Decimal(section, field, text)).ToList();
        var scale = numbers.Max(number => number.Scale);
        return ([.. numbers.Select(number => checked(number.Units * Power(scale - number.Scale)))], scale);
    }

    private static Measure Measure(YamlSection section, string field) => new(section.Text(field), 0);

    private static Measure[] Covariates(YamlSection section) => [.. section.Texts("covariates").Select(name => new Measure(name, 0))];

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
