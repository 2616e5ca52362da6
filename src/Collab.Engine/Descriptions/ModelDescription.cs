using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the parameters of a training, of a prediction and of an evaluation (protocols/specs/job.md, "Parameters of a training").</summary>
internal static class ModelDescription
{
    private static readonly Dictionary<string, bool> MissingWords = new() { ["refuse"] = false, ["skip-row"] = true };

    private static readonly Dictionary<string, WishedFeature> AsWords = new()
    {
        ["number"] = WishedFeature.Number, ["standard"] = WishedFeature.Standard, ["range"] = WishedFeature.Range, ["indicators"] = WishedFeature.Indicators,
        ["weight-of-evidence"] = WishedFeature.WeightOfEvidence,
    };

    private static readonly Dictionary<string, WishedMissing> StandInWords = new()
    {
        ["refuse"] = WishedMissing.Refuse, ["mean"] = WishedMissing.Mean, ["median"] = WishedMissing.Median, ["own"] = WishedMissing.Own,
    };

    private static readonly Dictionary<string, WishedUnseen> UnseenWords = new()
    {
        ["refuse"] = WishedUnseen.Refuse, ["other"] = WishedUnseen.Other, ["zero"] = WishedUnseen.Zero,
    };

    private static readonly Dictionary<string, bool> EqualWords = new() { ["frequency"] = false, ["width"] = true };
    private static readonly Dictionary<string, bool> EvaluatedWords = new() { ["all"] = false, ["test"] = true };

    private static readonly Dictionary<string, Func<YamlSection, ModelChoice>> Kinds = new()
    {
        ["linear"] = section => Linear(section, LinearKind.Regression),
        ["logistic"] = section => Linear(section, LinearKind.Logistic),
        ["logistic-three-pieces"] = section => Linear(section, LinearKind.LogisticThreePieces),
        ["boosted-trees"] = section => Trees(section, TreeLoss.Logistic),
        ["network"] = Network,
        ["boosted-regression"] = section => Trees(section, TreeLoss.Squared),
    };

    private static readonly Dictionary<string, bool> RowWords = new() { ["matching"] = false, ["side-by-side"] = true };

    /// <summary>Whether a training is on rows side by side, so that its parties have no keys.</summary>
    public static bool IsByRows(YamlSection job) => job.Has("parameters") && job.Section("parameters") is var parameters && parameters.Has("rows") && parameters.Choice("rows", RowWords, false);

    /// <summary>Reads the parameters of a training on rows side by side.</summary>
    public static JobKind.RowTraining ParseRowTraining(YamlSection parameters)
    {
        parameters.Choice("rows", RowWords, false);
        var label = parameters.Section("label");
        var (column, positive) = (label.Text("column"), label.Has("positive") ? label.Text("positive") : null);
        label.End();
        RowFeature[] features = [.. parameters.Sections("features").Select(RowFeatureOf)];
        var model = parameters.Section("model");
        var choice = Read(parameters, model);
        if (choice is ModelChoice.Linear) throw model.Error("kind", "must be of trees or a network over rows side by side; the kind analysis fits regressions to them, exactly");
        if (choice is ModelChoice.Trees { IsHidden: true }) throw parameters.Error("model", "has 'splits: hidden', and every owner of rows side by side gets the model");
        var question = new RowTrainingQuestion(
            features, column, positive, choice, parameters.Choice("missing", MissingWords, false), parameters.Integer("minimum-rows", 100, 2, 100_000_000));
        parameters.End();
        if (positive is not null && !choice.IsClassification) throw parameters.Error("label", "has a positive value, and the model's labels are numbers");
        return question.IsSound ? new(question) : throw parameters.Error("features", "must differ, with 'min' below 'max' or at most 255 'levels', and none of them the label");
    }

