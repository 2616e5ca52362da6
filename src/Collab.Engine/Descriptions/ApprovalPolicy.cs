using System.Text.Json;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;

namespace Collab.Engine.Descriptions;

/// <summary>An owner's rules: which plans are approved without asking, and what happens with the others (protocols/specs/policy.md).</summary>
/// <param name="Rules">Tried in order; the first that a plan fits approves it.</param>
/// <param name="RefuseOthers">Whether a plan that fits no rule is refused at once, or waits for a person.</param>
public sealed record ApprovalPolicy(IReadOnlyList<ApprovalRule> Rules, bool RefuseOthers)
{
    /// <summary>
    /// By how many rows answers over one dataset must differ, unless they rest on the same; null for the minimum group of each question, 0 for no such rule
    /// (protocols/specs/disclosure.md). The larger of this and the question's minimum group holds.
    /// </summary>
    public int? DifferBy { get; init; }

    /// <summary>What private answers over one dataset may cost together; null for no limit.</summary>
    public PrivacyBudget? Budget { get; init; }

    /// <summary>Whether every plan without noise is refused.</summary>
    public bool RequiresPrivacy { get; init; }

    /// <summary>No rule: every plan waits for a person.</summary>
    public static ApprovalPolicy AskAlways { get; } = new([], RefuseOthers: false);

    /// <summary>Reads a policy file.</summary>
    /// <exception cref="CollabException"><see cref="YamlSection.Invalid"/>.</exception>
    public static ApprovalPolicy Parse(string yaml)
    {
        var policy = YamlSection.Parse(yaml);
        var rules = policy.Has("approve") ? policy.Sections("approve").Select(ApprovalRule.Parse).ToList() : [];
        var refuse = policy.Choice("otherwise", new Dictionary<string, bool> { ["ask"] = false, ["refuse"] = true }, false);
        int? differBy = policy.Has("differ-by") ? policy.Integer("differ-by", 0, 0, 1_000) : null;
        var budget = policy.Has("privacy-budget") ? PrivacyDescription.Budget(policy.Section("privacy-budget")) : null;
        var requiresPrivacy = PrivacyDescription.IsRequired(policy);
        policy.End();
        return new(rules, refuse) { DifferBy = differBy, Budget = budget, RequiresPrivacy = requiresPrivacy };
    }

    /// <summary>What the policy says of a plan, seen by one owner.</summary>
    public PolicyDecision Decide(Plan plan, PlanInput own)
    {
        if (RequiresPrivacy && plan.Question is not StatisticsQuestion { Privacy: not null }) return new PolicyDecision.Refuse(PolicyObjection.Privacy);
        var objections = Rules.Select(rule => rule.ObjectionTo(plan, own)).ToList();
        if (objections.Contains(null)) return new PolicyDecision.Approve(Rules[objections.IndexOf(null)].Name);

        // The rule that came nearest says why: its objection is the last that any rule got to.
        var reason = objections.OfType<PolicyObjection>().DefaultIfEmpty(PolicyObjection.NoRule).Max();
        return RefuseOthers ? new PolicyDecision.Refuse(reason) : new PolicyDecision.Ask(reason);
    }
}

/// <summary>What a policy says of a plan.</summary>
public abstract record PolicyDecision
{
    /// <summary>Approved by rule.</summary>
    /// <param name="Rule">The name of the rule.</param>
    public sealed record Approve(string Rule) : PolicyDecision;

    /// <summary>A person decides.</summary>
    /// <param name="Reason">Why no rule fitted.</param>
    public sealed record Ask(PolicyObjection Reason) : PolicyDecision;

    /// <summary>Refused by rule.</summary>
    /// <param name="Reason">Why no rule fitted.</param>
    public sealed record Refuse(PolicyObjection Reason) : PolicyDecision;
}

/// <summary>Why a plan does not fit a rule, in the order in which rules are checked.</summary>
public enum PolicyObjection
{
    /// <summary>There is no rule.</summary>
    NoRule = 0,

    /// <summary>Another kind of job.</summary>
    Kind = 1,

    /// <summary>Another dataset.</summary>
    Dataset = 2,

    /// <summary>A requester the rule does not name.</summary>
    Requester = 3,

    /// <summary>A purpose the rule does not name.</summary>
    Purpose = 4,

