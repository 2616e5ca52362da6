using System.CommandLine;
using Collab.Cli.Bench;
using Collab.Cli.Bench.Parties;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab bench</c>: speeds, each run checking its own result.</summary>
internal static class BenchCommand
{
    private static readonly Dictionary<string, Func<BenchOptions, CancellationToken, Task<BenchReport>>> Topics = new()
    {
        ["grpc"] = GrpcBench.RunAsync,
        ["he"] = EncryptionBench.RunAsync,
        ["ledger"] = LedgerBench.RunAsync,
        ["psi"] = TwoPartyBench.RunAsync,
        ["model"] = ModelBench.RunAsync,
        ["mpc"] = MpcBench.RunAsync,
        ["pir"] = RetrievalBench.RunAsync,
        ["stats"] = StatsBench.RunAsync,
        ["okvs"] = OkvsBench.RunAsync,
        ["vole"] = TwoPartyBench.RunAsync,
        ["ot"] = TwoPartyBench.RunAsync,
        ["upsi"] = UnbalancedBench.RunAsync,
    };

    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = string.Join(", ", Topics.Keys) };
        topic.AcceptOnlyFromAmong([.. Topics.Keys]);
        var operation = new Option<string?>("--op") { Description = "The operation: grpc bidi, unary, roundtrip; he multiply, relinearize, rotate, multiply-plain, add, switch, encode, encrypt, encrypt-secret, decrypt, galois-key; ledger append, verify; okvs encode, decode; mpc multiply, compare, inner, sort, shuffle, divide, and of two parties columns; pir query, scan, prepare, update; stats variance, correlation; upsi query, nonmembers, search." };
        var protocol = new Option<string?>("--protocol") { Description = "The protocol: psi ecdh, rr22; vole silent, extension; ot silent, extension, base." };
        var model = new Option<string?>("--model") { Description = "model: gbdt, boosted trees; secret-gbdt, of which nothing is opened; logistic, linear, by descent on shares." };
        var columns = new Option<int>("--columns") { Description = "model: columns of all parties.", DefaultValueFactory = _ => 20 };
        var epochs = new Option<int>("--epochs") { Description = "model logistic, linear: passes over the rows.", DefaultValueFactory = _ => 10 };
        var batch = new Option<int>("--batch") { Description = "model logistic, linear: rows of a step.", DefaultValueFactory = _ => 128 };
        var trees = new Option<int>("--trees") { Description = "model gbdt, secret-gbdt: trees.", DefaultValueFactory = _ => 5 };
        var depth = new Option<int>("--depth") { Description = "model gbdt, secret-gbdt: splits from a root to a leaf.", DefaultValueFactory = _ => 3 };
        var bins = new Option<int>("--bins") { Description = "model gbdt, secret-gbdt: bins of a column.", DefaultValueFactory = _ => 16 };
        var mode = new Option<string?>("--mode") { Description = "What is told: psi ecdh intersect, cardinality; psi rr22 intersect, sum, circuit; mpc compare, sort: bits of the words; model gbdt: columns; model logistic: pieces, smooth." };
        var size = new Option<long>("--size") { Description = "Items of one run; the topic's own when not given." };
        var dealer = new Option<bool>("--dealer") { Description = "mpc, model secret-gbdt, logistic and linear, of two parties: a third one deals their triples." };
        var parties = new Option<int>("--parties") { Description = "mpc, model: 2 or 3.", DefaultValueFactory = _ => 3 };
        var runs = new Option<int>("--runs") { Description = "Measured runs, after one that is not.", DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { Description = "Threads a party may use.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var transport = new Option<string?>("--transport") { Description = "memory: threads of one process; grpc: two processes, mutual TLS 1.3." };
        var security = new Option<string?>("--security") { Description = "semi-honest or malicious; grpc: mtls or plain." };
        var streamed = new Option<bool>("--streamed") { Description = "psi rr22: the sets lie on the disk and pass bucket by bucket." };
        var pin = new Option<bool>("--pin") { Description = "Bind each party's process to a core of its own (with --transport grpc)." };
        var yardstick = new Option<bool>("--yardstick") { Description = "Measure openssl for a second each before, to compare machines." };
        var kind = new Option<string?>("--kind") { Description = "pir: keyword or index." };
        var rows = new Option<long>("--rows") { Description = "pir: records of the table; model: rows; as --size." };
        var bytes = new Option<int>("--bytes") { Description = "pir: bytes of a record's value." };
        var message = new Option<int>("--message") { Description = "Bytes of one message." };
        var sender = new Option<int>("--sender") { Description = "upsi: items of the party that has many.", DefaultValueFactory = _ => 1 << 20 };
        var receiver = new Option<int>("--receiver") { Description = "upsi: items of the party that asks.", DefaultValueFactory = _ => 1 << 10 };
        var label = new Option<int>("--label") { Description = "upsi: bytes of the label of an item." };
        var command = new Command("bench", "Measures; every run checks its own result.\nExample: collab bench grpc --op bidi --message 1048576 --json")
        {
            topic, operation, protocol, mode, size, parties, dealer, runs, threads, transport, security, message, kind, rows, bytes, streamed, pin, sender, receiver, label, model, columns, epochs, batch, trees, depth, bins, yardstick, Output.JsonOption, Output.QuietOption,
        };
        command.Add(BenchEstimateCommand.Create());
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var name = parsed.GetRequiredValue(topic);
            var options = new BenchOptions
            {
                Topic = name,
                Operation = parsed.GetValue(operation) ?? parsed.GetValue(protocol) ?? parsed.GetValue(model),
                Size = Math.Max(parsed.GetValue(size), parsed.GetValue(rows)),
                Parties = parsed.GetValue(parties),
                Dealer = parsed.GetValue(dealer),
                Runs = parsed.GetValue(runs),
                Threads = parsed.GetValue(threads),
                Security = parsed.GetValue(security),
                MessageBytes = Math.Max(parsed.GetValue(message), parsed.GetValue(bytes)),
                Mode = parsed.GetValue(mode) ?? parsed.GetValue(kind),
                Transport = parsed.GetValue(transport),
                Streamed = parsed.GetValue(streamed),
                Pin = parsed.GetValue(pin),
                SenderItems = parsed.GetValue(sender),
                ReceiverItems = parsed.GetValue(receiver),
                LabelBytes = parsed.GetValue(label),
                Columns = parsed.GetValue(columns),
                Epochs = parsed.GetValue(epochs),
                Batch = parsed.GetValue(batch),
                Trees = parsed.GetValue(trees),
                Depth = parsed.GetValue(depth),
                Bins = parsed.GetValue(bins),
            };
            var report = await MeasureAsync(name, options, parsed.GetValue(yardstick), cancellation);
            if (output.Json) System.Console.Out.WriteLine(report.ToJson());
            else output.Console.MarkupLineInterpolated($"{report.Topic} {report.Variant}: median {report.Seconds.Median:G4} s of {report.Runs} runs, {report.PerSecond:N0} /s, {(report.Correct ? "correct" : "WRONG RESULT")}; {report.Machine}");
            return report.Correct ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static async Task<BenchReport> MeasureAsync(string topic, BenchOptions options, bool withYardsticks, CancellationToken cancellation)
    {
        var yardsticks = withYardsticks ? await Yardsticks.MeasureAsync(cancellation) : null;
        try
        {
            return await Topics[topic](options, cancellation) with { Yardsticks = yardsticks };
        }
        catch (ArgumentException e)
        {
            throw Shared.Usage(e.Message.Split(" (Parameter")[0]);
        }
    }
}