    private static RowFeature RowFeatureOf(YamlSection section)
    {
        var column = section.Text("column");
        var feature = section.Has("levels")
            ? new RowFeature(column, null, section.Texts("levels"))
            : new RowFeature(column, PrivacyDescription.Range(section, column), []);
        section.End();
        return feature;
    }

    /// <summary>Reads the parameters of a training.</summary>
    public static JobKind.Training ParseTraining(YamlSection parameters)
    {
        parameters.Choice("rows", RowWords, false);
        var label = Label(parameters.Section("label"));
        var wishes = new List<FeatureWish>();
        ModelColumn[] features = [.. parameters.Sections("features").SelectMany(section => Features(section, wishes)).OrderBy(feature => feature.Of)]; // stable: columns stay as written
        var model = parameters.Section("model");
        var choice = Read(parameters, model);
        if (choice is ModelChoice.Network) throw model.Error("kind", "must have 'rows: side-by-side' for a network");
        var rule = IntersectionDescription.Rule(parameters, KeyRule.Default.Duplicate);
        if (rule.Duplicate == DuplicateKeys.All) throw parameters.Error("duplicate", "must be first or refuse: a key stands for one row");
        var question = new TrainingQuestion(
            rule, features, label, choice, parameters.Choice("missing", MissingWords, false), parameters.Integer("test-percent", 0, 0, 50), parameters.Integer("minimum-rows", 100, 2, 100_000_000),
            [.. parameters.PartiesOrNone("whole-to").Order()])
        {
            LeastOfEach = parameters.Integer("least-of-each-label", 5, 1, 1_000_000),
        };
        parameters.End();
        if (features.Distinct().Count() != features.Length) throw parameters.Error("features", "names a column twice");
        if (features.Contains(new(label.Of, label.Column))) throw parameters.Error("features", "has the label among them");
        if (label.Positive is not null && !choice.IsClassification) throw parameters.Error("label", "has a positive value, and the model's labels are numbers");
        if (wishes.Count > 0 && choice is not ModelChoice.Linear) throw parameters.Error("features", "have steps, which are for linear models: trees take columns as they are");
        foreach (var owner in wishes.Select(wish => wish.Of).Distinct())
        {
            if (wishes.Count(wish => wish.Of == owner) != question.FeaturesOf(owner).Count) throw parameters.Error("features", $"of {owner} have steps for some columns: 'number' keeps one as it is");
        }

        return question.IsSound ? new(question) { Wishes = wishes } : throw parameters.Error("features", "are too many");
    }

    /// <summary>Reads the parameters of a clustering.</summary>
    public static JobKind.Clustering ParseClustering(YamlSection parameters)
    {
        ModelColumn[] features = [.. parameters.Sections("features").SelectMany(Columns).OrderBy(feature => feature.Of)];
        var rule = IntersectionDescription.Rule(parameters, KeyRule.Default.Duplicate);
        if (rule.Duplicate == DuplicateKeys.All) throw parameters.Error("duplicate", "must be first or refuse: a key stands for one row");
        var question = new ClusterQuestion(
            rule, features, parameters.Integer("clusters", 0, 2, ClusterQuestion.MostClusters), parameters.Integer("iterations", 10, 1, 1000), parameters.Integer("minimum-size", 10, 1, 1 << 20),
            parameters.Boolean("sizes", false), parameters.Choice("missing", MissingWords, false));
        parameters.End();
        if (question.Clusters == 0) throw parameters.Error("clusters", "is missing");
        return question.IsSound ? new(question) : throw parameters.Error("features", "names a column twice, or are too many");
    }

    private static ModelChoice Read(YamlSection parameters, YamlSection model)
    {
        var word = model.Text("kind");
        if (!Kinds.TryGetValue(word, out var read)) throw model.Error("kind", $"is none of {string.Join(", ", Kinds.Keys)}{NearestName.Hint(word, Kinds.Keys)}");
        var choice = read(model);
        model.End();
        return choice.IsSound ? choice : throw parameters.Error("model", "has a number out of its range; 'job.md' has the table");
    }

