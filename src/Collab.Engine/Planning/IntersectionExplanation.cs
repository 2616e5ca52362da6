using System.Globalization;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>What an intersection will do, said before anyone approves it.</summary>
internal static class IntersectionExplanation
{
    public static Explanation Of(Plan plan, IntersectionQuestion question, Machine machine)
    {
        var sizes = IntersectionSizes.Of(question, plan.Inputs, plan.Receivers);
        var protocol = IntersectionProtocol.Find(plan.Protocol)
            ?? throw new ArgumentException($"{plan.Protocol} has no explanation.", nameof(plan));
        var cost = protocol.CostOf(question, plan.Security, sizes);
        return new(
            plan.Digest,
            Question(plan, question),
            Adversary(plan, question),
            [.. Notes(plan, question, protocol, sizes, machine)],
            [.. plan.Owners.Select(owner => PartyOf(plan, question, protocol, owner)), .. Explanation.Bystanders(plan)],
            new(cost.Messages, cost.Bytes, cost.MemoryBytes, cost.SecondsOn(machine, IntersectionSizes.LineOf(question)), !sizes.AreSaid));
    }

    private static Bilingual Question(Plan plan, IntersectionQuestion question)
    {
        var (owners, chinese) = (string.Join(", ", plan.Owners), string.Join("、", plan.Owners));
        var keys = KeysText(question, plan.Inputs[0]);
        if (question.Reveal is Reveal.Holders)
        {
            var asker = plan.Receivers[0];
            var (asked, askedChinese) = (string.Join(", ", plan.Owners.Where(o => o != asker)), string.Join("、", plan.Owners.Where(o => o != asker)));
            return new(
                $"Which of {asked} hold a record that {asker} asks for? At most {question.RecordsOf(plan.Inputs, asker)} a run. Keys: {keys}.",
                $"{askedChinese} 中哪些持有 {asker} 所查询的记录？每次运行至多 {question.RecordsOf(plan.Inputs, asker)} 条。键：{keys}。");
        }

        if (question.AtLeast > 0 || plan.Owners.Count > 2)
        {
            var of = plan.Receivers.Count == 1 ? $" of {plan.Receivers[0]}" : "";
            var ofChinese = plan.Receivers.Count == 1 ? $"{plan.Receivers[0]} 的" : "";
            var lists = question.AtLeast > 0 ? $"at least {question.AtLeast} of {plan.Owners.Count}" : $"all {plan.Owners.Count}";
            var listsChinese = question.AtLeast > 0 ? $"至少 {question.AtLeast} 个" : $"全部 {plan.Owners.Count} 个";
            return new($"Which keys{of} are in {lists} lists of {owners}? Keys: {keys}.", $"{ofChinese}哪些键在 {chinese} 的{listsChinese}名单中？键：{keys}。");
        }

        return question.Reveal switch
        {
            Reveal.Cardinality => new($"How many keys do {owners} share? Keys: {keys}.", $"{chinese} 共有多少个相同的键？键：{keys}。"),
            Reveal.Changes => new(
                $"Which keys of {plan.Receivers[0]} came to match those of {plan.Owners.Single(o => o != plan.Receivers[0])} since the last run, and which ceased to? Keys: {keys}.",
                $"自上次运行以来，{plan.Receivers[0]} 的哪些键开始与 {plan.Owners.Single(o => o != plan.Receivers[0])} 匹配，哪些不再匹配？键：{keys}。"),
            Reveal.Differences => new(
                $"On which rows do {owners} not agree? Keys: {keys}.", $"{chinese} 的哪些行不一致？键：{keys}。"),
            Reveal.Aggregates a => new(
                $"What are {Words(a.Statistics)} of {string.Join(", ", a.Measures.Select(m => m.Column))} of {a.Of} over the keys that {owners} share? Keys: {keys}.",
                $"对 {chinese} 共有的键，{a.Of} 的 {string.Join("、", a.Measures.Select(m => m.Column))} 的 {Words(a.Statistics)} 是多少？键：{keys}。"),
            Reveal.Join j => new(
                $"Which keys of {plan.Receivers[0]} does {j.Of} have too, and what are {string.Join(", ", j.Columns)} there? Keys: {keys}.",
                $"{plan.Receivers[0]} 的哪些键 {j.Of} 也有，对应的 {string.Join("、", j.Columns)} 是什么？键：{keys}。"),
            _ when plan.Receivers.Count > 1 => new($"Which keys do {owners} share? Keys: {keys}.", $"{chinese} 有哪些相同的键？键：{keys}。"),
            _ => OneSided(plan, keys),
        };
    }

    private static Bilingual OneSided(Plan plan, string keys)
    {
        var receiver = plan.Receivers[0];
        var sender = plan.Owners.Single(o => o != receiver);
        return new($"Which keys of {receiver} does {sender} have too? Keys: {keys}.", $"{receiver} 的哪些键 {sender} 也有？键：{keys}。");
    }

