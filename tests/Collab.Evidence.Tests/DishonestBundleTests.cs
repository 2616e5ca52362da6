using System.Reflection;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

public class DishonestBundleTests
{
    public static TheoryData<string> Names => [.. Tampered.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dishonest_bundle_is_refused_for_the_right_reason(string name)
    {
        var row = Tampered.All.Single(r => r.Name == name);
        var (bundle, trusted) = await row.Make();
        var report = BundleVerifier.Verify(bundle, trusted);
        Assert.False(report.Holds, name);
        Assert.Equal((row.Code.Name, row.Part), (report.Findings[0].Code.Name, report.Findings[0].Part));
    }

    [Fact]
    public void Every_code_of_the_verifier_has_a_row()
    {
        var codes = typeof(EvidenceErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (ErrorCode)f.GetValue(null)!);
        Assert.Equal(
            codes.Except([EvidenceErrors.PartAltered, EvidenceErrors.ResultMismatch]).Select(c => c.Name).Order(), // a seal rules the first out; the other has a test of its own
            Tampered.All.Select(r => r.Code.Name).Distinct().Order());
    }

    [Fact]
    public async Task Two_bundles_of_a_forked_log_contradict_each_other()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        Assert.True(BundleVerifier.Verify(trial.Export(), trial.Keys).Holds);
        var forked = Tampered.All.Single(r => r.Name == "a fork that all witnesses cosigned");
        Assert.False(BundleVerifier.Verify((await forked.Make()).Bundle).Holds); // others' heads name the first history
    }
}
