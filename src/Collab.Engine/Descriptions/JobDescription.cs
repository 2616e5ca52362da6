using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Descriptions;

/// <summary>Reads a job description, the YAML a person writes (protocols/specs/job.md, JSON Schema beside it).</summary>
public static class JobDescription
{
    /// <summary>The words for statistics.</summary>
    internal static readonly Dictionary<string, Statistic> StatisticWords = new()
    {
        ["count"] = Statistic.Count,
        ["sum"] = Statistic.Sum,
        ["mean"] = Statistic.Mean,
        ["variance"] = Statistic.Variance,
        ["sd"] = Statistic.StandardDeviation,
        ["min"] = Statistic.Minimum,
        ["max"] = Statistic.Maximum,
    };

    private const int MostRows = 1 << 28;

    /// <summary>The words for security.</summary>
    internal static readonly Dictionary<string, SecurityModel> SecurityWords = new()
    {
        ["semi-honest"] = SecurityModel.SemiHonest,
        ["malicious"] = SecurityModel.Malicious,
    };

    private static readonly Dictionary<string, ConsentRule> ConsentWords = new()
    {
        ["none"] = ConsentRule.None,
        ["required"] = ConsentRule.Required,
        ["throughout"] = ConsentRule.Throughout,
    };

    private static readonly Dictionary<string, bool> ReplayWords = new() { ["none"] = false, ["kept"] = true };

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["intersection"] = Kind.Intersection,
        ["statistics"] = Kind.Statistics,
        ["analysis"] = Kind.Analysis,
        ["computation"] = Kind.Computation,
        ["retrieval"] = Kind.Retrieval,
        ["train"] = Kind.Training,
        ["predict"] = Kind.Prediction,
        ["evaluate"] = Kind.Evaluation,
        ["pipeline"] = Kind.Pipeline,
        ["cluster"] = Kind.Clustering,
        ["trace"] = Kind.Trace,
        ["attest"] = Kind.Attest,
        ["deliver"] = Kind.Deliver,
    };

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3650);

    /// <summary>Reads and checks a description.</summary>
    /// <exception cref="CollabException"><see cref="YamlSection.Invalid"/>, naming line, column and field.</exception>
    public static JobSpecification Parse(string yaml)
    {
        var job = YamlSection.Parse(yaml);
        var kind = job.Choice("kind", Kinds);
        var isIntersection = kind == Kind.Intersection;
        var isJoin = kind == Kind.Analysis && AnalysisDescription.Joins(job);
        var isRetrieval = kind == Kind.Retrieval;
        var isDelivery = kind == Kind.Deliver;
        var isByRows = kind == Kind.Training && ModelDescription.IsByRows(job);
        var isModel = !isByRows && kind is (Kind.Training or Kind.Prediction or Kind.Evaluation or Kind.Pipeline or Kind.Clustering);
        var parties = job.Sections("parties").Select(p => Input(p, isIntersection || isJoin || isRetrieval || isDelivery || isModel, isIntersection, !isRetrieval))
            .OrderBy(p => p.Owner).ToList();
        if (parties.DistinctBy(p => p.Owner).Count() != parties.Count) throw job.Error("parties", "names a party twice");
        if (isIntersection && parties.Count is < 2 or > IntersectionDescription.MostParties)
            throw job.Error("parties", $"must be two to {IntersectionDescription.MostParties} for an intersection");

        var specification = new JobSpecification(
            kind switch
            {
                Kind.Intersection => IntersectionDescription.Parse(job, parties),
                Kind.Statistics => Statistics(job.Section("parameters")),
                Kind.Computation => ComputationDescription.Parse(job.Section("parameters")),
                Kind.Retrieval => RetrievalDescription.Parse(job.Section("parameters")),
                Kind.Trace => TraceDescription.Parse(job.Section("parameters")),
                Kind.Attest => DeliveryDescription.ParseAttest(job.Section("parameters")),
                Kind.Deliver => DeliveryDescription.ParseDeliver(job.Section("parameters")),
                Kind.Training when isByRows => ModelDescription.ParseRowTraining(job.Section("parameters")),
                Kind.Training => ModelDescription.ParseTraining(job.Section("parameters")),
                Kind.Prediction => ModelDescription.ParsePrediction(job.Section("parameters")),
                Kind.Clustering => ModelDescription.ParseClustering(job.Section("parameters")),
                Kind.Evaluation => ModelDescription.ParseEvaluation(job.Section("parameters")),
                Kind.Pipeline => ModelDescription.ParsePipeline(job.Section("parameters")),
                _ => AnalysisDescription.Parse(job.Section("parameters")),
            },
            Code(job, "purpose"),
            parties,
            [.. job.Parties("receivers").Order()],
            job.Choice("security", SecurityWords, SecurityModel.SemiHonest),
            job.Duration("expires", TimeSpan.FromDays(7), LongestLife),
            job.Integer("uses", 1, 1, 1_000),
            job.Duration("run-limit", TimeSpan.FromMinutes(10), Plan.LongestRun))
        {
            Consent = job.Choice("consent", ConsentWords, ConsentRule.None),
            Algorithm = job.Has("algorithm") ? AlgorithmOf(job.Section("algorithm")) : null,
            Endorsers = job.Has("endorsers") ? EndorsersOf(job.Section("endorsers")) : null,
            Replay = job.Choice("replay", ReplayWords, false),
        };
        job.End();
        if (kind == Kind.Attest && parties.Count != 1) throw job.Error("parties", "must be one, the issuer, for an attestation");
        if ((isJoin || isRetrieval || isDelivery) && (parties.Count != 2 || parties.Exists(p => p.Keys.Count != 1)))
            throw job.Error("parties", $"must be two for a {(isJoin ? "join" : isDelivery ? "delivery" : "retrieval")}, each with one 'key'");
        if (isModel && parties.Exists(p => p.Keys.Count != 1)) throw job.Error("parties", "must each have one 'key' for a model");
        if (isIntersection && specification.Receivers.Any(receiver => parties.All(p => p.Owner != receiver)))
            throw job.Error("receivers", "must be among the parties of an intersection");
        return specification;
    }

    private static RequestedAlgorithm AlgorithmOf(YamlSection algorithm)
    {
        var name = algorithm.Text("name");
        if (name.Length is < 1 or > AlgorithmReference.LongestName) throw algorithm.Error("name", $"has not 1 to {AlgorithmReference.LongestName} letters");
        var requested = new RequestedAlgorithm(algorithm.Party("provider"), name, algorithm.Integer("version", 0, 1, 1_000_000));
        if (requested.Version == 0) throw algorithm.Error("version", "is missing");
        algorithm.End();
        return requested;
    }

    private static EndorsementRule EndorsersOf(YamlSection endorsers)
    {
        var of = endorsers.Parties("of");
        if (of.Count > EndorsementRule.MostEndorsers) throw endorsers.Error("of", $"names more than {EndorsementRule.MostEndorsers}");
        var rule = new EndorsementRule([.. of.Order()], endorsers.Integer("at-least", of.Count, 1, EndorsementRule.MostEndorsers));
        if (rule.AtLeast > of.Count) throw endorsers.Error("at-least", "is more than there are");
        endorsers.End();
        return rule;
    }

    private static RequestedInput Input(YamlSection party, bool hasKey, bool hasRows, bool hasFilter)
    {
        if (!hasKey && party.Has("key")) throw party.Error("key", "has no meaning for this kind of job");
        var input = new RequestedInput(
            party.Party("name"), party.Text("dataset"),
            hasKey ? IntersectionDescription.KeysOf(party) : [],
            hasRows && party.Has("rows") ? party.Integer("rows", 0, 0, MostRows) : null)
        {
            Where = hasFilter ? party.Filter("where") : null,
        };
        party.End();
        return input;
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

        var statistics = Words(parameters, "statistics", StatisticWords);
        var tellsSums = statistics.Any(s => s is not (Statistic.Count or Statistic.Minimum or Statistic.Maximum));
        var kind = new JobKind.JointStatistics(
            parameters.Texts("columns"), groupBy, statistics, parameters.Integer("minimum-group", 10, 1, 1_000_000),
            Dominance(parameters, tellsSums && !parameters.Has("privacy") ? DominanceRule.Default : null))
        {
            Total = parameters.Boolean("total", false),
            Contributor = parameters.Has("contributor") ? parameters.Text("contributor") : null,
            Privacy = parameters.Has("privacy") ? PrivacyDescription.Parse(parameters.Section("privacy")) : null,
            Where = parameters.Filter("where"),
        };
        parameters.End();
        return kind;
    }

    /// <summary>A rule of dominance, <c>none</c>, or what holds when nothing is said.</summary>
    internal static DominanceRule? Dominance(YamlSection section, DominanceRule? otherwise)
    {
        const string field = "dominance";
        if (!section.Has(field)) return otherwise;
        if (section.HasText(field)) return section.Text(field) == "none" ? null : throw section.Error(field, "is neither none nor a group of p, n and k");
        var numbers = section.Section(field);
        var rule = new DominanceRule(
            numbers.Integer("p", 0, 1, 100), numbers.Integer("n", 0, 1, DominanceRule.MostLargest), numbers.Integer("k", 0, 1, 99));
        numbers.End();
        return rule.IsSound ? rule : throw section.Error(field, "has neither p, nor n with k");
    }

    /// <summary>A list of words of a closed set.</summary>
    internal static IReadOnlyList<T> Words<T>(YamlSection section, string field, IReadOnlyDictionary<string, T> words) =>
        [.. section.Texts(field).Select(word => words.TryGetValue(word, out var meant)
            ? meant
            : throw section.Error(field, $"are of {string.Join(", ", words.Keys)}{NearestName.Hint(word, words.Keys)}"))];

    private static string Code(YamlSection job, string field)
    {
        var code = job.Text(field);
        return code.Length <= 64 && code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? code
            : throw job.Error(field, "is no code of 1 to 64 of a-z, 0-9 and '-'");
    }

    private enum Kind
    {
        Intersection,
        Statistics,
        Analysis,
        Computation,
        Retrieval,
        Training,
        Prediction,
        Evaluation,
        Pipeline,
        Clustering,
        Trace,
        Attest,
        Deliver,
    }
}
