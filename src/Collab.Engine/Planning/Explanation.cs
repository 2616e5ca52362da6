using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;

namespace Collab.Engine.Planning;

/// <summary>What a plan will do, said before anyone approves it. Made of the plan alone, so every party reads the same but the seconds.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Question">What is computed.</param>
/// <param name="Adversary">What the promise rests on.</param>
/// <param name="Notes">How keys are compared, which protocol runs and why, and what it does not protect from.</param>
/// <param name="Parties">Party by party.</param>
/// <param name="Cost">What a run costs.</param>
public sealed record Explanation(
    Digest Job, Bilingual Question, Bilingual Adversary, IReadOnlyList<Bilingual> Notes, IReadOnlyList<PartyExplanation> Parties, CostEstimate Cost)
{

    /// <summary>Explains a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="machine">Whose seconds are told; the reference machine's when null.</param>
    public static Explanation Of(Plan plan, Machine? machine = null)
    {
        var explanation = WithoutFilters(plan, machine);
        return explanation with { Notes = [.. TermsExplanation.NotesOn(plan), .. ConsentExplanation.NotesOn(plan), .. ReplayExplanation.NotesOn(plan), .. FilterExplanation.NotesOn(plan), .. explanation.Notes] };
    }

    private static Explanation WithoutFilters(Plan plan, Machine? machine) => plan.Question switch
    {
        IntersectionQuestion question => IntersectionExplanation.Of(plan, question, machine ?? Machine.Reference),
        StatisticsQuestion question => OfStatistics(plan, question),
        AnalysisQuestion { Join: { } join } question => JoinedAnalysisExplanation.Of(plan, question, join),
        AnalysisQuestion question => AnalysisExplanation.Of(plan, question),
        ComputationQuestion question => ComputationExplanation.Of(plan, question),
        RetrievalQuestion question => RetrievalExplanation.Of(plan, question),
        TraceQuestion question => TraceExplanation.Of(plan, question),
        TrainingQuestion question => ModelExplanation.Of(plan, question),
        RowTrainingQuestion question => ModelExplanation.Of(plan, question),
        ClusterQuestion question => ModelExplanation.Of(plan, question),
        PredictionQuestion question => ModelExplanation.Of(plan, question),
        EvaluationQuestion question => EvaluationExplanation.Of(plan, question),
        AttestQuestion question => DeliveryExplanation.Of(plan, question),
        DeliverQuestion question => DeliveryExplanation.Of(plan, question),
        PipelineQuestion question => OfPipeline(plan, question, machine),
        _ => throw new ArgumentException($"{plan.Protocol} has no explanation.", nameof(plan)),
    };

    // Each step as it would be explained alone, under its number.
    private static Explanation OfPipeline(Plan plan, PipelineQuestion question, Machine? machine)
    {
        var steps = PipelinePlanner.StepsOf(plan, question).Select((step, i) => (Number: i + 1, Of: WithoutFilters(step, machine))).ToList();
        Bilingual Numbered(int number, Bilingual text) => new($"Step {number}: {text.English}", $"第 {number} 步：{text.Chinese}");
        return new(
            plan.Digest,
            new(string.Join(' ', steps.Select(step => Numbered(step.Number, step.Of.Question).English)), string.Concat(steps.Select(step => Numbered(step.Number, step.Of.Question).Chinese))),
            new(string.Join(' ', steps.Select(step => step.Of.Adversary.English).Distinct()), string.Concat(steps.Select(step => step.Of.Adversary.Chinese).Distinct())),
            [
                new("One grant covers all of these steps, in this order; each reads the same columns of the same version.", "一次授权涵盖以下全部步骤，按此次序；各步读取同一版本的相同列。"),
                .. steps.SelectMany(step => step.Of.Notes.Select(note => Numbered(step.Number, note))),
            ],
            [
                .. plan.Parties.Union([plan.Requester]).Where(party => steps.Any(step => step.Of.Parties.Any(told => told.Party == party))).Select(party => new PartyExplanation(
                    party,
                    [.. steps.SelectMany(step => step.Of.Parties.Where(told => told.Party == party).SelectMany(told => told.Sends.Select(text => Numbered(step.Number, text))))],
                    [.. steps.SelectMany(step => step.Of.Parties.Where(told => told.Party == party).SelectMany(told => told.Learns.Select(text => Numbered(step.Number, text))))])),
            ],
            new(
                steps.Sum(step => step.Of.Cost.Messages), steps.Sum(step => step.Of.Cost.Bytes), steps.Max(step => step.Of.Cost.MemoryBytes),
                steps.Sum(step => step.Of.Cost.Seconds) - ((steps.Count - 1) * CostRates.JobWait), AreUpperBounds: true));
    }

    private static Explanation OfStatistics(Plan plan, StatisticsQuestion question)
    {
        var receiver = plan.Receivers[0];
        var checkedQuestion = StatisticsPlan.Create(question, plan.Owners, receiver);
        var outlook = JointStatistics.Describe(checkedQuestion);
        var cells = checkedQuestion.Cells.Count;
        var names = string.Join(", ", question.Statistics.Select(s => s == Statistic.StandardDeviation ? "standard deviation" : s.ToString().ToLowerInvariant()));
        var measures = string.Join(", ", question.Measures.Select(m => m.Column));
        var owners = string.Join(", ", plan.Owners);
        var grouping = question.GroupBy is { } by ? $" by {by.Column} ({string.Join(", ", by.Levels)}){(question.Total ? " and in total" : "")}" : "";
        var groupingChinese = question.GroupBy is { } g ? $"，按 {g.Column} 分组（{string.Join("、", g.Levels)}）{(question.Total ? "并给出总计" : "")}" : "";
        return new(
            plan.Digest,
            new($"What are {names} of {measures}{grouping} over the rows of {owners}?", $"对 {owners} 的行计算 {measures} 的 {names}{groupingChinese}。"),
            new(
                $"Honest but curious; {receiver} does not collude with an owner. Sums stay secret even if all but one party collude.",
                $"半诚实模型；{receiver} 不与任何数据方合谋。即使除一方外全部合谋，总和仍保密。"),
            [.. ContributorNote(question), .. DominanceExplanation.NotesOn(question), .. TotalNote(question), .. PrivacyExplanation.NotesOn(checkedQuestion)],
            [
                .. plan.Owners.Where(o => o != receiver).Select(owner => new PartyExplanation(
                    owner,
                    [.. Reads(plan, owner), new("random shares of its totals, never a row", "其合计值的随机份额，绝不含任何行")],
                    [question.Privacy is not null ? new("which of the cells are told, by their noisy counts", "按加噪计数，哪些单元格被公布") : new(
                        question.Dominance is null ? question.Contributor is null ? "which of the cells rest on enough rows to be told" : "which of the cells rest on enough contributors to be told" : "which of the cells pass both rules and are told, not which rule failed",
                        question.Dominance is null ? question.Contributor is null ? "哪些单元格的行数足以公布" : "哪些单元格的贡献者数足以公布" : "哪些单元格通过两项规则而公布，但不知未通过的是哪一项")])),
                new(receiver,
                    [.. Reads(plan, receiver), new("which cells pass, proven by a label it cannot forge", "哪些单元格通过，以无法伪造的标签证明")],
                    [
                        DominanceExplanation.ToldIn(cells, question),
                        new("of the others, that they are withheld, and nothing more", "其余单元格只知被隐去"),
                    ]),
                .. Bystanders(plan),
            ],
            new(
                outlook.Sum(p => p.Sends.Sum(t => t.Messages)),
                outlook.Sum(p => p.Sends.Sum(t => t.Bytes)),
                CostRates.NodeMemory + outlook.Max(p => p.MemorySize),
                plan.Inputs.Max(i => IntersectionSizes.MostRows(i) / CostRates.RowsPerSecond) + CostRates.StatisticsFixed + CostRates.JobWait,
                AreUpperBounds: true));
    }

    private static IEnumerable<Bilingual> ContributorNote(StatisticsQuestion question) => question.Contributor is not { } column ? [] :
    [
        new(
            $"The minimum of {question.MinimumGroupSize} counts contributors, by the values of {column}, each once however many rows; a row without one adds none. Who has rows with several owners counts with each of them. The values stay at home.",
            $"下限 {question.MinimumGroupSize} 按 {column} 的值计贡献者数，同一贡献者无论多少行只计一次，无值的行不计；在多个数据方都有行的贡献者在各方分别计数。这些值不离开本地。"),
    ];

    private static IEnumerable<Bilingual> TotalNote(StatisticsQuestion question) => !question.Total ? [] : question.Privacy is not null
    ? [new(
        $"The total of the groups is made of their noisy totals, told or withheld: it costs no privacy, its noise is that of {question.Levels.Count} groups, and the total less the groups told gives what the withheld ones hold, with noise.",
        $"各组总计由各组加噪合计值（无论公布或隐去）相加而得：不消耗隐私预算，其噪声为 {question.Levels.Count} 个组之和；总计减去已公布的组，得被隐去各组之加噪合计。")]
    :
    [
        new(
            "Where a group is withheld, one that could be told is withheld with it, so that the total less the other groups gives both together; if they do not pass together, the total is withheld.",
            "若某组被隐去，则另隐去一个本可公布的组，使总计减去其余各组只得到两者之和；若两者合起来仍不能通过，则隐去总计。"),
    ];

    internal static IEnumerable<Bilingual> Reads(Plan plan, PartyId party) => plan.InputOf(party) is { } input
        ? [new($"reads columns {Columns(input)} of '{input.Dataset}' at home", $"在本地读取“{input.Dataset}”的 {Columns(input)} 列"), .. ConsentExplanation.RowsOf(plan, input), .. FilterExplanation.RowsOf(input)]
        : [];

    internal static IEnumerable<PartyExplanation> Bystanders(Plan plan) => plan.Parties.Contains(plan.Requester)
        ? []
        : [new(plan.Requester, [], [new("that the job ran, and no result", "仅知作业已运行，得不到结果")])];

    private static string Columns(PlanInput input) => string.Join(", ", input.Columns.Select(c => c.Name));
}

/// <summary>One party's part.</summary>
/// <param name="Party">The party.</param>
/// <param name="Sends">What it reads at home and what leaves it.</param>
/// <param name="Learns">What it knows afterwards that it did not know before.</param>
public sealed record PartyExplanation(PartyId Party, IReadOnlyList<Bilingual> Sends, IReadOnlyList<Bilingual> Learns);

/// <summary>What a run costs, over all parties: for the rows that the requester expects, or at most, for as many as the row bands allow.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Payload bytes on the wire.</param>
/// <param name="MemoryBytes">Peak memory of the largest party's node, its program included, in bytes.</param>
/// <param name="Seconds">Time of the whole job once it is approved, in seconds; of an intersection with the line, of statistics without it.</param>
/// <param name="AreUpperBounds">Whether the row bands stand for the sizes.</param>
public sealed record CostEstimate(long Messages, long Bytes, long MemoryBytes, double Seconds, bool AreUpperBounds);

/// <summary>One text in the two languages of the product.</summary>
/// <param name="English">English.</param>
/// <param name="Chinese">Chinese.</param>
public sealed record Bilingual(string English, string Chinese);
