using System.Globalization;
using Collab.Psi;

namespace Collab.Cli.Bench.Estimates;

/// <summary>Makes the table of rates (CostRates.cs) of measured cases. Sizes must differ between the parties in some of them, or their shares cannot be told apart.</summary>
internal static class EstimateFit
{
    private const double SecondsPerRow = Engine.Planning.EstimateRates.SecondsPerRow;

    /// <summary>The table as source, and the speed of the machine that it then refers to.</summary>
    /// <param name="cases">All cases.</param>
    /// <param name="busy">Whether other work ran meanwhile: then processor time alone counts, as if all cores were always used, and the wait is left as it is.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<EstimateFindings> cases, bool busy)
    {
        var speed = MachineSpeed.Measure();
        yield return Text($"Machine.ReferenceSpeed: new({speed.MultipliesPerSecond:F0}, {speed.BlocksPerSecond / 1e6:F0}e6, {speed.CopiedBytesPerSecond / 1e9:F1}e9)");
        var cores = Environment.ProcessorCount;
        var (wait, stretch) = busy ? (double.NaN, 1.0 / cores) : WaitOf(cases);
        if (!busy) yield return Text($"CostRates.JobWait: {wait:F2}; a second of processor time takes {stretch:F2} s of the job");
        foreach (var rates in cases.GroupBy(c => NameOf(c.Plan)))
        {
            var work = LeastSquares.Fit([.. rates.Select(c => (new double[] { 1, c.SenderRows, c.ReceiverRows }, WorkOf(c) * stretch * cores))]);
            yield return Text($"CostRates.{rates.Key}: {work[0]:F2}, {work[1] * 1e6:F2}e-6, {work[2] * 1e6:F2}e-6, {Memory(rates, c => c.PeakBytes.A)}, {Memory(rates, c => c.PeakBytes.B)}");
        }
    }

    // Protocols of one kind of work share their rates.
    private static string NameOf(string plan) => plan.Split('/')[0] switch
    {
        "psi-vole" => "Vole",
        "psi-vole-streamed" => "StreamedVole",
        "psi-circuit" => "Circuit",
        _ => "Curve",
    };

    // Processor time beside that of reading rows, which each owner does on one core.
    private static double WorkOf(EstimateFindings c) =>
        Math.Max(0.05, c.CpuSeconds.A + c.CpuSeconds.B - (SecondsPerRow * ((double)c.SenderRows + c.ReceiverRows)));

    // Seconds = wait + reading + stretch · work.
    private static (double Wait, double Stretch) WaitOf(IReadOnlyList<EstimateFindings> cases)
    {
        var found = LeastSquares.Fit([.. cases.Select(c => (
            new[] { 1, WorkOf(c) }, Math.Max(0.1, c.Run.Seconds - (SecondsPerRow * Math.Max(c.SenderRows, c.ReceiverRows)))))]);
        return (found[0], found[1]);
    }

    private static string Memory(IEnumerable<EstimateFindings> cases, Func<EstimateFindings, double> peak)
    {
        var c = LeastSquares.Fit([.. cases.Select(f => (
            new double[] { 1, f.SenderRows, f.ReceiverRows, Math.Min(f.SenderRows, f.ReceiverRows) }, peak(f)))]);
        return Text($"new({c[0] / 1e6:F0}e6, {c[1]:F0}, {c[2]:F0}, {c[3]:F0})");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
