using Collab.Channels;
using Collab.FederatedLearning.Evaluation;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Tests.Linear;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Evaluation;

/// <summary>Joint evaluations against the same in clear: every number, to the last bit; and who learns what.</summary>
public sealed class JointEvaluationTests
{
    private static readonly EvaluationSettings Classes = new() { Format = new(12, 8), MinimumGroup = 5, CutOffs = [0, 1, -900, 1100], Groups = 4 };
    private static readonly EvaluationSettings Numbers = Classes with { Task = EvaluationTask.Regression };

    public static TheoryData<int, bool, EvaluationTask, bool, int> Settings()
    {
        var data = new TheoryData<int, bool, EvaluationTask, bool, int>();
        foreach (var (parties, dealt) in new[] { (3, false), (2, true), (2, false) })
        {
            foreach (var task in Enum.GetValues<EvaluationTask>())
            {
                foreach (var allCount in new[] { true, false })
                {
                    if (dealt || parties == 3) data.Add(parties, dealt, task, allCount, 173);
                    else if (allCount == (task == EvaluationTask.Regression)) data.Add(parties, dealt, task, allCount, 45);
                }
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Settings))]
    public async Task A_joint_evaluation_is_the_plain_one(int parties, bool dealt, EvaluationTask task, bool allCount, int rows)
    {
        var run = EvaluationRun.Of(task == EvaluationTask.Classification ? Classes : Numbers, rows, 40, allCount);
        var (plain, joint) = (run.Plain(), await run.JointlyAsync(parties, dealt));
        Assert.Equal(plain.Encode(), joint[0].Result!.Encode());
        Assert.All(joint.Skip(1), party => Assert.Null(party.Result));
        Assert.Contains(plain.Boundaries, boundary => boundary.Above is null);
        Assert.Contains(plain.Boundaries, boundary => boundary.CutOff is not null && boundary.Above is not null);
        if (rows > 100) Assert.Contains(plain.Boundaries, boundary => boundary.CutOff is null && boundary.Above is not null);
    }

    [Theory, InlineData(1, true), InlineData(2, true), InlineData(2, false), InlineData(64, false)]
    public async Task Ties_of_any_size_and_perfect_order_change_nothing(int distinct, bool allCount)
    {
        foreach (var bits in new[] { 2, 40 })
        {
            var run = EvaluationRun.Of(new() { Format = new(bits, 0), MinimumGroup = 1, CutOffs = [0, 1, -1], Groups = 3 }, 64, distinct, allCount, seed: distinct);
            if (distinct == 64) run = run with { Labels = [.. run.Scores.Select(score => score > 0 ? 1L : 0)] };
            var joint = await run.JointlyAsync(3, receivers: [0, 2]);
            Assert.Equal(run.Plain().Encode(), joint[0].Result!.Encode());
            Assert.Equal(run.Plain().Encode(), joint[2].Result!.Encode());
            Assert.Null(joint[1].Result);
            if (distinct == 64) Assert.Equal((1.0, 1.0), (new ClassificationFigures(joint[0].Result!).Auc, new ClassificationFigures(joint[0].Result!).KolmogorovSmirnov));
        }
    }

    [Theory, InlineData(3, false), InlineData(2, true)]
    public async Task A_class_that_is_too_small_ends_the_run_at_every_party_before_anything_else_is_opened(int parties, bool dealt)
    {
        var run = EvaluationRun.Of(Classes, 50, 20, allCount: false);
        foreach (var label in new[] { 0L, 1L })
        {
            var few = run with { Labels = [.. run.Labels.Select((_, i) => i < 4 ? label : 1 - label)] };
            Assert.Equal(EvaluationErrors.GroupTooSmall, (await Assert.ThrowsAsync<CollabException>(() => few.JointlyAsync(parties, dealt))).Code);
            Assert.Equal(EvaluationErrors.GroupTooSmall, Assert.Throws<CollabException>(few.Plain).Code);
        }
    }

    [Fact]
    public async Task Unfit_labels_end_the_run_at_their_owner()
    {
        var run = EvaluationRun.Of(Classes, 50, 20, allCount: true);
        Assert.Equal(EvaluationErrors.LabelUnfit, (await Assert.ThrowsAsync<CollabException>(() => (run with { Labels = [.. run.Labels.Skip(1), 2] }).JointlyAsync(3))).Code);
        await Assert.ThrowsAsync<ArgumentException>(() => (run with { Labels = [.. run.Labels.Skip(1)] }).JointlyAsync(3));
        await Assert.ThrowsAsync<ArgumentException>(() => run.JointlyAsync(3, security: SecurityModel.Malicious));
        var wide = Numbers with { Format = new(32, 8) };
        await Assert.ThrowsAsync<ArgumentException>(() => EvaluationRun.Of(wide, 50, 20, allCount: true).JointlyAsync(3));
    }

