using System.CommandLine;
using System.Globalization;
using Collab.Cli.Bench;
using Collab.Cli.Bench.Estimates;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab bench estimate</c>: what <c>explain</c> says, held against whole jobs.</summary>
internal static class BenchEstimateCommand
{
    private const int LargestSize = 100_000_000;

    public static Command Create()
    {
        var protocols = new Option<string[]>("--protocol")
        {
            Description = string.Join(", ", EstimateCase.Protocols), DefaultValueFactory = _ => ["ecdh", "rr22"], AllowMultipleArgumentsPerToken = true,
        };
        protocols.AcceptOnlyFromAmong([.. EstimateCase.Protocols]);
        var sizes = new Option<string>("--sizes")
        {
            Description = "Rows of both parties, or SENDER:RECEIVER, with commas between.", DefaultValueFactory = _ => "1000,10000,100000,1000000,4000000",
        };
        var fit = new Option<bool>("--fit") { Description = "Print the table of rates of these runs; give sizes that differ between the parties too." };
        var busy = new Option<bool>("--busy") { Description = "With --fit, on a machine that does other work: processor time alone counts." };
        var command = new Command("estimate", "Holds explain's bytes, memory and seconds against whole jobs of two nodes; fails when one is off by more than a quarter.\nExample: collab bench estimate --protocol rr22 --sizes 1000,100000,100000:1000000 --json")
        {
            protocols, sizes, fit, busy, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var cases = parsed.GetRequiredValue(protocols)
                .SelectMany(protocol => parsed.GetRequiredValue(sizes).Split(',').Select(size => Case(protocol, size))).ToList();
            var findings = new List<EstimateFindings>();
            foreach (var job in cases)
            {
                findings.Add(await EstimateRun.RunAsync(job, output, cancellation));
                output.Say(Line(findings[^1]));
            }

            if (parsed.GetValue(fit))
            {
                foreach (var line in EstimateFit.Lines(findings, parsed.GetValue(busy))) output.Say(Markup.Escape(line));
            }

            var within = findings.TrueForAll(f => f.Within);
            output.Answer(
                new { topic = "estimate", bound = EstimateFindings.Bound, cases = findings, within, machine = BenchReport.ThisMachine },
                console => console.MarkupLine(within ? "all within a quarter" : "[red]not all within a quarter[/]"));
            return within ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static EstimateCase Case(string protocol, string size)
    {
        var numbers = size.Split(':');
        return numbers.Length <= 2 && Rows(numbers[0]) is { } sender && Rows(numbers[^1]) is { } receiver
            ? new(protocol, sender, receiver)
            : throw Shared.Usage($"--sizes: '{size}' is no number of rows and no SENDER:RECEIVER, each 1 to {LargestSize}.");
    }

    private static int? Rows(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is > 0 and <= LargestSize ? rows : null;

    private static string Line(EstimateFindings f) => string.Create(
        CultureInfo.InvariantCulture,
        $"{f.Protocol,-16} {f.SenderRows,9}:{f.ReceiverRows,-9} bytes {f.Run.Bytes / 1e6:F3} MB of {f.Estimate.Bytes / 1e6:F3} ({f.Ratio.Bytes:F2}), memory {f.PeakBytes.A / 1e6:F0} and {f.PeakBytes.B / 1e6:F0} MB of {f.Estimate.MemoryBytes / 1e6:F0} ({f.Ratio.MemoryBytes:F2}), {f.Run.Seconds:F2} s of {f.Estimate.Seconds:F2} ({f.Ratio.Seconds:F2}; processor {f.CpuSeconds.A:F2} and {f.CpuSeconds.B:F2} s){(f.Correct ? "" : " WRONG RESULT")}{(f.Within ? "" : " OFF")}");
}
