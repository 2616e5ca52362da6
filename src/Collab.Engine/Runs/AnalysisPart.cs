using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>joint-analyses/1</c>: an owner reduces its rows to totals and contributes, the receiver opens and finishes (protocols/specs/analysis.md).</summary>
internal sealed record AnalysisPart(EnginePorts Ports, AnalysisPlan Question, LocalAnalysis? Own, AnswerLedger? Answers) : ProtocolPart(Answers?.Read)
{
    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, AnalysisQuestion question, CancellationToken cancellation)
    {
        var checkedQuestion = AnalysisPlan.Create(question, plan.Owners, plan.Receivers[0]);
        if (plan.InputOf(ports.Self) is not { } input) return new AnalysisPart(ports, checkedQuestion, null, null);

        var own = new LocalAnalysis(checkedQuestion);
        return new AnalysisPart(ports, checkedQuestion, own, await AnswerLedger.ReadAsync(ports, plan, input, question.MinimumGroupSize, own.Add, cancellation));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var steps = new StepReporter(progress);
        if (Question.Receiver == Ports.Self)
            return new JobResult.Analyses(await JointAnalyses.ReceiveAsync(Question, channels, Own, Ports.Random, steps, Settle, cancellation));
        await JointAnalyses.ContributeAsync(Question, Ports.Self, channels, Own!, Ports.Random, steps, Settle, cancellation);
        return null;
    }

    private void Settle(bool[] passed) => Answers?.Settle(Question.Question.Analyses.Count, (analysis, cells) => Question.Judge(analysis, cells, passed));
}
