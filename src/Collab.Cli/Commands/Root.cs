using System.CommandLine;

namespace Collab.Cli.Commands;

/// <summary>All verbs.</summary>
internal static class Root
{
    public static RootCommand Create() => new RootCommand("Collab: parties compute together on data that none of them hands over.")
    {
        DemoCommand.Create(),
        SandboxCommands.Create(),
        NodeCommands.Create(),
        ConsoleCommands.Create(),
        ConsortiumCommands.Create(),
        DatasetCommands.Create(),
        ConsentCommands.Create(),
        RecordCommands.Create(),
        AlgorithmCommands.Create(),
        JobCommands.Create(),
        ModelCommands.Create(),
        AuditCommands.Create(),
        BenchCommand.Create(),
        VersionCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(),
    };
}
