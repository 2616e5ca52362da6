using System.Text.Json.Nodes;

namespace Collab.Console.Wizard;

/// <summary>Where a person begins: with what they want to know.</summary>
/// <param name="Kind">The kind of job that answers it.</param>
/// <param name="Name">The name of the template, or of a variant of the kind; empty for the kind as such.</param>
/// <param name="En">What a person wants, in English.</param>
/// <param name="Zh">In Chinese.</param>
public sealed record Start(string Kind, string Name, string En, string Zh)
{
    private const string Folder = "templates/";

    /// <summary>Kinds of jobs by the question they answer, in the order in which they are offered. A kind that is not here is offered by its name.</summary>
    private static readonly Start[] Known =
    [
        new("intersection", "", "Which of our customers or patients does another party know too?", "我们的哪些客户或患者对方也有？"),
        new("statistics", "", "A table over several parties: counts, sums, means and deviations, by group", "跨多方的汇总表：分组的计数、总和、均值与标准差"),
        new("analysis", "", "A test, a regression or a survival study over the rows of several parties", "对多方的行做检验、回归或生存分析"),
        new("analysis", "join", "How do columns of two parties go together, over the people both know?", "双方共有的人群中，两方的列之间有何关系？"),
        new("retrieval", "", "What does another party's record say of these keys, without telling it which we ask for?", "查询对方记录中这些键的内容，而不让对方知道我们查的是哪些"),
        new("computation", "", "A computation of our own over numbers that nobody shows", "在各方不出示的数值上运行我们自己的程序"),
        new("train", "", "Train a model on columns of several parties about the same people", "用多方关于同一人群的列训练模型"),
        new("train", "side-by-side", "Train a model on rows of several parties with the same columns", "用列相同、行各异的多方数据训练模型"),
        new("predict", "", "What does the trained model say of new rows?", "训练好的模型对新的行给出什么预测？"),
        new("evaluate", "", "How good is the trained model?", "训练好的模型效果如何？"),
        new("pipeline", "", "Train, evaluate and predict in one run under one grant", "一次授权、一次运行完成训练、评估与预测"),
        new("cluster", "", "What groups are there among the people that several parties know?", "多方共有的人群中有哪些群体？"),
        new("trace", "", "Where did the money go, over several banks?", "资金经过多家银行去了哪里？"),
        new("attest", "", "Attest rows of ours as records that their holders carry", "将我们的行证明为由持有人携带的记录"),
        new("deliver", "", "A verdict on another party's records, or some of their fields, attested", "对另一方记录的裁定或部分字段，并附证明"),
    ];

    /// <summary>The templates that are embedded, each by what it asks.</summary>
    private static readonly Start[] KnownTemplates =
    [
        new("", "risk-list", "Which of my customers are on the other bank's risk list?", "我的哪些客户在对方银行的风险名单上？"),
        new("", "reconciliation", "Where do two books of a day differ?", "两家当日账目何处不符？"),
        new("", "double-pledge", "Is this asset pledged already?", "此资产是否已被质押？"),
        new("", "multi-lending", "Which of my applicants borrow at many banks already?", "我的哪些申请人已在多家银行借款？"),
        new("", "duplicate-invoice", "Is this invoice financed already at any of the others?", "这张发票是否已在其他机构融资？"),
        new("", "credit-report", "What does the bureau say of these firms?", "征信机构对这些企业有何记录？"),
        new("", "claim-adjudication", "Is this encounter covered, and what is paid?", "此次就诊是否在保，赔付多少？"),
        new("", "statement-verification", "What do these customers' statements at the other bank say?", "这些客户在另一家银行的流水如何？"),
        new("", "eligibility", "Is this applicant eligible by the other department's record?", "按另一部门的记录，申请人是否符合条件？"),
        new("", "audit-confirmation", "Which balances does the bank confirm at this date?", "银行确认此日期的哪些余额？"),
        new("", "auction-first-price", "Who bids most, and pays that?", "谁出价最高并按其出价支付？"),
        new("", "auction-second-price", "Who bids most, and pays the second price?", "谁出价最高并按次高价支付？"),
        new("", "auction-uniform-price", "Who gets what part of a quantity, at which one price?", "以统一价格，各方分得多少数量？"),
        new("", "cohort-overlap", "How many patients do two hospitals share?", "两家医院有多少共同患者？"),
        new("", "cohort-baseline", "Who are the patients of three hospitals, by age band and sex?", "三家医院的患者按年龄段和性别的基线情况如何？"),
        new("", "cohort-outcome", "How long do they live, and does it differ by sex?", "患者生存多久，是否因性别而异？"),
        new("", "supplier-reputation", "How good are our suppliers, over all buyers?", "综合所有采购方，我们的供应商表现如何？"),
        new("", "marine-grid", "Temperature, salinity and catch on a grid, over four stations", "四个站点网格上的温度、盐度与渔获"),
        new("", "marine-forecast", "What catch to expect at a temperature and a salinity?", "在某温度和盐度下预期渔获多少？"),
        new("", "bank-scorecard", "A bank's scorecard with a credit bureau: who will default?", "银行与征信机构的联合评分卡：谁会违约？"),
        new("", "fund-trace", "Where did the money of my loans go, over four banks?", "我的贷款资金在四家银行间流向何处？"),
    ];

    /// <summary>All kinds of the schema, each at least once.</summary>
    public static IReadOnlyList<Start> Kinds { get; } =
    [
        .. Known.Where(start => JobSchema.Published.Kinds.Contains(start.Kind)),
        .. JobSchema.Published.Kinds.Where(kind => Known.All(start => start.Kind != kind)).Select(kind => new Start(kind, "", kind, kind)),
    ];

    /// <summary>All embedded templates.</summary>
    public static IReadOnlyList<Start> Templates { get; } = [.. typeof(Start).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name[Folder.Length..]))
        .Select(name => (KnownTemplates.FirstOrDefault(known => known.Name == name) ?? new Start("", name, name, name)) with { Kind = JobYaml.Read(TextOf(name))!["kind"]!.ToString() })
        .OrderBy(start => Array.FindIndex(KnownTemplates, known => known.Name == start.Name))];

    /// <summary>Whether it is a template.</summary>
    public bool IsTemplate => Templates.Any(template => template.Name == Name);

    /// <summary>The description to begin with.</summary>
    /// <param name="kind">A kind.</param>
    /// <param name="name">A template or a variant; null or empty for the kind as such.</param>
    /// <returns>Its YAML; null when there is no such kind.</returns>
    public static string? YamlOf(string kind, string? name)
    {
        if (Templates.FirstOrDefault(template => template.Kind == kind && template.Name == name) is { } template) return TextOf(template.Name);
        if (!JobSchema.Published.Kinds.Contains(kind)) return null;
        var parameters = new JsonObject();
        if (name == "join") parameters["join"] = new JsonObject();
        if (name == "side-by-side") parameters["rows"] = "side-by-side";
        return JobYaml.Write(new JsonObject { ["kind"] = kind, ["parameters"] = parameters });
    }

    private static string TextOf(string template)
    {
        using var reader = new StreamReader(typeof(Start).Assembly.GetManifestResourceStream($"{Folder}{template}.yaml")!);
        return reader.ReadToEnd();
    }
}