    [Fact]
    public async Task Messages_are_as_many_and_as_long_whatever_the_rows_say()
    {
        var settings = Classes with { CutOffs = [0], Groups = 1 };
        var runs = new[] { EvaluationRun.Of(settings, 160, 40, false, seed: 1), EvaluationRun.Of(settings, 160, 8, false, seed: 2) };
        Assert.All(runs, run => Assert.NotNull(run.Plain().Boundaries[0].Above));
        var traffic = new List<ChannelUsage>();
        foreach (var run in runs) traffic.Add((await run.JointlyAsync(3))[0].Usage.Values.First());
        Assert.Equal(traffic[0], traffic[1]);
    }

    [Theory, InlineData(3, false), InlineData(2, true)]
    public async Task What_is_said_of_traffic_is_about_what_passes(int parties, bool dealt)
    {
        foreach (var settings in new[] { Classes, Numbers })
        {
            var traffic = new VectorTraffic(parties, isChecked: false, dealt);
            traffic.Evaluate(settings, 600, parties: 1);
            var passed = (await EvaluationRun.Of(settings, 600, 200, allCount: true).JointlyAsync(parties, dealt)).Sum(run => run.Usage.Values.Sum(usage => usage.BytesSent));
            Assert.InRange(traffic.Bytes / (double)passed, 0.8, 2);
        }
    }

    [Theory, InlineData(FaultKind.Drop), InlineData(FaultKind.Truncate), InlineData(FaultKind.Flip), InlineData(FaultKind.Duplicate), InlineData(FaultKind.Reorder), InlineData(FaultKind.Close)]
    public async Task A_broken_message_ends_the_run(FaultKind kind)
    {
        var run = EvaluationRun.Of(Classes with { CutOffs = [0], Groups = 1 }, 16, 8, allCount: true, seed: 3) with { Settings = Classes with { CutOffs = [0], Groups = 1, MinimumGroup = 2 } };
        var whole = (await run.JointlyAsync(3))[0].Usage[Parties.Named(3)[1]];
        for (var message = 0; message < whole.MessagesSent; message += 7)
            await Assert.ThrowsAnyAsync<CollabException>(() => run.JointlyAsync(3, fault: Faults.At(message, kind)));
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Parts_of_a_linear_model_are_evaluated_without_anybody_having_a_score(int parties)
    {
        string[] names = ["Duration", "Amount", "InstallmentRatePercentage", "Age"];
        var data = LinearRun.Of(CreditRows.German, names);
        LinearPart whole = data.Plain(new() { Epochs = 2, Batch = 64 });
        int[] first = parties == 2 ? [0, 1, 4] : [0, 1, 3, 4];
        const int Rows = 80;
        LinearPart Part(int party) => whole with
        {
            Weights = [.. whole.Weights.Skip(first[party]).Take(first[party + 1] - first[party])],
            Columns = [.. whole.Columns.Skip(first[party]).Take(first[party + 1] - first[party])],
            Intercept = party == 0 ? whole.Intercept : 0,
        };
        double[] Scores(int party) => [.. Enumerable.Range(0, Rows).Select(i => Part(party).Score([.. data.Columns.Skip(first[party]).Take(first[party + 1] - first[party]).Select(column => column[i])]))];
        var settings = new EvaluationSettings { Format = new(20, 16), MinimumGroup = 3, CutOffs = [-(1 << 14)] };
        var labels = data.Labels.Take(Rows).Select(y => (long)y).ToArray();

        var everybody = Parties.Named(parties);
        var token = TestContext.Current.CancellationToken;
        var runs = await Parties.RunAsync(everybody, async (self, channels) =>
        {
            var place = Array.IndexOf(everybody, self);
            await using var joint = await JointEngine.OpenAsync(
                everybody, self, null, channels, RandomSource.Seeded(place), SecurityModel.SemiHonest, Digest.Of("collab.test.evaluation", []), cancellation: token);
            var scores = await EvaluationRows.AddPartsAsync(joint.Engine, settings.Format, Rows, everybody, Scores(place), token);
            using var rows = await EvaluationRows.JoinAsync(joint.Engine, settings, scores, everybody[0], place == 0 ? labels : default, cancellation: token);
            var result = await JointEvaluation.RunAsync(joint.Engine, settings, rows, everybody, token);
            await joint.EndAsync(token);
            return result!;
        });
        var sums = new long[Rows];
        for (var party = 0; party < parties; party++)
            foreach (var (i, word) in settings.Format.Words(Scores(party), parties).Index()) sums[i] += word;
        var expected = PlainEvaluation.Run(settings, labels, sums);
        Assert.All(everybody, name => Assert.Equal(expected.Encode(), runs[name].Result.Encode()));
        Assert.Equal(
            CreditRows.Area([.. Enumerable.Range(0, Rows).Select(i => whole.Score([.. data.Columns.Select(column => column[i])]))], [.. data.Labels.Take(Rows)]), new ClassificationFigures(expected).Auc, 1e-3);
    }
}
