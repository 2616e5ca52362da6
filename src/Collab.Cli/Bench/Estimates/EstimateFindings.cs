namespace Collab.Cli.Bench.Estimates;

/// <summary>One case: what <c>explain</c> said before, and what the run took.</summary>
/// <param name="Protocol">The protocol asked for.</param>
/// <param name="Plan">The protocol that the planner chose, with its version.</param>
/// <param name="SenderRows">Rows of the sender.</param>
/// <param name="ReceiverRows">Rows of the receiver.</param>
/// <param name="Estimate">What <c>explain</c> said.</param>
/// <param name="Run">What the run took.</param>
/// <param name="Ratio">Run over estimate.</param>
/// <param name="CpuSeconds">Processor time of both nodes for the job, in seconds.</param>
/// <param name="PeakBytes">The largest resident memory of each node.</param>
/// <param name="Correct">Whether the result was that of the plain intersection.</param>
/// <param name="Within">Whether no ratio is off by more than the bound.</param>
internal sealed record EstimateFindings(
    string Protocol, string Plan, int SenderRows, int ReceiverRows, EstimateFigures Estimate, EstimateFigures Run, EstimateFigures Ratio, BenchCpuSeconds CpuSeconds,
    BenchPeakBytes PeakBytes, bool Correct, bool Within)
{
    /// <summary>How far a run may be off: a quarter of the estimate.</summary>
    public const double Bound = 0.25;

    /// <summary>Compares.</summary>
    public static EstimateFindings Of(
        EstimateCase job, string plan, EstimateFigures estimate, EstimateFigures run, BenchCpuSeconds cpu, BenchPeakBytes peak, bool correct)
    {
        var ratio = new EstimateFigures(run.Bytes / estimate.Bytes, run.MemoryBytes / estimate.MemoryBytes, run.Seconds / estimate.Seconds);
        double[] all = [ratio.Bytes, ratio.MemoryBytes, ratio.Seconds];
        return new(
            job.Protocol, plan, job.SenderRows, job.ReceiverRows, estimate, run, ratio, cpu, peak, correct,
            correct && all.All(r => r is >= 1 - Bound and <= 1 + Bound));
    }
}

/// <summary>Bytes between the parties, memory of the larger party, and seconds; or ratios of them.</summary>
internal sealed record EstimateFigures(double Bytes, double MemoryBytes, double Seconds);