    /// <summary>A column the rule does not name.</summary>
    Column = 5,

    /// <summary>A receiver the rule does not name.</summary>
    Receiver = 6,

    /// <summary>Another party of which the rule knows nothing.</summary>
    Party = 7,

    /// <summary>More of an intersection is told than the rule allows.</summary>
    Reveal = 8,

    /// <summary>A weaker adversary is withstood than the rule asks for.</summary>
    Security = 9,

    /// <summary>Groups smaller than the rule allows.</summary>
    MinimumGroup = 10,

    /// <summary>Sums that fewer rows may make up than the rule allows.</summary>
    Dominance = 11,

    /// <summary>More uses than the rule allows.</summary>
    Uses = 12,

    /// <summary>A longer life than the rule allows.</summary>
    Expires = 13,

    /// <summary>A program the rule does not name.</summary>
    Program = 14,

    /// <summary>An exact answer, where noise is asked for.</summary>
    Privacy = 15,

    /// <summary>A filter on a column that the rule does not name for filters.</summary>
    Filter = 16,

    /// <summary>No endorsement of one of those whom the rule names is made sure of.</summary>
    Endorsement = 17,
}

/// <summary>How objections are written on the ledger.</summary>
public static class PolicyObjectionCode
{
    extension(PolicyObjection objection)
    {
        /// <summary>The reason code, for example <c>policy.minimum-group</c>.</summary>
        public string Code => $"policy.{JsonNamingPolicy.KebabCaseLower.ConvertName(objection.ToString())}";
    }
}