    /// <summary>Reads the parameters of a prediction.</summary>
    public static JobKind.Prediction ParsePrediction(YamlSection parameters)
    {
        var kind = new JobKind.Prediction(parameters.Text("model"), parameters.Boolean("standing", false));
        parameters.End();
        return kind;
    }

    private static readonly Dictionary<string, Func<YamlSection, JobKind>> Steps = new()
    {
        ["train"] = ParseTraining,
        ["predict"] = ParsePrediction,
        ["evaluate"] = ParseEvaluation,
        ["analysis"] = AnalysisDescription.Parse,
    };

    /// <summary>Reads the steps of a pipeline.</summary>
    public static JobKind.Pipeline ParsePipeline(YamlSection parameters)
    {
        JobKind[] steps = [.. parameters.Sections("steps").Select(Step)];
        if (steps.Length is < 2 or > PipelineQuestion.MostSteps) throw parameters.Error("steps", $"are not 2 to {PipelineQuestion.MostSteps}");
        if (steps.OfType<JobKind.Training>().Count() > 1) throw parameters.Error("steps", "train more than one model");
        if (steps.TakeWhile(step => step is not JobKind.Training).Any(step => step is JobKind.Prediction { Model: JobKind.Prediction.Trained } or JobKind.Evaluation { Model: JobKind.Prediction.Trained }))
            throw parameters.Error("steps", "use a model before the step that trains it");
        parameters.End();
        return new(steps);
    }

    private static JobKind Step(YamlSection section)
    {
        var word = section.Text("kind");
        if (!Steps.TryGetValue(word, out var read)) throw section.Error("kind", $"is none of {string.Join(", ", Steps.Keys)}{NearestName.Hint(word, Steps.Keys)}");
        var parameters = section.Section("parameters");
        if ((word == "train" && parameters.Has("rows")) || parameters.Has("standing")) throw section.Error("parameters", "of a pipeline's step have no 'rows' or 'standing'");
        var step = read(parameters);
        section.End();
        return step is JobKind.JointAnalyses { Join: null } or JobKind.JointAnalyses { Where: not null }
            ? throw section.Error("parameters", "must join rows, and have no 'where' of their own: say it at the parties")
            : step;
    }

    /// <summary>Reads the parameters of an evaluation.</summary>
    public static JobKind.Evaluation ParseEvaluation(YamlSection parameters)
    {
        var cutOffs = parameters.Has("cut-offs") ? parameters.Texts("cut-offs").Select(text => CutOff(parameters, text)).ToArray() : [];
        if (cutOffs.Length > EvaluationQuestion.Most || cutOffs.Distinct().Count() != cutOffs.Length) throw parameters.Error("cut-offs", "must be at most 64, each once");
        var kind = new JobKind.Evaluation(
            parameters.Text("model"), parameters.Choice("rows", EvaluatedWords, false), cutOffs, parameters.Integer("groups", 10, 1, EvaluationQuestion.Most),
            parameters.Integer("minimum-group", 10, 1, 1_000_000));
        parameters.End();
        return kind;
    }

    private static int CutOff(YamlSection section, string text)
    {
        var (units, scale) = AnalysisDescription.Decimal(section, "cut-offs", text);
        if (scale > 4) throw section.Error("cut-offs", "has more than 4 digits behind the point");
        for (var i = scale; i < 4 && Math.Abs(units) <= EvaluationQuestion.Unit; i++) units *= 10;
        return units is > 0 and < EvaluationQuestion.Unit ? (int)units : throw section.Error("cut-offs", "must be chances between 0 and 1");
    }

    private static LabelColumn Label(YamlSection section)
    {
        var label = new LabelColumn(section.Party("of"), section.Text("column"), section.Has("positive") ? section.Text("positive") : null);
        section.End();
        return label;
    }

