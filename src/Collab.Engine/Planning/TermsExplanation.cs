using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>Whose agreement a plan needs beside the owners', said before anyone approves it (protocols/specs/endorsement.md, algorithm.md).</summary>
internal static class TermsExplanation
{
    /// <summary>What holds of endorsers and algorithm; nothing where a plan names neither.</summary>
    public static IEnumerable<Bilingual> NotesOn(Plan plan)
    {
        if (plan.Endorsers is { } rule)
        {
            var names = string.Join(", ", rule.Of);
            yield return new(
                $"No run starts before {rule.AtLeast} of {names} endorsed this plan. Endorsers see the plan, and no data or result.",
                $"在 {names} 中至少 {rule.AtLeast} 方背书本计划之前，任何运行都不会开始。背书方可见计划，但看不到数据与结果。");
        }

        if (plan.Algorithm is not { } algorithm) yield break;
        yield return new(
            $"The question is version {algorithm.Version} of {algorithm.Provider}'s algorithm '{algorithm.Name}': every node checks that against the ledger, and {algorithm.Provider} must let it be used. A newer version, or a withdrawal, makes all grants of this plan inert.",
            $"本问题即 {algorithm.Provider} 的算法“{algorithm.Name}”第 {algorithm.Version} 版：各节点均对照账本核验，且须经 {algorithm.Provider} 许可使用。若有新版本或撤回，本计划的全部授权即告失效。");
    }
}
