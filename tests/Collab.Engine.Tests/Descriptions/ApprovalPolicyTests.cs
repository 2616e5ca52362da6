using Collab.Engine.Descriptions;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;

namespace Collab.Engine.Tests.Descriptions;

public sealed class ApprovalPolicyTests
{
    private const string Rule = """
        approve:
          - name: joint age
            kind: statistics
            dataset: visits
            requesters: [al]
            purposes: [cohort-study]
            columns: [age, bmi]
            receivers: [cy]
            with: [bo]
            minimum-group: 2
            dominance: { p: 5, n: 2, k: 90 }
            uses: 1
            within: 7d
        """;

    private static readonly Plan Shared = Plans.Intersection(Plans.Al, Plans.Bo);

    private static readonly Plan Fitting = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy) is var plan
        ? plan with { Question = (StatisticsQuestion)plan.Question with { Dominance = new DominanceRule(5, 2, 90) } }
        : null!;

    private static readonly Dictionary<string, (Plan Plan, PolicyObjection? Objection)> Table = new()
    {
        ["fits"] = (Fitting, null),
        ["kind"] = (Fitting with { Question = new IntersectionQuestion(KeyRule.Default) }, PolicyObjection.Kind),
        ["dataset"] = (Own(i => i with { Dataset = "labs" }), PolicyObjection.Dataset),
        ["requester"] = (Fitting with { Requester = Plans.Cy }, PolicyObjection.Requester),
        ["purpose"] = (Fitting with { Purpose = "marketing" }, PolicyObjection.Purpose),
        ["column"] = (Own(i => i with { Columns = [.. i.Columns, new ColumnSchema("name", ColumnType.Text, 0)] }), PolicyObjection.Column),
        ["receiver"] = (Fitting with { Receivers = [Plans.Al] }, PolicyObjection.Receiver),
        ["one receiver more"] = (Fitting with { Receivers = [Plans.Bo, Plans.Cy] }, PolicyObjection.Receiver),
        ["party"] = (Fitting with { Inputs = [Fitting.Inputs[0], Fitting.Inputs[1] with { Owner = PartyId.Parse("eve") }] }, PolicyObjection.Party),
        ["minimum group"] = (Fitting with { Question = (StatisticsQuestion)Fitting.Question with { MinimumGroupSize = 1 } }, PolicyObjection.MinimumGroup),
        ["larger minimum group"] = (Fitting with { Question = (StatisticsQuestion)Fitting.Question with { MinimumGroupSize = 50 } }, null),
        ["no rule of dominance"] = (Dominated(null), PolicyObjection.Dominance),
        ["a smaller p"] = (Dominated(new(4, 2, 90)), PolicyObjection.Dominance),
        ["fewer of the largest"] = (Dominated(new(5, 1, 90)), PolicyObjection.Dominance),
        ["a larger share"] = (Dominated(new(5, 2, 91)), PolicyObjection.Dominance),
        ["p alone"] = (Dominated(new(50, 0, 0)), PolicyObjection.Dominance),
        ["a stricter rule"] = (Dominated(new(6, 3, 80)), null),
        ["no sums"] = (Fitting with { Question = (StatisticsQuestion)Fitting.Question with { Statistics = [Statistic.Count], Dominance = null } }, null),
        ["uses"] = (Fitting with { Uses = 2 }, PolicyObjection.Uses),
        ["expires"] = (Fitting with { Expires = Fitting.Expires.AddSeconds(1) }, PolicyObjection.Expires),
        ["shorter life"] = (Fitting with { Expires = Fitting.Created.AddDays(1) }, null),
    };

    [Fact]
    public void A_filter_is_approved_on_the_columns_named_for_filters_alone()
    {
        var plan = Own(i => i with { Filter = FilterText.Parse("age >= 65 and (bmi < 20 or bmi is missing)"), Columns = [.. i.Columns, new ColumnSchema("bmi", ColumnType.Decimal, 1)] });
        var own = plan.InputOf(Plans.Al)!;
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Filter), ApprovalPolicy.Parse(Rule).Decide(plan, own));
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Filter), ApprovalPolicy.Parse(Rule + "\n    filters: [age]").Decide(plan, own));
        Assert.Equal(new PolicyDecision.Approve("joint age"), ApprovalPolicy.Parse(Rule + "\n    filters: [bmi, age]").Decide(plan, own));
        Assert.Equal("policy.filter", PolicyObjection.Filter.Code);
    }

    public static TheoryData<string> Rows => [.. Table.Keys];

    [Theory, MemberData(nameof(Rows))]
    public void A_rule_names_the_first_field_that_does_not_fit(string row)
    {
        var (plan, objection) = Table[row];
        var own = plan.InputOf(Plans.Al)!;
        PolicyDecision ask = objection is { } a ? new PolicyDecision.Ask(a) : new PolicyDecision.Approve("joint age");
        PolicyDecision refuse = objection is { } r ? new PolicyDecision.Refuse(r) : new PolicyDecision.Approve("joint age");
        Assert.Equal(ask, ApprovalPolicy.Parse(Rule).Decide(plan, own));
        Assert.Equal(ask, ApprovalPolicy.Parse(Rule + "\notherwise: ask").Decide(plan, own));
        Assert.Equal(refuse, ApprovalPolicy.Parse(Rule + "\notherwise: refuse").Decide(plan, own));
    }

    [Theory]
    [InlineData("", "rows", null)]
    [InlineData("", "differences", null)]
    [InlineData("", "cardinality", null)]
    [InlineData("", "join", PolicyObjection.Reveal)]
    [InlineData("", "aggregates", PolicyObjection.Reveal)]
    [InlineData(", reveal: [join, aggregates]", "join", null)]
    [InlineData(", reveal: [join, aggregates]", "rows", PolicyObjection.Reveal)]
    [InlineData(", reveal: aggregates", "aggregates", PolicyObjection.MinimumGroup)]
    [InlineData(", reveal: aggregates, minimum-group: 5", "aggregates", null)]
    [InlineData("", "changes", PolicyObjection.Reveal)]
    [InlineData("", "holders", PolicyObjection.Reveal)]
    [InlineData(", reveal: [changes]", "changes", null)]
    [InlineData(", reveal: [changes]", "holders", PolicyObjection.Reveal)]
    [InlineData(", reveal: holders", "holders", PolicyObjection.Uses)]
    [InlineData(", reveal: holders, uses: 3", "holders", null)]
    [InlineData(", security: malicious", "rows", PolicyObjection.Security)]
    public void What_may_be_told_of_an_intersection_is_said_and_columns_must_be_allowed_by_name(string fields, string told, PolicyObjection? objection)
    {
        var rule = ApprovalPolicy.Parse($$"""
            approve:
              - { name: r, kind: intersection, dataset: patients, requesters: al, purposes: cohort-study, columns: [id], receivers: al, with: bo{{fields}} }
            """).Rules[0];
        Reveal reveal = told switch
        {
            "differences" => new Reveal.Differences(),
            "cardinality" => new Reveal.Cardinality(),
            "join" => new Reveal.Join(Plans.Bo, ["id"]),
            "aggregates" => new Reveal.Aggregates(Plans.Bo, [new Measure("id", 0)], [Statistic.Sum], 5),
            "changes" => new Reveal.Changes(),
            "holders" => new Reveal.Holders(),
            _ => new Reveal.Rows(),
        };
        var plan = Shared with { Question = new IntersectionQuestion(KeyRule.Default) { Reveal = reveal, ExpectedRows = [3, 0] } }; // three records, where that is a limit
        Assert.Equal(objection, rule.ObjectionTo(plan, plan.InputOf(Plans.Al)!));
        Assert.Null((rule with { Reveal = Reveal.Names, MinimumGroup = 1, Uses = 3 }).ObjectionTo(plan with { Security = SecurityModel.Malicious }, plan.InputOf(Plans.Al)!));
    }

    [Fact]
    public void A_program_is_approved_by_its_digest_alone()
    {
        var question = new ComputationQuestion([new ComputationInput("age", "age", null, 0, 0, 120)], SkipsMissing: true, "open m = mean(age)");
        var plan = Fitting with { Question = question };
        ApprovalRule RuleOf(string fields) => ApprovalPolicy.Parse($$"""
            approve:
              - { name: r, kind: computation, dataset: visits, requesters: al, purposes: cohort-study, columns: [age], receivers: cy, with: bo{{fields}} }
            """).Rules[0];
        var own = plan.InputOf(Plans.Al)!;
        Assert.Equal(PolicyObjection.Program, RuleOf("").ObjectionTo(plan, own));
        Assert.Null(RuleOf($", programs: {question.ProgramDigest}").ObjectionTo(plan, own));
        foreach (var other in new[] { question with { Program = "open m = max(age)" }, question with { SkipsMissing = false }, question with { Inputs = [question.Inputs[0] with { High = 99 }] } })
            Assert.Equal(PolicyObjection.Program, RuleOf($", programs: {question.ProgramDigest}").ObjectionTo(plan with { Question = other }, own));
    }

    [Fact]
    public void Who_requires_privacy_refuses_every_exact_answer()
    {
        var noisy = Fitting with { Question = (StatisticsQuestion)Fitting.Question with { Privacy = new PrivacyChoice(NoiseMechanism.Laplace, 1, 0, [new ValueRange("age", 0, 0, 110)]) } };
        var own = Fitting.InputOf(Plans.Al)!;
        foreach (var otherwise in new[] { "", "\notherwise: ask", "\notherwise: refuse" })
        {
            var policy = ApprovalPolicy.Parse(Rule + "\nprivacy: required" + otherwise);
            Assert.Equal(new PolicyDecision.Refuse(PolicyObjection.Privacy), policy.Decide(Fitting, own));
            Assert.Equal(new PolicyDecision.Refuse(PolicyObjection.Privacy), policy.Decide(Shared, Shared.InputOf(Plans.Al)!));
            Assert.Equal(new PolicyDecision.Approve("joint age"), policy.Decide(noisy, own));
        }

        // In a rule it narrows the rule, and a person may still say yes.
        var narrow = ApprovalPolicy.Parse(Rule + "\n    privacy: required");
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Privacy), narrow.Decide(Fitting, own));
        Assert.Equal(new PolicyDecision.Approve("joint age"), narrow.Decide(noisy, own));
        Assert.Equal(new PolicyDecision.Approve("joint age"), ApprovalPolicy.Parse(Rule + "\nprivacy: optional").Decide(Fitting, own));
    }

    [Fact]
    public void A_budget_is_read_exactly_and_one_without_a_meaning_is_none()
    {
        Assert.Equal(new PrivacyBudget(3_000_000, 1_000_000_000_000, false), ApprovalPolicy.Parse("privacy-budget: { epsilon: 3, delta: 0.000001 }").Budget);
        Assert.Equal(new PrivacyBudget(500_000, 0, true), ApprovalPolicy.Parse("privacy-budget: { epsilon: 0.5, per: dataset }").Budget);
        Assert.Null(ApprovalPolicy.AskAlways.Budget);
        foreach (var wrong in new[] { "{ epsilon: 0 }", "{ epsilon: -1 }", "{ epsilon: NaN }", "{ delta: 0.01 }", "{ epsilon: 1, delta: 1 }", "{ epsilon: 1, delta: 0 }", "{ epsilon: 1, per: row }", "{ epsilon: 1, rho: 1 }", "1" })
            Assert.Equal(YamlSection.Invalid, Assert.Throws<CollabException>(() => ApprovalPolicy.Parse($"privacy-budget: {wrong}")).Code);
        Assert.Equal(YamlSection.Invalid, Assert.Throws<CollabException>(() => ApprovalPolicy.Parse("privacy: always")).Code);
    }

    [Fact]
    public void Every_objection_has_a_row_and_a_code_that_the_ledger_takes()
    {
        Assert.Empty(Enum.GetValues<PolicyObjection>().Except(Table.Values.Select(r => r.Objection ?? PolicyObjection.NoRule)).Except([PolicyObjection.Reveal, PolicyObjection.Security, PolicyObjection.Program, PolicyObjection.Privacy, PolicyObjection.Filter, PolicyObjection.Endorsement]));
        Assert.All(Enum.GetValues<PolicyObjection>(), o => Assert.True(LedgerOperation.IsCode(o.Code)));
        Assert.Equal("policy.minimum-group", PolicyObjection.MinimumGroup.Code);
    }

    [Fact]
    public void Without_rules_every_plan_waits_or_is_refused()
    {
        var own = Fitting.InputOf(Plans.Al)!;
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.NoRule), ApprovalPolicy.AskAlways.Decide(Fitting, own));
        Assert.Equal(new PolicyDecision.Refuse(PolicyObjection.NoRule), ApprovalPolicy.Parse("otherwise: refuse").Decide(Fitting, own));
    }

    [Fact]
    public void Of_several_rules_any_may_approve_and_the_nearest_says_why_not()
    {
        var two = Rule + "\n" + string.Join('\n', Rule.Split('\n').Skip(1)).Replace("joint age", "other", StringComparison.Ordinal).Replace("visits", "labs", StringComparison.Ordinal);
        var policy = ApprovalPolicy.Parse(two);
        Assert.Equal(new PolicyDecision.Approve("joint age"), policy.Decide(Fitting, Fitting.InputOf(Plans.Al)!));
        var marketing = Fitting with { Purpose = "marketing" };
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Purpose), policy.Decide(marketing, marketing.InputOf(Plans.Al)!));
    }

    [Fact]
    public void What_is_not_written_allows_the_least()
    {
        var shortRule = ApprovalPolicy.Parse("""
            approve:
              - { name: r, kind: statistics, dataset: visits, requesters: [al], purposes: [cohort-study], columns: [age], receivers: [cy] }
            """).Rules[0];
        Assert.Equal((10, 1, TimeSpan.FromDays(7)), (shortRule.MinimumGroup, shortRule.Uses, shortRule.Within));
        Assert.Equal(DominanceRule.Default, shortRule.Dominance);
        Assert.Equal(PolicyObjection.Party, shortRule.ObjectionTo(Fitting, Fitting.InputOf(Plans.Al)!));
    }

    [Theory]
    [InlineData("approve: []\n")]
    [InlineData("approve:\n  - name: only\n")]
    [InlineData("otherwise: maybe")]
    [InlineData("allow: all")]
    public void A_policy_with_a_mistake_is_no_policy(string text) =>
        Assert.Equal(YamlSection.Invalid, Assert.Throws<CollabException>(() => ApprovalPolicy.Parse(text)).Code);

    private static Plan Dominated(DominanceRule? rule) => Fitting with { Question = (StatisticsQuestion)Fitting.Question with { Dominance = rule } };

    private static Plan Own(Func<PlanInput, PlanInput> change) => Fitting with { Inputs = [change(Fitting.Inputs[0]), Fitting.Inputs[1]] };
}