/// <summary>One rule of a policy. Every field narrows; a field that is not written allows only the least.</summary>
/// <param name="Name">For the record.</param>
/// <param name="Kind">The kind of job.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Requesters">Who may ask.</param>
/// <param name="Purposes">What for.</param>
/// <param name="Columns">Which columns may be read.</param>
/// <param name="Receivers">Who may get the result.</param>
/// <param name="With">Which other owners may take part.</param>
/// <param name="Reveal">What may be told of an intersection, by the words of <see cref="Jobs.Reveal.Names"/>.</param>
/// <param name="Security">The weakest adversary that must be withstood.</param>
/// <param name="MinimumGroup">The smallest cell, or number of matches, of which statistics may be told.</param>
/// <param name="Uses">How many runs; of checks for holders, how many records in all runs; of retrieval, how many keys.</param>
/// <param name="Within">How long a grant lives.</param>
public sealed record ApprovalRule(
    string Name,
    string Kind,
    string Dataset,
    IReadOnlyList<PartyId> Requesters,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Columns,
    IReadOnlyList<PartyId> Receivers,
    IReadOnlyList<PartyId> With,
    IReadOnlyList<string> Reveal,
    SecurityModel Security,
    int MinimumGroup,
    int Uses,
    TimeSpan Within)
{
    /// <summary>The rule of dominance that sums of statistics must keep at least; null for none.</summary>
    public DominanceRule? Dominance { get; init; } = DominanceRule.Default;

    /// <summary>Which programs of computations may run, by <see cref="ComputationQuestion.ProgramDigest"/>; no other is approved by rule.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Which columns may decide which rows take part; none for no filter at all.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Whether only answers with noise fit.</summary>
    public bool RequiresPrivacy { get; init; }

    // What tells no more than which keys are shared.
    private static readonly IReadOnlyList<string> KeysAlone = ["rows", "differences", "cardinality"];

    /// <summary>One of whom must endorse, whoever else does; none where the rule asks for no endorsement.</summary>
    public IReadOnlyList<PartyId> EndorsedBy { get; init; } = [];

    /// <summary>Null when the plan fits, else the first field that it does not fit.</summary>
    public PolicyObjection? ObjectionTo(Plan plan, PlanInput own)
    {
        if (plan.Question.Kind != Kind) return PolicyObjection.Kind;
        if (own.Dataset != Dataset) return PolicyObjection.Dataset;
        if (!Requesters.Contains(plan.Requester)) return PolicyObjection.Requester;
        if (!Purposes.Contains(plan.Purpose)) return PolicyObjection.Purpose;
        if (!own.Columns.All(c => Columns.Contains(c.Name))) return PolicyObjection.Column;
        if (!plan.Receivers.All(Receivers.Contains)) return PolicyObjection.Receiver;
        if (!plan.Owners.All(o => o == own.Owner || With.Contains(o))) return PolicyObjection.Party;
        if (plan.Question is IntersectionQuestion i && !Reveal.Contains(i.Reveal.Name)) return PolicyObjection.Reveal;
        if (Security == SecurityModel.Malicious && plan.Security != SecurityModel.Malicious) return PolicyObjection.Security;
        if (SmallestGroup(plan.Question) < MinimumGroup) return PolicyObjection.MinimumGroup;
        if (plan.Question is StatisticsQuestion { TellsSums: true, Privacy: null } sums && Dominance is { } least && sums.Dominance?.IsAtLeast(least) != true)
            return PolicyObjection.Dominance;
        if (AsksOf(plan) > Uses) return PolicyObjection.Uses;
        if (plan.Expires - plan.Created > Within) return PolicyObjection.Expires;
        if (plan.Question is ComputationQuestion computation && !Programs.Contains(computation.ProgramDigest.ToString())) return PolicyObjection.Program;
        if (RequiresPrivacy && plan.Question is not StatisticsQuestion { Privacy: not null }) return PolicyObjection.Privacy;
        if (own.Filter is { } filter && !filter.Columns.All(Filters.Contains)) return PolicyObjection.Filter;
        return EndorsedBy.Count == 0 || IsEndorsed(plan) ? null : PolicyObjection.Endorsement;
    }

    // However the endorsers that are enough are chosen, one of the named is among them.
    private bool IsEndorsed(Plan plan) => plan.Endorsers is { } rule && rule.Of.Count(party => !EndorsedBy.Contains(party)) < rule.AtLeast;

    // What a use of a check buys is as many guesses as it may ask for records.
    private static long AsksOf(Plan plan) => plan.Question switch
    {
        IntersectionQuestion { Reveal: Jobs.Reveal.Holders } question => plan.Uses * question.RecordsOf(plan.Inputs, plan.Receivers[0]),
        RetrievalQuestion retrieval => (long)plan.Uses * retrieval.Keys,
        DeliverQuestion deliver => (long)plan.Uses * deliver.Records,
        _ => plan.Uses,
    };

    private static int SmallestGroup(Question question) => question switch
    {
        StatisticsQuestion statistics => statistics.MinimumGroupSize,
        AnalysisQuestion analyses => analyses.MinimumGroupSize,
        IntersectionQuestion { Reveal: Reveal.Aggregates aggregates } => aggregates.Minimum,
        TrainingQuestion training => training.MinimumRows,
        RowTrainingQuestion training => training.MinimumRows,
        ClusterQuestion cluster => cluster.MinimumSize,
        EvaluationQuestion evaluation => evaluation.MinimumGroup,
        PipelineQuestion pipeline => pipeline.Steps.Min(SmallestGroup),
        _ => int.MaxValue,
    };

    internal static ApprovalRule Parse(YamlSection rule)
    {
        var parsed = new ApprovalRule(
            rule.Text("name"), rule.Text("kind"), rule.Text("dataset"), rule.Parties("requesters"), rule.Texts("purposes"),
            rule.Texts("columns"), rule.Parties("receivers"), rule.PartiesOrNone("with"),
            RevealOf(rule), rule.Choice("security", JobDescription.SecurityWords, SecurityModel.SemiHonest),
            rule.Integer("minimum-group", 10, 1, 1_000_000), rule.Integer("uses", 1, 1, 1_000), rule.Duration("within", TimeSpan.FromDays(7), TimeSpan.FromDays(3650)))
        {
            Dominance = JobDescription.Dominance(rule, DominanceRule.Default),
            Programs = rule.TextsOrNone("programs"),
            Filters = rule.TextsOrNone("filters"),
            EndorsedBy = rule.PartiesOrNone("endorsed-by"),
            RequiresPrivacy = PrivacyDescription.IsRequired(rule),
        };
        rule.End();
        return parsed;
    }

    private static IReadOnlyList<string> RevealOf(YamlSection rule) => rule.Has("reveal")
        ? JobDescription.Words(rule, "reveal", Jobs.Reveal.Names.ToDictionary(word => word))
        : KeysAlone;
}
