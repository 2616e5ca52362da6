using System.Text.RegularExpressions;
using Collab.Wire.Operator;

namespace Collab.Console.Pages.Audit;

/// <summary>
/// The verifier's and the trail's sentences in Chinese. Both say English alone, in words of their own making around names, counts and digests; what is not known here
/// stays English.
/// </summary>
internal static class EvidenceWords
{
    private static readonly (Regex English, string Chinese)[] Sentences = [.. new (string, string)[]
    {
        // What holds.
        (@"the file is whole: (\d+) parts as they were sealed", "文件完整：$1 个部分与封装时一致"),
        (@"the parties' keys are those of your trust file", "各方密钥与您的信任文件一致"),
        (@"(\d+) entries are signed by their authors", "$1 条记录均由其作者签名"),
        (@"(\d+) logs are final, witnessed by (\d+) other parties each, and grew without a change", "$1 个日志已最终确定，各由 $2 个其他参与方见证，只增未改"),
        (@"(\d+) logs are final, witnessed by (\d+) other parties each, and nothing in their windows is missing or changed", "$1 个日志已最终确定，各由 $2 个其他参与方见证，时段内无缺失或改动"),
        (@"(\d+) owners granted exactly this plan before the run was opened", "$1 个数据方在运行启动前授权了该方案"),
        (@"(\d+) of (\d+) endorsers had endorsed the plan, at least (\d+) had to", "$2 个认可方中 $1 个已认可该方案，至少需 $3 个"),
        (@"the question is version (\d+) of (.+)'s algorithm, which stood and could be used", "问题为 $2 的算法第 $1 版，当时有效且可用"),
        (@"every owner spent a use of its grant after the run was opened and before anyone committed", "各数据方均在运行启动后、任何提交前扣减了一次授权"),
        (@"every party's receipt is the one it committed to, for this plan, run and dataset version", "各方回执与其承诺一致，且对应该方案、运行与数据集版本"),
        (@"both sides of every conversation say the same, message by message", "每段通信的双方逐条一致"),
        (@"exactly the receivers of the plan hold a result", "持有结果者恰为方案中的接收方"),
        (@"the result you were shown is the one that was committed to", "您所见结果即所承诺的结果"),
        (@"(\d+) jobs with (\d+) runs: each was proposed, granted, opened, spent and committed to in that order, as far as it went", "$1 个作业、$2 次运行：均依次提出、授权、启动、扣减、提交（就其进展而言）"),

        // What is not checked.
        (@"whether anyone's input was true: nothing can show that", "各方输入是否真实：无法证明"),
        (@"whether the parties exchanged anything outside Collab", "各方是否在系统外交换过信息"),
        (@"whether an entry was left out, such as a refusal, a revocation, an earlier use or, beside an abort, a commit: ask each party for its whole log", "是否遗漏了记录（如拒绝、撤销、先前的使用，或中止之外的提交）：请向各方索取完整日志"),
        (@"whether the parties' clocks were right: what came before what rests on what each had seen, expiry on their clocks", "各方时钟是否准确：先后次序以各方所见为据，有效期以其时钟为据"),
        (@"whether the parties' keys are theirs: give --trust, or compare the fingerprint (\S+) with them", "各方密钥是否属实：请提供信任文件，或与各方核对指纹 $1"),
        (@"the result itself: give --result and --opening if you may see it", "结果本身：若有权查看，请在命令行提供结果及其开启值"),
        (@"whether each party had the role for what it did: that takes whole logs and, by --trust, the consortium's file, in which the roles stand", "各方是否具备相应角色：需要完整日志及载有角色的联盟文件"),
        (@"what (\d+) jobs asked for: their plans are not in the archive, and the logs hold ids and digests only", "$1 个作业的内容：其方案不在归档中，日志仅含标识与摘要"),
        (@"(\d+) receipts that were committed to: the party that exported the archive does not hold or show them", "$1 份已承诺的回执：导出方未持有或未出示"),
        (@"what the entries mean that this program does not understand", "本程序无法识别的记录的含义"),
        (@"the logs of (.+): not in the archive, and no entry has seen anything of them", "$1 的日志：不在归档中，也无记录提及"),
        (@"(.+)'s log before entry (\d+) and from entry (\d+) on, but for what the jobs of the period need of it", "$1 的日志中第 $2 条之前与第 $3 条起的部分（时段内作业所需者除外）"),

        // Links that are missing.
        (@"the plan: purpose, names of datasets, columns and receivers are known to its parties only", "方案：用途、数据集与列名、接收方仅为其参与方所知"),
        (@"an answer of (.+): neither a grant nor a refusal", "$1 的答复：既未授权也未拒绝"),
        (@"the approval of (.+), whose algorithm it uses", "所用算法提供方 $1 的许可"),
        (@"(\d+) of the (\d+) endorsements by (.+)", "$3 的 $2 份认可中尚缺 $1 份"),
        (@"the spend of (.+) for run (\S+)", "$1 对运行 $2 的授权扣减"),
        (@"the commit of (.+) for run (\S+)", "$1 对运行 $2 的提交"),
        (@"the receipt of (.+) for run (\S+): what it read and sent, and whether it holds a result", "$1 对运行 $2 的回执：读取与发送的内容，以及是否持有结果"),
        (@"the commitment of (.+) to the result of run (\S+)", "$1 对运行 $2 结果的承诺"),
        (@"a version of the consent register of (.+) that was committed to before run (\S+) was opened", "$1 在运行 $2 启动前承诺的同意登记版本"),
    }.Select(of => (new Regex($"^{of.Item1}$", RegexOptions.CultureInvariant), of.Item2))];

    /// <summary>A sentence of the verifier in both languages.</summary>
    public static TextView Of(string english)
    {
        foreach (var (pattern, chinese) in Sentences)
        {
            if (pattern.Match(english) is { Success: true } match) return new(english, match.Result(chinese));
        }

        return new(english, english);
    }

    /// <summary>What somebody did, as one word.</summary>
    public static TextView Kind(string kind) => kind switch
    {
        "proposed" => new("proposed", "提出"),
        "granted" => new("granted", "授权"),
        "refused" => new("refused", "拒绝"),
        "revoked" => new("revoked", "撤销"),
        "expired" => new("expired", "到期"),
        "opened" => new("opened a run", "启动运行"),
        "spent" => new("spent a use", "扣减一次"),
        "committed" => new("committed", "提交"),
        "aborted" => new("aborted", "中止"),
        "consents" => new("consent register", "同意登记"),
        "attested" => new("attested", "签发"),
        "record-revoked" => new("record revoked", "撤销凭证"),
        "record-checked" => new("record checked", "核验凭证"),
        "endorsed" => new("endorsed", "认可"),
        "declined" => new("declined", "未予执行"),
        "algorithm-registered" => new("algorithm registered", "登记算法"),
        "algorithm-withdrawn" => new("algorithm withdrawn", "撤回算法"),
        "algorithm-approved" => new("algorithm approved", "许可算法"),
        "motion-opened" => new("motion opened", "提出动议"),
        "voted" => new("voted", "投票"),
        _ => new(kind, kind),
    };

    /// <summary>The kinds of events that a filter may name.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "proposed", "granted", "refused", "revoked", "expired", "opened", "spent", "committed", "aborted", "endorsed", "declined", "consents", "attested",
        "record-revoked", "record-checked", "algorithm-registered", "algorithm-withdrawn", "algorithm-approved", "motion-opened", "voted",
    ];

    /// <summary>Where a job stands in a trail, without the code behind it.</summary>
    public static string StateOf(string state) => state.Split(':')[0].Trim();
}
