using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What a retrieval does, said before anyone approves it (protocols/specs/retrieval.md).</summary>
internal static class RetrievalExplanation
{
    // By the benchmark, one core: F and sealing of a record, a byte of the hint's product, a byte of a pass, a word of the client's two products.
    private const double SecondsPerRecord = 1.6e-5, SecondsPerTableByte = 6e-8, SecondsPerScannedByte = 8e-11, SecondsPerClientWord = 1e-7;

    public static Explanation Of(Plan plan, RetrievalQuestion question)
    {
        var shape = RetrievalPlanner.ShapeOf(question);
        var (receiver, columns, all) = (plan.Receivers[0], string.Join(", ", question.Columns), (long)question.Keys * plan.Uses);
        var (up, down) = (question.Keys * (32 + 2 * shape.Side.QueryBytes), shape.HintBytes + question.Keys * (32 + 2 * shape.Side.AnswerBytes) + 64);
        return new(
            plan.Digest,
            new(
                $"What are {columns} of {question.Of}'s records under the keys of {receiver}? {question.Keys} keys a run, {all} in all.",
                $"按 {receiver} 的键查询 {question.Of} 记录的 {columns}。每次运行 {question.Keys} 个键，共 {all} 个。"),
            new(
                $"{receiver} may deviate at will: it gets at most one record for each key that is counted. {question.Of} is honest but curious: it may leave records out, and learns nothing by it.",
                $"{receiver} 可任意偏离协议：每计一个键至多得到一条记录。{question.Of} 为半诚实：可遗漏记录，但不因此得知任何键。"),
            [
                new(
                    $"The table has room for {question.Records} records of {question.ValueSize} bytes; how many there are stays hidden behind that.",
                    $"表可容纳 {question.Records} 条记录，每条 {question.ValueSize} 字节；实际条数不外泄。"),
                new(
                    $"Every run asks for {question.Keys} keys: fewer are filled up with keys that nobody has. {question.Of} counts them on its disk before it answers, and both receipts show them.",
                    $"每次运行查询 {question.Keys} 个键，不足者以无人持有的键补足。{question.Of} 在应答前先落盘计数，双方回执均可见。"),
                new(
                    $"In a run {up} bytes go up and {down} come down, {shape.HintBytes} of them a hint that depends on the whole table.",
                    $"每次运行上行 {up} 字节，下行 {down} 字节，其中 {shape.HintBytes} 字节为取决于整张表的提示。"),
            ],
            [
                .. plan.Owners.Select(owner => owner == receiver
                    ? new PartyExplanation(
                        owner,
                        [.. Explanation.Reads(plan, owner), new("blinded keys and encrypted queries", "盲化的键与加密的查询")],
                        [new($"{columns} of the keys that have a record, and of the others that they have none", $"有记录之键的 {columns}，以及其余键无记录"), new("no other record", "不知其他任何记录")])
                    : new PartyExplanation(
                        owner,
                        [.. Explanation.Reads(plan, owner), new("a table of sealed records, of which a key opens its own alone", "密封记录表，每个键只能开启自身的记录")],
                        [new($"that {question.Keys} keys were asked for", $"仅知被查询了 {question.Keys} 个键"), new("no key, and not whether one was found", "不知任何键，也不知是否命中")])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                1 + 2 + 2 * (4 + shape.Side.HintBytes / (1 << 20) + 2L * question.Keys),
                up + down + 300,
                CostRates.NodeMemory + (shape.TableBytes * 2) + shape.HintBytes + question.Records * 200L,
                (question.Records * SecondsPerRecord) + (shape.TableBytes * (SecondsPerTableByte + question.Keys * SecondsPerScannedByte))
                    + (question.Keys * 2.0 * (shape.Side.Columns + shape.Side.Rows) * SecondsPerClientWord)
                    + plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond) + CostRates.StatisticsFixed + CostRates.JobWait,
                AreUpperBounds: true));
    }
}
