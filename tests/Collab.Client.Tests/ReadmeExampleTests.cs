using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Collab.Wire.Operator;

namespace Collab.Client.Tests;

/// <summary>The C# of the README is compiled as it stands there, and run at a node of a sandbox.</summary>
public sealed class ReadmeExampleTests(Sandbox sandbox) : IClassFixture<Sandbox>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_of_the_readme_compiles_and_runs()
    {
        var assembly = await CompileAsync(ExampleOf(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), Cancellation)));
        var description = Path.Combine(sandbox.Folder, "job.yaml");
        await File.WriteAllTextAsync(description, Sandbox.Description, Cancellation);

        var said = new StringWriter();
        var before = System.Console.Out;
        System.Console.SetOut(TextWriter.Synchronized(said));
        try
        {
            using var north = sandbox.Connect("north");
            var running = Task.Run(() => assembly.EntryPoint!.Invoke(null, [new[] { sandbox.HomeOf("north"), description }]), Cancellation);
            JobView? proposed = null;
            while (proposed is null && !running.IsCompleted)
            {
                await Task.Delay(100, Cancellation);
                proposed = (await north.Jobs.ListAsync(Cancellation)).FirstOrDefault();
            }

            if (proposed is not null) await sandbox.ApproveAsync(proposed, Cancellation); // what the owners' operators do meanwhile
            if (await running is Task main) await main;
        }
        finally
        {
            System.Console.SetOut(before);
        }

        Assert.Contains("south learns: ", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("committed", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("amount count 600", said.ToString(), StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(sandbox.HomeOf("north"), "example.evidence")).Length > 0);
    }

    private static string ExampleOf(string readme)
    {
        const string Fence = "```csharp\n";
        var begin = readme.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        Assert.True(begin >= Fence.Length, "README.md has no block of C#.");
        return readme[begin..readme.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    /// <summary>By the compiler of the SDK, against what this test runs with: the same usings as a new project has.</summary>
    private async Task<Assembly> CompileAsync(string example)
    {
        var folder = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "example")).FullName;
        var (source, usings, target, arguments) = (Path.Combine(folder, "Program.cs"), Path.Combine(folder, "Usings.cs"), Path.Combine(folder, "example.dll"), Path.Combine(folder, "csc.rsp"));
        await File.WriteAllTextAsync(source, example, Cancellation);
        await File.WriteAllTextAsync(usings, "global using System; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using System.Collections.Generic;", Cancellation);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => $"-r:\"{path}\"");
        await File.WriteAllLinesAsync(arguments, ["-nostdlib", "-target:exe", "-nullable:enable", "-warnaserror", "-nowarn:1701,1702", $"-out:\"{target}\"", .. references, $"\"{source}\"", $"\"{usings}\""], Cancellation);

        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        var compiler = Directory.EnumerateDirectories(Path.Combine(dotnet, "sdk")).Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Where(File.Exists).Order().Last();
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(dotnet, "dotnet"), ["exec", compiler, "-noconfig", $"@{arguments}"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, output);
        return AssemblyLoadContext.Default.LoadFromAssemblyPath(target);
    }
}
