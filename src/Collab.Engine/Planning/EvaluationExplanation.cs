using Collab.Engine.Models;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.Engine.Planning;

/// <summary>What an evaluation does, said before anyone approves it (protocols/specs/evaluate.md, "The job").</summary>
internal static class EvaluationExplanation
{
    private const double SecondsPerByte = 11e-9; // processors of all parties, by what was measured of ranks on shares (protocols/specs/shared-ranks.md, "Cost")

    /// <summary>An evaluation.</summary>
    public static Explanation Of(Plan plan, EvaluationQuestion question)
    {
        var (label, others, isOfTrees) = (question.Label.Of, string.Join(", ", plan.Owners.Where(owner => owner != question.Label.Of)), (question.Of.Form == ModelForm.Trees));
        var rows = (long)Math.Ceiling(ModelExplanation.RowsOf(plan) * (question.TestPercent > 0 ? question.TestPercent / 100.0 : 1));
        var traffic = new VectorTraffic(plan.Owners.Count, isChecked: false);
        if (!isOfTrees) traffic.Evaluate(EvaluationPart.EvaluationSettingsOf(question), Math.Max(2, rows), plan.Owners.Count);
        return new(
            plan.Digest,
            new(
                $"How good is model {question.Of.Model.Short} on {(question.TestPercent > 0 ? $"the {question.TestPercent} of 100 rows that its training kept" : "the rows")} of {label} whose keys {others} have too?",
                $"模型 {question.Of.Model.Short} 在 {label} 与 {others} 键相同的{(question.TestPercent > 0 ? $"训练留出的 {question.TestPercent}% 的" : "")}各行上效果如何？"),
            new(
                isOfTrees || plan.Owners.Count == 2
                    ? "Honest but curious: nothing here checks that a party brings its true rows, labels or part."
                    : "Honest but curious; no two of the three collude. Nothing here checks that a party brings its true rows, labels or part.",
                isOfTrees || plan.Owners.Count == 2 ? "半诚实模型：不检验任何一方的数据、标签或模型部分是否真实。" : "半诚实模型；三方中任意两方不合谋。不检验任何一方的数据、标签或模型部分是否真实。"),
            [
                new(
                    "Rows are put side by side by private set intersection: every owner learns which of its own keys all the others have.",
                    "各行以隐私求交对齐：每个数据方得知自己哪些键为其余各方共有。"),
                isOfTrees
                    ? new($"{label} learns the prediction of every row, as in a prediction, and counts by itself.", $"{label} 如同预测作业一样得知每行的预测值，并自行统计。")
                    : new("Scores and labels stay shared: nobody learns a score, and no label leaves its owner but in shares.", "得分与标签保持分片：无人得知任何得分，标签仅以份额形式离开其所有者。"),
                new(
                    $"Only totals are opened. Of each class at least {question.MinimumGroup} rows lie between any two boundaries that are told; nearer ones are withheld.",
                    $"仅公开汇总。任意两个公开的分界点之间每个类别至少有 {question.MinimumGroup} 行，更近者不公开。"),
                new(
                    "The totals are not differentially private: who evaluates often on rows that differ little learns of the difference. Limit uses.",
                    "汇总不含差分隐私：在相差很少的数据上多次评估会泄露差异。应限制使用次数。"),
            ],
            [
                .. plan.Owners.Select(owner => new PartyExplanation(
                    owner,
                    [.. Explanation.Reads(plan, owner), !isOfTrees ? new("random shares", "随机份额") : owner == label ? new("the totals, to the receivers", "向接收方发送汇总") : new("a bit for each row and split of its own", "其每个分裂对每一行的一个比特")],
                    [.. Learns(plan, question, owner)])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                (20 * plan.Owners.Count) + traffic.Messages, (long)(ModelExplanation.RowsOf(plan) * 60 * plan.Owners.Count) + traffic.Bytes, CostRates.NodeMemory + (rows * 2_000),
                ModelExplanation.WaitOf(plan) + (traffic.Bytes * SecondsPerByte), AreUpperBounds: true));
    }

    private static IEnumerable<Bilingual> Learns(Plan plan, EvaluationQuestion question, PartyId owner)
    {
        yield return new("which of its keys all the others have", "自己哪些键为其余各方共有");
        if ((question.Of.Form == ModelForm.Trees) && owner == question.Label.Of) yield return new("the prediction of every row that all have", "所有共有行的预测值");
        if (!(question.Of.Form == ModelForm.Trees)) yield return new("which boundaries are told and which are withheld", "哪些分界点公开、哪些不公开");
        if (plan.Receivers.Contains(owner))
        {
            yield return question.IsClassification
                ? new("how many rows are of each class and above each boundary, AUC and KS", "各类别及各分界点以上的行数、AUC 与 KS")
                : new("how many rows there are, sums of errors, of their squares and magnitudes, and means by group", "行数、误差及其平方与绝对值之和、各组均值");
        }
    }
}
