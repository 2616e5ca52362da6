using System.CommandLine;
using System.Text;
using System.Text.Json;
using Collab.Cli.Support;
using Collab.Node.Backup;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary>What keeps a node going: <c>collab node backup</c>, <c>restore</c>, <c>support</c> and <c>unit</c>.</summary>
internal static class NodeOperationCommands
{
    private static readonly Option<FileInfo> BackupPassphrase = new("--backup-passphrase-file")
    {
        Description = "A file whose first line encrypts the backup; not the passphrase of the node's keys, which stay under their own.", Required = true,
    };

    public static Command Backup()
    {
        var destination = new Argument<FileInfo>("file") { Description = "The backup; an older one of that name stays until the new one is whole." };
        var command = new Command(
            "backup", "The node's folder in one encrypted file, while the node does not run.\nExample: collab node backup riverside.backup --backup-passphrase-file secret --home ~/riverside")
        {
            destination, BackupPassphrase, Shared.Home, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            using var passphrase = Shared.ReadPassphrase(parsed.GetRequiredValue(BackupPassphrase));
            var file = parsed.GetRequiredValue(destination).FullName;
            var made = NodeBackup.Write(home, file, passphrase, TimeProvider.System);
            return Task.FromResult(output.Answer(new { backup = file, manifest = made }, console =>
            {
                console.MarkupLineInterpolated($"[bold]{file}[/]: {made.Files} files of {made.Party}'s node, {JobText.Size(made.Bytes)}");
                console.MarkupLine("Not in it: spill/, prepared/, standing/; a standing job begins anew after a restore. Keep the passphrase elsewhere.");
            }));
        }));
        return command;
    }

    public static Command Restore()
    {
        var source = new Argument<FileInfo>("file") { Description = "What 'node backup' wrote." };
        var command = new Command(
            "restore", "Puts a backup into a new folder, all of it or nothing.\nExample: collab node restore riverside.backup --backup-passphrase-file secret --home ~/riverside")
        {
            source, BackupPassphrase, Shared.Home, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            var home = new NodeHome(Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(Shared.Home))));
            using var passphrase = Shared.ReadPassphrase(parsed.GetRequiredValue(BackupPassphrase));
            var made = NodeBackup.Restore(parsed.GetRequiredValue(source).FullName, home, passphrase, TimeProvider.System);
            return Task.FromResult(output.Answer(new { home = home.Folder, manifest = made }, console =>
            {
                console.MarkupLineInterpolated($"Node of [bold]{made.Party}[/] as of {made.Made:u} in {home.Folder}: {made.Files} files");
                console.MarkupLine("Next: [bold]collab node run[/]. It writes nothing until every other party's node has shown what it holds; 'node status' names who is awaited.");
            }));
        }));
        return command;
    }

    public static Command Support()
    {
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", DefaultValueFactory = _ => new FileInfo("collab-support.json") };
        var command = new Command(
            "support", "What a maintainer needs to help: versions, sizes, checks, codes and steps. No data, no names of columns, datasets or purposes, no message texts, no keys, no addresses; read it before you send it.\nExample: collab node support --out support.json --home ~/riverside")
        {
            destination, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            var bundle = await SupportBundle.GatherAsync(home, () => Shared.Connect(parsed), cancellation);
            var file = parsed.GetRequiredValue(destination).FullName;
            DurableFile.Replace(file, JsonSerializer.SerializeToUtf8Bytes(bundle, OperatorJson.Indented));
            return output.Answer(new { support = file, events = bundle.Events.Count, nodeSilent = bundle.NodeSilent }, console =>
                console.MarkupLineInterpolated($"[bold]{file}[/]: {bundle.Events.Count} events{(bundle.NodeSilent is { } code ? $"; the node did not answer ({code})" : "")}. It is plain text: read it before you send it."));
        }));
        return command;
    }

    public static Command Unit()
    {
        var user = new Option<bool>("--user") { Description = "For your own systemd, without root; otherwise for the system's, as the user that runs this." };
        var container = new Option<bool>("--container") { Description = "A Containerfile instead of a systemd unit." };
        var withPassphrase = new Option<FileInfo?>("--passphrase-file") { Description = "The file with the passphrase of the keys, handed to the service as a credential." };
        var command = new Command("unit", "Prints a hardened systemd unit for a node (for ~/.config/systemd/user with --user), or a Containerfile.\nExample: collab node unit --user --home ~/riverside")
        {
            user, container, withPassphrase, Shared.Home,
        };
        command.SetAction((parsed, _) => Output.RunAsync(parsed, output =>
        {
            System.Console.Out.Write(parsed.GetValue(container)
                ? Embedded.Read("deployment/Containerfile")
                : UnitOf(NodeHome.Require(parsed.GetRequiredValue(Shared.Home)), parsed.GetValue(user), parsed.GetValue(withPassphrase)));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    private static string UnitOf(NodeHome home, bool ofUser, FileInfo? passphrase)
    {
        foreach (var path in new[] { home.Folder, Environment.ProcessPath!, passphrase?.FullName ?? "" })
        {
            if (path.Any(c => char.IsWhiteSpace(c) || c is '%' or '"' or '\'' or '\\' or '$')) throw Shared.Usage("A unit needs paths without blanks, quotes, '%', '$' and backslashes.");
        }

        var text = new StringBuilder(Embedded.Read("deployment/collab.service"));
        text.Replace("{system}", ofUser ? "" : Embedded.Read("deployment/system.conf"));
        text.Replace("{passphrase}", passphrase is null ? "" : $" --passphrase-file %d/passphrase\nLoadCredential=passphrase:{passphrase.FullName}");
        text.Replace("{program}", Environment.ProcessPath).Replace("{home}", home.Folder).Replace("{user}", Environment.UserName).Replace("{target}", ofUser ? "default.target" : "multi-user.target");
        return text.ToString();
    }
}
