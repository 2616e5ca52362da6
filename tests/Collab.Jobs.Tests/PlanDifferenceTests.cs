using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

/// <summary>Whatever field of a plan is changed, the difference names it, and nothing else but what is made of it.</summary>
public sealed class PlanDifferenceTests
{
    private static readonly Dictionary<string, Plan> Plans = new()
    {
        ["statistics"] = Plan(),
        ["intersection"] = PlanFieldTests.IntersectionPlan(),
        ["join"] = PlanFieldTests.FullPlan(PlanFieldTests.JoinOf),
        ["aggregates"] = PlanFieldTests.FullPlan(PlanFieldTests.AggregatesOf),
    };

    public static TheoryData<string, string> EveryField
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, plan) in Plans)
            {
                foreach (var changed in PlanFieldTests.Changes(plan).Keys) data.Add(name, changed);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(EveryField))]
    public void One_changed_field_is_one_change_that_names_it(string kind, string field)
    {
        var changes = PlanDifference.Between(Plans[kind], PlanFieldTests.Changes(Plans[kind])[field]);
        if (field is "Plan.Nonce")
        {
            Assert.Empty(changes);
            return;
        }

        // Plan.Question/StatisticsQuestion.Measures[0]/Measure.Scale is the field question.measures; Plan.Inputs[0]/PlanInput.Key is inputs.key of its owner.
        var steps = field.Split('/').Select(step => step.Split([' ', '['])[0]).Select(step => step[(step.IndexOf('.', StringComparison.Ordinal) + 1)..])
            .Select(step => char.ToLowerInvariant(step[0]) + step[1..]).ToList();
        var expected = steps is ["created"] or ["expires"] ? PlanDifference.Lifetime : string.Join('.', steps);
        if (field.StartsWith("Plan.Inputs", StringComparison.Ordinal))
        {
            Assert.All(changes, change => Assert.StartsWith("inputs.", change.Field, StringComparison.Ordinal));
            if (field is "Plan.Inputs reversed" or "Plan.Inputs one more") Assert.Empty(changes); // no plan: they are ordered, one an owner
            else Assert.NotEmpty(changes);
            Assert.All(changes, change => Assert.NotNull(change.Owner));
            if (steps.Count > 1 && steps[1] != "owner") Assert.Equal(string.Join('.', steps.Take(2)), Assert.Single(changes).Field);
            return;
        }

        Assert.All(changes, change => Assert.True(
            expected == change.Field || expected.StartsWith(change.Field + ".", StringComparison.Ordinal) || change.Field.StartsWith(expected + ".", StringComparison.Ordinal),
            $"{change.Field} for {field}"));
        Assert.NotEmpty(changes);
        Assert.All(changes, change => Assert.NotEqual(change.Removed, change.Added));
    }

    [Fact]
    public void Filter_subject_consent_and_terms_are_compared_too()
    {
        var plan = Plan();
        (string Field, Plan Later)[] cases =
        [
            ("inputs.filter", plan with { Inputs = [plan.Inputs[0] with { Filter = FilterText.Parse("age >= 65") }, plan.Inputs[1]] }),
            ("inputs.subject", plan with { Inputs = [plan.Inputs[0] with { Subject = "city" }, plan.Inputs[1]] }),
            ("consent", plan with { Consent = ConsentRule.Required }),
            ("replay", plan with { Replay = true }),
            ("algorithm", plan with { Algorithm = new(Bo, Named("algorithm"), 3, "mean age", Named("salt")) }),
            ("endorsers", plan with { Endorsers = new([Bo], 1) }),
        ];
        foreach (var (field, later) in cases)
        {
            var changes = PlanDifference.Between(plan, later);
            Assert.NotEmpty(changes);
            Assert.All(changes, change => Assert.True(change.Field == field || change.Field.StartsWith(field + ".", StringComparison.Ordinal), change.Field));
            Assert.Equal(changes.Select(c => (c.Field, string.Join('|', c.Removed))), PlanDifference.Between(later, plan).Select(c => (c.Field, string.Join('|', c.Added))));
        }

        Assert.Equal("age >= 65", Assert.Single(Assert.Single(PlanDifference.Between(plan, cases[0].Later)).Added));
    }

    [Fact]
    public void The_same_question_planned_again_differs_in_nothing()
    {
        var again = Plan() with { Nonce = Named("another"), Created = Created.AddDays(3), Expires = Created.AddDays(10) };
        Assert.Empty(PlanDifference.Between(Plan(), again));
        var longer = Assert.Single(PlanDifference.Between(Plan(), again with { Expires = Created.AddDays(11) }));
        Assert.Equal((PlanDifference.Lifetime, "7d", "8d"), (longer.Field, longer.Removed[0], longer.Added[0]));
    }

    [Fact]
    public void Columns_are_told_by_what_came_and_went_and_a_party_by_all_it_brings()
    {
        var plan = Plan();
        var other = plan.Inputs[0] with { Columns = [new ColumnSchema("bmi", ColumnType.Decimal, 1), plan.Inputs[0].Columns[1]] };
        var change = Assert.Single(PlanDifference.Between(plan, plan with { Inputs = [other, plan.Inputs[1]] }));
        Assert.Equal(("inputs.columns", Al), (change.Field, change.Owner));
        Assert.Equal(["age (decimal, 1)"], change.Removed);
        Assert.Equal(["bmi (decimal, 1)"], change.Added);
        var gone = PlanDifference.Between(plan, plan with { Inputs = [plan.Inputs[0]] });
        Assert.All(gone, c => Assert.True(c.Owner == Bo && c.Added.Count == 0));
        Assert.Contains(gone, c => c.Field == "inputs.version");
    }

    [Fact]
    public void Another_kind_of_question_is_told_as_one()
    {
        var changes = PlanDifference.Between(Plan(), PlanFieldTests.IntersectionPlan());
        var kind = Assert.Single(changes, change => change.Field == "question.kind");
        Assert.Equal(("statistics", "intersection"), (kind.Removed[0], kind.Added[0]));
        Assert.Contains(changes, change => change.Field == "question.measures" && change.Added.Count == 0);
    }

    [Fact]
    public void Numbers_of_models_and_of_noise_are_written_as_they_were_asked_for()
    {
        var plan = Plan() with { Question = Question with { Dominance = null, Privacy = new PrivacyChoice(NoiseMechanism.Laplace, 500_000, 0, [new ValueRange("age", 1, -5, 1100)]) } };
        var changes = PlanDifference.Between(Plan() with { Question = Question with { Dominance = null } }, plan);
        Assert.Equal(["0.5"], Assert.Single(changes, change => change.Field == "question.privacy.epsilon").Added);
        Assert.Equal(["age: -0.5 to 110"], Assert.Single(changes, change => change.Field == "question.privacy.ranges").Added);
    }
}
