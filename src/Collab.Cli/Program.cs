using System.CommandLine;
using Collab.Cli;
using Collab.Cli.Bench;
using Collab.Cli.Bench.Parties;
using Collab.Cli.Commands;

if (SystemLibraries.Missing is { } missing)
{
    using var errors = Console.OpenStandardError(); // the console's own writers need what is missing
    errors.Write("error: machine.library-missing: this system lacks "u8);
    errors.Write(System.Text.Encoding.UTF8.GetBytes(missing));
    errors.Write("\nnext:  Install it with the system's packages; nothing else is needed.\n"u8);
    return ExitCode.Failed;
}

// A step of a protocol computes on a thread of the pool, for seconds if sets are large. The pool's own minimum is one thread for each core, so on one core
// nothing that arrives meanwhile is read until the pool suspects starvation, half a second later: three threads more read, decrypt and answer.
ThreadPool.GetMinThreads(out var workers, out var completions);
ThreadPool.SetMinThreads(workers + 3, completions);

// The other half of a benchmark that needs two processes; not verbs for people.
if (args is [GrpcBenchServer.Verb, .. var rest]) return await GrpcBenchServer.RunAsync(rest);
if (args is [PartyProcess.Verb]) return await PartyProcess.RunAsync();

var root = Root.Create();
var parsed = root.Parse(args);
var isAskedByAShell = args is [['[', ..], ..]; // what a shell completes is rarely whole
if (parsed.Errors.Count > 0 && !isAskedByAShell && parsed.Action is not System.CommandLine.Help.HelpAction)
{
    foreach (var error in parsed.Errors) await System.Console.Error.WriteLineAsync($"error: {error.Message}");
    await System.Console.Error.WriteLineAsync("next:  run the same with --help.");
    return ExitCode.Usage;
}

// Ctrl-C and SIGTERM cancel the verb; a node then has this long to close its files.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