    private static Bilingual Adversary(Plan plan, IntersectionQuestion question) => plan.Security == SecurityModel.Malicious
        ? new(
            "Malicious: a party may do anything; the others then learn that it did, and never take a wrong result for a right one.",
            "恶意模型：任何一方可任意行事；其他方会发现，绝不会把错误结果当作正确结果。")
        : new(
            $"Honest but curious: each party follows the protocol and may study all it sees.{(question.Reveal is Reveal.Rows or Reveal.Differences or Reveal.Changes ? " One that does not follow it can make the result wrong." : " One that does not follow it can make the result wrong, and may learn more than is told here.")}",
            $"半诚实模型：各方遵守协议，但可能研究所见的一切。{(question.Reveal is Reveal.Rows or Reveal.Differences or Reveal.Changes ? "不遵守协议的一方可使结果出错。" : "不遵守协议的一方可使结果出错，并可能得知比此处所述更多的内容。")}");

    private static IEnumerable<Bilingual> Notes(
        Plan plan, IntersectionQuestion question, IntersectionProtocol protocol, IntersectionSizes sizes, Machine machine)
    {
        yield return Choice(plan, question, protocol, sizes, machine);
        foreach (var note in protocol.Notes(question, plan)) yield return note;
        if (question.KeyCount > 1)
        {
            yield return new(
                "Two rows match by a key when both have it, it is not blank, and it is equal. Each of the keys is compared by itself, and the receiver is told by which of them a row matches.",
                "当两行都有某个键、键不为空且相等时，两行按该键匹配。各键分别比较，接收方得知每行按哪些键匹配。");
        }

        if (plan.Protocol == IntersectionProtocol.StreamedVoleName)
        {
            yield return new(
                $"Keys are set aside on each owner's disk, encrypted, and compared in buckets of about {IntersectionProtocol.BucketKeys:N0}. A run that a broken line or a stopped node interrupts goes on at its last bucket, at most {Runs.StreamedIntersectionPart.MostAttempts - 1} times; each time a dishonest party could ask for other keys in that one bucket.",
                $"各方的键加密暂存于本方磁盘，按每桶约 {IntersectionProtocol.BucketKeys:N0} 个分桶比较。因断线或节点停止而中断的运行从最后一桶继续，至多 {Runs.StreamedIntersectionPart.MostAttempts - 1} 次；每次不诚实的一方可在该桶内询问其他键。");
        }

        yield return question.KeyRule.Duplicate switch
        {
            DuplicateKeys.Refuse => new("A key in several rows of one owner fails the job before anything is sent.", "同一方多行有相同的键时，作业在发送任何内容前失败。"),
            DuplicateKeys.All => new("A key in several rows stands for all of them: each is told when the key matches.", "多行有相同的键时，键代表所有这些行：键匹配时逐行告知。"),
            _ => new("A key in several rows stands for the first of them.", "多行有相同的键时，键只代表其中第一行。"),
        };
        yield return question.KeyRule.Blank == KeyProblem.Fail
            ? new("A row without a key fails the job before anything is sent.", "有行没有键时，作业在发送任何内容前失败。")
            : new("Rows without a key are left out.", "没有键的行不参与比较。");
        yield return new(
            "A party may fill its list as it likes and so learn whether the other has keys it merely guessed; grants limit how often.",
            "任何一方可随意填充自己的名单，从而得知对方是否有它猜测的键；授权限制其次数。");
        yield return sizes.AreSaid
            ? new($"The estimate is for the rows that the requester expects: {Rows(plan, question)}.", $"估计按请求方预期的行数：{Rows(plan, question)}。")
            : new($"Exact counts are not known before the run; the estimate is for at most {Rows(plan, question)} rows.", $"运行前不知道确切行数；估计按至多 {Rows(plan, question)} 行。");
    }

    private static Bilingual Choice(
        Plan plan, IntersectionQuestion question, IntersectionProtocol protocol, IntersectionSizes sizes, Machine machine)
    {
        var line = IntersectionSizes.LineOf(question);
        var others = IntersectionProtocol.All
            .Where(p => p != protocol && p.Does(question, plan.Security, plan.Inputs.Count) && p.Suits(question, sizes))
            .Select(p => $"{p.Name} {Seconds(p)}").ToList();
        if (question.Choice != ProtocolChoice.Automatic)
        {
            return new(
                $"{protocol.Name}, as the requester asked ({protocol.Merit.English}).",
                $"{protocol.Name}，按请求方要求（{protocol.Merit.Chinese}）。");
        }

        return others.Count == 0
            ? new($"{protocol.Name}, the one that does this ({protocol.Merit.English}).", $"{protocol.Name}，唯一能完成此问题的协议（{protocol.Merit.Chinese}）。")
            : new(
                $"{protocol.Name}, the fastest by the estimate at {line} Mbit/s: {Seconds(protocol)}; {string.Join(", ", others)} ({protocol.Merit.English}).",
                $"{protocol.Name}，按 {line} Mbit/s 估计最快：{Seconds(protocol)}；{string.Join("，", others)}（{protocol.Merit.Chinese}）。");

        string Seconds(IntersectionProtocol p) =>
            string.Create(CultureInfo.InvariantCulture, $"{p.CostOf(question, plan.Security, sizes).SecondsOn(machine, line):0.##} s");
    }