    private static IEnumerable<ModelColumn> Features(YamlSection section, List<FeatureWish> wishes)
    {
        if (section.Has("steps"))
        {
            var of = section.Party("of");
            FeatureWish[] steps = [.. section.Sections("steps").Select(step => Wish(of, step))];
            wishes.AddRange(steps);
            section.End();
            return [.. steps.Select(step => new ModelColumn(of, step.Column))];
        }

        return Columns(section);
    }

    private static IEnumerable<ModelColumn> Columns(YamlSection section)
    {
        var of = section.Party("of");
        ModelColumn[] columns = [.. section.Texts("columns").Select(column => new ModelColumn(of, column))];
        section.End();
        return columns;
    }

    private static FeatureWish Wish(PartyId of, YamlSection section)
    {
        var wish = new FeatureWish(
            of, section.Text("column"), section.Choice<WishedFeature>("as", AsWords), section.Choice("missing", StandInWords, WishedMissing.Refuse), section.Boolean("indicator", false),
            section.Integer("bins", 10, 1, 255), section.Choice("equal", EqualWords, false), section.Choice("unseen", UnseenWords, WishedUnseen.Other), section.Integer("merge-to", 0, 1, 255));
        section.End();
        return wish;
    }

    private static ModelChoice.Linear Linear(YamlSection section, LinearKind kind) => new(
        kind, section.Integer("epochs", 10, 1, 10_000), section.Integer("batch", 128, 1, 1 << 20), Millionths(section, "learning-rate", "0.1"), Millionths(section, "l2", "0"));

    private static ModelChoice.Trees Trees(YamlSection section, TreeLoss loss) => new(
        loss, section.Integer("trees", 100, 1, 10_000), section.Integer("depth", 6, 1, 12), section.Integer("bins", 64, 2, 255),
        Millionths(section, "learning-rate", "0.1"), Millionths(section, "l2", "1"), Millionths(section, "minimum-gain", "0"), Millionths(section, "minimum-child-weight", "1"),
        loss == TreeLoss.Squared ? Millionths(section, "label-bound", null) : ModelChoice.Unit, section.Choice("splits", SplitWords, false));

    private static readonly Dictionary<string, bool> SplitWords = new() { ["own"] = false, ["hidden"] = true };

    private static ModelChoice.Network Network(YamlSection section)
    {
        var privacy = section.Has("privacy") ? Privacy(section.Section("privacy")) : null;
        var usual = privacy is { HidesOwners: false } ? 1 : 32;
        return new(
            section.Integer("hidden", 8, 1, 1024), section.Integer("rounds", 20, 1, 10_000), section.Integer("passes", 1, 1, 1000), section.Integer("batch", usual, 1, 1 << 20), Millionths(section, "learning-rate", "0.1"), privacy);
    }

    private static NetworkPrivacy Privacy(YamlSection section)
    {
        var hidesOwners = section.Choice("hides", HiddenWords, false);
        var privacy = new NetworkPrivacy(
            hidesOwners, Millionths(section, "epsilon", null), section.Integer("delta-digits", 6, 3, 15), Millionths(section, "clip", "1"), hidesOwners ? 0 : section.Integer("rows", 0, 1, 1 << 24));
        section.End();
        return privacy.IsSound ? privacy : throw section.Error("epsilon", "or another number is out of its range; rows are hidden among a public number of 'rows'");
    }

    private static readonly Dictionary<string, bool> HiddenWords = new() { ["row"] = false, ["owner"] = true };

    private static long Millionths(YamlSection section, string field, string? otherwise)
    {
        var (units, scale) = AnalysisDescription.Decimal(section, field, otherwise is null ? section.Text(field) : section.Text(field, otherwise));
        if (scale > 6) throw section.Error(field, "has more than 6 digits behind the point");
        for (var i = scale; i < 6; i++)
        {
            if (long.Abs(units) > long.MaxValue / 10) throw section.Error(field, "is too large");
            units *= 10;
        }

        return units;
    }
}
