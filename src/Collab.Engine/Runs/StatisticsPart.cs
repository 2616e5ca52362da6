using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>joint-statistics/1</c>: an owner reduces its rows and contributes, the receiver opens (protocols/specs/statistics.md).</summary>
internal sealed record StatisticsPart(EnginePorts Ports, Plan Plan, StatisticsPlan Question, LocalSummary? Summary, AnswerLedger? Answers)
    : ProtocolPart(Answers?.Read)
{
    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, StatisticsQuestion question, CancellationToken cancellation)
    {
        var checkedQuestion = StatisticsPlan.Create(question, plan.Owners, plan.Receivers[0]);
        if (plan.InputOf(ports.Self) is not { } input) return new StatisticsPart(ports, plan, checkedQuestion, null, null);

        var summary = new LocalSummary(checkedQuestion);
        var answers = await AnswerLedger.ReadAsync(ports, plan, input, question.MinimumGroupSize, summary.Add, cancellation);
        PrivacyLedger.Spend(ports.Store, ports.Policy, plan, input);
        return new StatisticsPart(ports, plan, checkedQuestion, summary, answers);
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var steps = new StepReporter(progress);
        switch (Summary)
        {
            case null:
                return new JobResult.Statistics(await JointStatistics.ReceiveAsync(Question, channels, steps, cancellation));
            case { } summary when Question.Receiver == Ports.Self:
                return new JobResult.Statistics(
                    await JointStatistics.ReceiveAsOwnerAsync(Question, channels, summary, Ports.Random, steps, Settle, cancellation));
            case { } summary:
                await JointStatistics.ContributeAsync(Question, Ports.Self, channels, summary, Ports.Random, steps, Settle, cancellation);
                return null;
        }
    }

    private void Settle(bool[] passed) => Answers!.Settle(Question.Question.Measures.Count, (measure, cells) => Question.Judge(measure, cells, passed));
}