    private static PartyExplanation PartyOf(Plan plan, IntersectionQuestion question, IntersectionProtocol protocol, PartyId party)
    {
        var receives = plan.Receivers.Contains(party);
        var others = string.Join(", ", plan.Owners.Where(o => o != party));
        var most = IntersectionSizes.RowsOf(question, plan.InputOf(party)!, plan.Owners.Index().First(o => o.Item == party).Index) * question.KeyCount;
        var seen = string.Join(", ", protocol.CountsSeenBy(plan, party));
        var number = string.Create(CultureInfo.InvariantCulture, $"{most:N0}");
        return new(
            party,
            [.. Explanation.Reads(plan, party), .. protocol.Sends(question, plan, party, number)],
            [
                .. receives ? Told(plan, question, party, others) : [],
                .. Sizes(question, receives, seen),
                .. protocol.AlsoLearns(question, plan, party, others),
                .. receives ? [] : protocol.SenderLearns(question, others),
            ]);
    }

    private static IEnumerable<Bilingual> Sizes(IntersectionQuestion question, bool receives, string others) => question.Reveal switch
    {
        Reveal.Holders when !receives => [], // lists go to who asks, and to nobody else
        Reveal.Differences => [new($"how many distinct keys {others} has, of each key by itself", $"{others} 的每种键各有多少个不同的值")],
        _ => [new($"how many distinct keys {others} has", $"{others} 有多少个不同的键")],
    };

    private static IEnumerable<Bilingual> Told(Plan plan, IntersectionQuestion question, PartyId party, string others)
    {
        switch (question.Reveal)
        {
            case Reveal.Cardinality:
                yield return new($"how many keys it shares with {others}, and not which", $"与 {others} 共有多少个键，但不知是哪些");
                break;
            case Reveal.Aggregates a:
                yield return new(
                    $"{Words(a.Statistics)} over the shared keys if they are {a.Minimum} or more, and not which they are",
                    $"共有的键不少于 {a.Minimum} 个时的 {Words(a.Statistics)}，但不知是哪些键");
                yield return new("of fewer, only that they are fewer", "更少时，只知数量不足");
                break;
            case Reveal.Join j:
                yield return new($"which of its own keys {j.Of} has", $"自己的哪些键 {j.Of} 也有");
                yield return new(
                    $"{string.Join(", ", j.Columns)} of {j.Of} for each of them, and for no other", $"{j.Of} 对这些键的 {string.Join("、", j.Columns)}，其他键则无");
                break;
            case Reveal.Holders:
                yield return new(
                    $"for each record that it asks for, which of {others} hold it: not only whether any does", $"对所查询的每条记录，{others} 中哪些持有：不止是有无任何一方持有");
                break;
            case Reveal.Changes:
                yield return new($"which of its own keys came to match since the last run, and which ceased to; in the first run all that {others} has", $"自上次运行以来自己的哪些键开始匹配、哪些不再匹配；首次运行为 {others} 拥有的全部");
                break;
            case Reveal.Differences:
                yield return new(
                    $"which of its own rows {others} does not have, and which differ in a key", $"自己的哪些行 {others} 没有，哪些行的键不同");
                yield return new($"how many keys of {others} it does not have, and not which", $"{others} 有多少个键是自己没有的，但不知是哪些");
                break;
            default:
                if (plan.Owners.Count == 2)
                    yield return new($"which of its own keys {others} has", $"自己的哪些键 {others} 也有");
                else
                    yield return new($"which of its own keys are in {Lists(question)}, its own counted, and of the others nothing of {others}", $"自己的哪些键在{ListsChinese(question)}中（含自己的名单），其余的键则不知 {others} 是否拥有");
                break;
        }
    }

    private static string Lists(IntersectionQuestion question) => question.AtLeast > 0 ? $"at least {question.AtLeast} lists" : "all lists";

    private static string ListsChinese(IntersectionQuestion question) => question.AtLeast > 0 ? $"至少 {question.AtLeast} 个名单" : "所有名单";

    private static string KeysText(IntersectionQuestion question, PlanInput input) =>
        string.Join(" / ", question.KeysOf(input).Select(key => string.Join(" + ", key)));

    private static string Words(IEnumerable<Statistic> statistics) =>
        string.Join(", ", statistics.Select(s => s == Statistic.StandardDeviation ? "standard deviation" : s.ToString().ToLowerInvariant()));

    private static string Rows(Plan plan, IntersectionQuestion question) => string.Join(
        ", ", plan.Inputs.Select((input, i) => string.Create(CultureInfo.InvariantCulture, $"{input.Owner} {IntersectionSizes.RowsOf(question, input, i):N0}")));
}
