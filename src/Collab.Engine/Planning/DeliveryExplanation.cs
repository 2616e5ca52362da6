using Collab.Engine.Records;
using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What an attestation and a delivery do, said before anyone approves them (protocols/specs/attest.md, deliver.md).</summary>
internal static class DeliveryExplanation
{
    // Hashes of a record and the finality of one operation; measured with the tests, not a promise.
    private const double SecondsPerRecord = 4e-5, Finality = 2;

    public static Explanation Of(Plan plan, AttestQuestion question)
    {
        var issuer = plan.Owners[0];
        var columns = string.Join(", ", question.Columns);
        var rows = IntersectionSizes.MostRows(plan.InputOf(issuer)!);
        return new(
            plan.Digest,
            new($"{issuer} attests each of its rows as a record of {columns}, valid for {question.Validity.TotalDays:0.##} days.", $"{issuer} 将其每一行作为由 {columns} 组成的记录加以证明，有效期 {question.Validity.TotalDays:0.##} 天。"),
            new("Whoever verifies a record trusts the consortium's ledger and the issuer's word, and no carrier of the file.", "验证记录者只信任联盟账本与出具方的声明，无需信任文件的携带者。"),
            [
                new("One commitment for all records goes on the ledger: it tells neither the records nor how many they are.", "账本上只有一个涵盖全部记录的承诺：既不透露记录内容，也不透露数量。"),
                new("A holder shows chosen fields of a record; the others stay hidden behind salts of their own.", "持有人可只出示记录的部分字段；其余字段由各自的随机盐隐藏。"),
                new("It does not say that what is attested is true.", "它不说明所证明的内容是否属实。"),
            ],
            [
                new PartyExplanation(
                    issuer,
                    [.. Explanation.Reads(plan, issuer), new("one salted commitment to the ledger, and no row to anybody", "仅向账本写入一个加盐承诺，不向任何人发送行数据")],
                    [new("the files of all records, to hand to their holders", "全部记录文件，用于交给各持有人")]),
                .. Explanation.Bystanders(plan),
            ],
            new(0, 0, CostRates.NodeMemory + (rows * (600 + (question.Columns.Count * 300L))), (rows * question.Columns.Count * SecondsPerRecord) + Finality + CostRates.JobWait, AreUpperBounds: true));
    }

    public static Explanation Of(Plan plan, DeliverQuestion question)
    {
        var (receiver, all) = (plan.Receivers[0], (long)question.Records * plan.Uses);
        var (request, reply) = (DeliveryBodies.RequestSize(question), DeliveryBodies.ReplySize(question));
        var told = string.Join("; ", Told(question).Select(t => t.English));
        var toldChinese = string.Join("；", Told(question).Select(t => t.Chinese));
        return new(
            plan.Digest,
            new(
                $"What does {question.Of} release of its records under the keys of {receiver}: {told}? At most {question.Records} keys a run, {all} in all.",
                $"{question.Of} 按 {receiver} 的键出具其记录的：{toldChinese}。每次运行至多 {question.Records} 个键，共 {all} 个。"),
            new(
                $"{receiver} may deviate at will: it gets what the plan says of the keys it asks for. {question.Of} may refuse or lie about its rows, and cannot change what it once attested. Whoever carries the messages may alter them: then nothing is released.",
                $"{receiver} 可任意偏离协议：它只能得到计划所述、所问键的内容。{question.Of} 可以拒绝或谎报自己的行，但不能更改已证明的内容。传递消息者可以篡改消息：那样就不会出具任何结果。"),
            [
                .. question.Rule is { } rule ? [new Bilingual($"The rule, evaluated by {question.Of} on its own record: {rule}. Of a record that does not satisfy it the verdict alone is told.", $"规则由 {question.Of} 在自己的记录上判定：{rule}。对不满足规则的记录只告知结论。")] : Array.Empty<Bilingual>(),
                .. question.Amount is { } amount ? [AmountNote(amount)] : Array.Empty<Bilingual>(),
                new(
                    $"Request and reply are sealed to keys of this run that the parties' log keys sign; {request} and {reply} bytes whatever is asked and released.",
                    $"请求与答复加密至由双方日志密钥签名的一次性密钥；无论询问与出具多少，长度均为 {request} 与 {reply} 字节。"),
                new(
                    "Every record is attested on the ledger before it is sent, and verified by the receiver's node before anything is released; one that is altered, revoked, expired or not the issuer's ends the run.",
                    "每条记录在发送前已在账本上证明，并由接收方节点在公布结果前验证；被篡改、撤销、过期或非出具方的记录将使运行终止。"),
                new(
                    "A key that is unknown and a record that may not be released look alike: 'no record that may be released'.",
                    "未知的键与不得出具的记录看起来相同：“没有可出具的记录”。"),
                .. plan.Consent == ConsentRule.None ? [] : new Bilingual[]
                {
                    new($"Consent is asked for at {question.Of}; the keys of {receiver} are its own.", $"同意由 {question.Of} 查验；{receiver} 的键归其自有。"),
                },
            ],
            [
                .. plan.Owners.Select(owner => owner == receiver
                    ? new PartyExplanation(
                        owner,
                        [.. Explanation.Reads(plan, owner), new($"its keys, sealed to {question.Of}", $"将其键加密发送给 {question.Of}")],
                        [.. Told(question), new("of the other keys that there is no record that may be released", "其余键没有可出具的记录"), new("no other field and no other record", "不知其他字段与其他记录")])
                    : new PartyExplanation(
                        owner,
                        [.. Explanation.Reads(plan, owner), new("the released records, sealed to the receiver, and one commitment to the ledger", "将出具的记录加密发送给接收方，并向账本写入一个承诺")],
                        [new($"the keys that {receiver} asks for", $"{receiver} 所问的键")])),
                .. Explanation.Bystanders(plan),
            ],
            new(
                4 + (reply >> 20) + (request >> 20), request + reply + 1024, CostRates.NodeMemory + (3L * (request + reply)),
                (question.Records * SecondsPerRecord * 8) + plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond) + (2 * Finality) + CostRates.JobWait,
                AreUpperBounds: true));
    }

    private static IEnumerable<Bilingual> Told(DeliverQuestion question)
    {
        if (question.Rule is not null) yield return new("whether the record satisfies the rule", "记录是否满足规则");
        if (question.Amount is not null) yield return new($"an amount of {question.Amount.Column}", $"由 {question.Amount.Column} 得出的金额");
        if (question.Disclose.Count > 0) yield return new(string.Join(", ", question.Disclose), string.Join("、", question.Disclose));
        else yield return new("no field of the record", "不出示记录的任何字段");
    }

    private static Bilingual AmountNote(AmountRule amount)
    {
        var (share, deductible) = (PrivacyChoice.Decimal(amount.Share, amount.ShareScale), PrivacyChoice.Decimal(amount.Deductible, amount.Scale));
        var cap = amount.Cap is { } most ? PrivacyChoice.Decimal(most, amount.Scale) : null;
        return new(
            $"The amount is {share} of what {amount.Column} exceeds {deductible}{(cap is null ? "" : $", at most {cap}")}; exact, nothing is rounded.",
            $"金额为 {amount.Column} 超出 {deductible} 部分的 {share}{(cap is null ? "" : $"，至多 {cap}")}；精确计算，不作舍入。");
    }
}
