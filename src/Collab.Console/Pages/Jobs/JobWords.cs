using Collab.Wire.Operator;

namespace Collab.Console.Pages.Jobs;

/// <summary>Words of a job that the node gives as codes.</summary>
internal static class JobWords
{
    public static TextView Part(string part) => part switch
    {
        "owner" => new("owner of data", "数据方"),
        "endorser" => new("endorser", "认可方"),
        "provider" => new("provider of the algorithm", "算法提供方"),
        _ => new(part, part),
    };

    public static TextView Decision(string decision) => decision switch
    {
        "granted" => new("agreed", "同意"),
        "refused" => new("refused", "拒绝"),
        "revoked" => new("taken back", "已撤回"),
        "awaited" => new("awaited", "待答复"),
        _ => new(decision, decision),
    };

    public static string Colour(string decision) => decision switch { "granted" => "good", "awaited" => "warn", _ => "bad" };

    public static TextView Of(StepState state) => state switch
    {
        StepState.Done => new("done", "完成"),
        StepState.UnderWay => new("under way", "进行中"),
        StepState.Failed => new("failed", "失败"),
        _ => new("to come", "待执行"),
    };
}
