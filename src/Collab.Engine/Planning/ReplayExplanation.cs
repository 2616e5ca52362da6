using Collab.Engine.Replays;
using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What keeping a run for a replay means, said before anyone approves it (protocols/specs/replay.md).</summary>
internal static class ReplayExplanation
{
    /// <summary>The trade; nothing where no run is kept.</summary>
    public static IEnumerable<Bilingual> NotesOn(Plan plan)
    {
        if (!plan.Replay) yield break;
        yield return new(
            $"Each party keeps a recording of its side of a run, sealed on its own disk with the seed of all its randomness: every row it read and every message it received, for {KeptReplays.Lifetime.TotalDays:0} days unless its operator forgets it before. A run that is interrupted ends, and draws nothing again.",
            $"每一方在自己的磁盘上密封保存其在运行中一侧的记录及其全部随机数的种子：所读的每一行与所收的每一条消息，保存 {KeptReplays.Lifetime.TotalDays:0} 天，除非其操作员提前删除。被中断的运行即告终止，不再重新取用随机数。");
        yield return new(
            "A party that opens its recording to an auditor shows it everything of the run on its side; the auditor then finds any message that is not the one its protocol sends. Two parties that open theirs show together what they know together.",
            "向审计方公开记录的一方，即向其展示该运行在本侧的一切；审计方由此可发现任何不符合协议的消息。两方都公开时，即共同展示两方合起来所知的一切。");
    }
}
