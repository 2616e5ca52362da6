using System.CommandLine;
using Collab.Cli.Bench;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab bench</c>: speeds, each run checking its own result.</summary>
internal static class BenchCommand
{
    private static readonly Dictionary<string, Func<BenchOptions, CancellationToken, Task<BenchReport>>> Topics = new()
    {
        ["grpc"] = GrpcBench.RunAsync,
        ["ledger"] = LedgerBench.RunAsync,
        ["psi"] = PsiBench.RunAsync,
    };

    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = string.Join(", ", Topics.Keys) };
        topic.AcceptOnlyFromAmong([.. Topics.Keys]);
        var operation = new Option<string?>("--op") { Description = "The operation: grpc bidi, unary, roundtrip; ledger append, verify." };
        var protocol = new Option<string?>("--protocol") { Description = "The protocol: psi ecdh." };
        var size = new Option<long>("--size") { Description = "Items of one run; the topic's own when not given." };
        var runs = new Option<int>("--runs") { Description = "Measured runs, after one that is not.", DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { Description = "Threads a party may use.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var transport = new Option<string?>("--transport") { Description = "memory or grpc." };
        var security = new Option<string?>("--security") { Description = "grpc: mtls or plain; psi: semi-honest." };
        var message = new Option<int>("--message") { Description = "Bytes of one message." };
        var command = new Command("bench", "Measures; every run checks its own result.\nExample: collab bench grpc --op bidi --message 1048576 --json")
        {
            topic, operation, protocol, size, runs, threads, transport, security, message, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var name = parsed.GetRequiredValue(topic);
            var options = new BenchOptions
            {
                Topic = name,
                Operation = parsed.GetValue(operation) ?? parsed.GetValue(protocol),
                Size = parsed.GetValue(size),
                Runs = parsed.GetValue(runs),
                Threads = parsed.GetValue(threads),
                Security = parsed.GetValue(security),
                MessageBytes = parsed.GetValue(message),
            };
            if (parsed.GetValue(transport) is { } chosen) options = options with { Transport = chosen };
            var report = await Topics[name](options, cancellation);
            if (output.Json) Console.Out.WriteLine(report.ToJson());
            else output.Console.MarkupLineInterpolated($"{report.Topic} {report.Variant}: median {report.Seconds.Median:G4} s of {report.Runs} runs, {report.PerSecond:N0} /s, {(report.Correct ? "correct" : "WRONG RESULT")}; {report.Machine}");
            return report.Correct ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }
}
