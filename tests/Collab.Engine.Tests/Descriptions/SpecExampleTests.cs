using System.Text.RegularExpressions;
using Collab.Engine.Descriptions;
using Collab.Jobs;

namespace Collab.Engine.Tests.Descriptions;

/// <summary>The examples that the specs print are read as they stand.</summary>
public sealed class SpecExampleTests
{
    [Fact]
    public void The_examples_of_job_md_are_jobs_of_each_kind()
    {
        var kinds = ExamplesOf("job.md").Select(e => JobDescription.Parse(e).Kind.GetType()).ToList();
        Assert.Equal([typeof(JobKind.Intersection), typeof(JobKind.Intersection), typeof(JobKind.Intersection), typeof(JobKind.Intersection), typeof(JobKind.JointStatistics), typeof(JobKind.JointStatistics), typeof(JobKind.JointStatistics), typeof(JobKind.JointAnalyses), typeof(JobKind.JointAnalyses), typeof(JobKind.Computation), typeof(JobKind.Retrieval), typeof(JobKind.Trace), typeof(JobKind.Deliver), typeof(JobKind.Attest), typeof(JobKind.Training), typeof(JobKind.Prediction), typeof(JobKind.Evaluation), typeof(JobKind.Pipeline)], kinds);
    }

    [Fact]
    public void The_example_of_policy_md_has_one_rule_and_refuses_the_rest()
    {
        var policy = ApprovalPolicy.Parse(Assert.Single(ExamplesOf("policy.md")));
        Assert.Equal((1, true), (policy.Rules.Count, policy.RefuseOthers));
    }

    private static IEnumerable<string> ExamplesOf(string spec) =>
        Regex.Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, spec)), "```yaml\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value);
}
