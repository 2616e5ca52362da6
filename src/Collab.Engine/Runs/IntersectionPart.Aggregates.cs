using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Statistics;
using Collab.Statistics.Results;

namespace Collab.Engine.Runs;

/// <content>Statistics over the matches, which nobody learns: one circuit intersection for each column.</content>
internal sealed partial record IntersectionPart
{
    private async Task<JobResult?> AggregateAsync(
        IChannel channel, Reveal.Aggregates question, Digest context, StepProgress progress, CancellationToken cancellation)
    {
        var cells = new List<StatisticsCell>();
        foreach (var (i, measure) in question.Measures.Index())
        {
            var fork = channel.Fork($"measure-{i + 1}");
            await using (fork)
            {
                var cell = new PlannedCell("", measure);
                try
                {
                    if (await TotalsAsync(fork, question, i, ContextOf(context, i), cancellation) is { } totals)
                    {
                        cells.Add(StatisticsCell.From(
                            cell, question.Statistics, new CellTotals(totals.Count ?? 0, totals.Sum ?? 0, totals.SumOfSquares ?? 0, 0, 0)));
                    }
                }
                catch (CollabException e) when (e is not ProtocolException && e.Code == CircuitTotals.GroupTooSmall)
                {
                    cells.Add(new StatisticsCell("", measure, null)); // both learn it, and nothing was opened
                }

                progress(RunSteps.Protocol, i + 1, question.Measures.Count);
            }
        }

        return Plan.Receivers.Contains(Ports.Self)
            ? new JobResult.Statistics(new StatisticsResult(question.Statistics, question.Minimum, cells))
            : null;
    }

    private Task<IntersectionTotals?> TotalsAsync(
        IChannel channel, Reveal.Aggregates question, int measure, Digest context, CancellationToken cancellation)
    {
        var receiver = IntersectionSizes.ReceiverOf(Plan.Owners, Plan.Receivers);
        var options = new CircuitPsiOptions(context, new CircuitPlan
        {
            Values = question.Of == receiver ? CircuitValues.OfReceiver : CircuitValues.OfSender,
            Squares = question.Statistics.Any(s => s is Statistic.Variance or Statistic.StandardDeviation),
            LargestMagnitude = MeasureValues.LargestMagnitude,
            MinimumGroup = question.Minimum,
            Output = BothReceive ? CircuitOutput.Both : CircuitOutput.Receiver,
        })
        {
            Parallelism = Environment.ProcessorCount,
            Transfers = IntersectionProtocol.TransfersOf(Question),
        };
        var own = Measures is { } measures ? measures[measure] : null;
        var items = own?.ItemsOf(Rows.Keys) ?? Rows.Keys;
        var values = own?.Values ?? ReadOnlyMemory<long>.Empty;
        return PlaysReceiver
            ? CircuitTotals.ReceiveAsync(channel, items, values, Ports.Random, options, cancellation)
            : CircuitTotals.SendAsync(channel, items, values, Ports.Random, options, cancellation);
    }

    private static Digest ContextOf(Digest run, int measure) =>
        Digest.Of("collab.intersection.measure.v1", new CanonicalWriter().Digest(run).UInt32((uint)measure).Written);
}
