using System.CommandLine;
using System.Globalization;
using Collab.Jobs.Governance;
using Collab.Primitives;
using Collab.Wire.Operator;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary><c>collab consortium motion</c>: operators change roles, suspend, pause, set the quorum, name a successor.</summary>
internal static class MotionCommands
{
    private const int SaltSize = 32;

    public static Command Create() => new("motion", "Motions of the operators: open one, vote, list them.") { Open(), Vote(), List() };

    private static Command Open()
    {
        var member = new Option<string?>("--member") { Description = "The member whose roles change." };
        var roles = new Option<string?>("--roles") { Description = "All roles it has afterwards, with commas: provider, requester, algorithm, operator, auditor; none for none." };
        var suspend = new Option<string?>("--suspend") { Description = "A member that may do nothing but revoke." };
        var readmit = new Option<string?>("--readmit") { Description = "A suspended member to be taken back." };
        var pause = new Option<bool>("--pause") { Description = "No run starts while it is paused." };
        var resume = new Option<bool>("--resume") { Description = "Ends the pause." };
        var quorum = new Option<int?>("--quorum") { Description = "How many operators carry a motion." };
        var successor = new Option<FileInfo?>("--successor") { Description = "The consortium file that takes the place of this one; its digest gets a salt, which is shown." };
        var days = new Option<double>("--days") { Description = "How long votes are taken, 30 at most.", DefaultValueFactory = _ => 7 };
        var command = new Command("open", "Opens a motion, which is the first vote for it.\nExample: collab consortium motion open --member lakeview --roles provider,requester")
        {
            member, roles, suspend, readmit, pause, resume, quorum, successor, days, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var names = new[] { parsed.GetValue(member), parsed.GetValue(suspend), parsed.GetValue(readmit) }.OfType<string>().ToList();
            if (names.Count > 1 || (parsed.GetValue(member) is null) != (parsed.GetValue(roles) is null))
                throw Shared.Usage("A motion makes one change; --member goes with --roles.");
            if (parsed.GetValue(pause) && parsed.GetValue(resume)) throw Shared.Usage("A motion makes one change.");
            if (parsed.GetValue(days) is not (> 0 and <= 30)) throw Shared.Usage("A motion is open for 30 days at most.");
            var (salt, file) = parsed.GetValue(successor) is { } next ? DigestOf(next) : (null, null);
            var request = new OpenMotionRequest(DateTimeOffset.UtcNow.AddDays(parsed.GetValue(days)).AddMinutes(-1)) // by the node's clock it must not be more than 30 days
            {
                Member = names.FirstOrDefault(),
                Roles = parsed.GetValue(roles) is { } given ? RolesOf(given) : null,
                Active = parsed.GetValue(suspend) is not null ? false : parsed.GetValue(readmit) is not null ? true : null,
                Paused = parsed.GetValue(pause) ? true : parsed.GetValue(resume) ? false : null,
                Quorum = parsed.GetValue(quorum),
                Successor = file,
            };
            using var client = Shared.Connect(parsed);
            var view = await client.CallAsync<GovernanceView>(Verbs.OpenMotion, request, cancellation);
            if (salt is not null) output.Console.MarkupLineInterpolated($"salt of the file's digest, to be handed on with the file: [bold]{salt}[/]");
            return Answer(output, view);
        }));
        return command;
    }

    private static Command Vote()
    {
        var motion = new Argument<string>("motion") { Description = "The first digits of the motion, six at least." };
        var command = new Command("vote", "Votes for a motion; the vote that makes the quorum carries it out.\nExample: collab consortium motion vote 4f1c09")
        {
            motion, Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<GovernanceView>(Verbs.Vote, new VoteRequest(parsed.GetRequiredValue(motion)), cancellation));
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All motions with who voted, and how the members stand.\nExample: collab consortium motion list --json")
        {
            Shared.Home, Shared.Passphrase, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            using var client = Shared.Connect(parsed);
            return Answer(output, await client.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), cancellation));
        }));
        return command;
    }

    public static IReadOnlyList<string> RolesOf(string text) =>
        text == "none" ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static void ShowStanding(IAnsiConsole console, GovernanceView view)
    {
        var state = view.Successor is not null ? "superseded by another file" : view.Paused ? "paused" : "open";
        console.MarkupLineInterpolated($"The consortium is [bold]{state}[/]; {view.Quorum} operators carry a motion.");
        var table = new Table().AddColumns("party", "roles", "standing");
        foreach (var member in view.Members)
            table.AddRow(Markup.Escape(member.Party), member.Roles.Count == 0 ? "none" : string.Join(", ", member.Roles), member.Active ? "active" : "suspended");
        console.Write(table);
    }

    private static int Answer(Output output, GovernanceView view) => output.Answer(view, console =>
    {
        ShowStanding(console, view);
        if (view.Motions.Count == 0) return;
        var table = new Table().AddColumns("motion", "by", "change", "votes", "state", "closes");
        foreach (var motion in view.Motions)
        {
            table.AddRow(new[]
            {
                motion.Motion[..12], motion.By, motion.Change, string.Join(", ", motion.Votes), motion.State,
                motion.Closes.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            }.Select(Markup.Escape).ToArray());
        }

        console.Write(table);
    });

    private static (string Salt, string Digest) DigestOf(FileInfo file)
    {
        var salt = RandomSource.System.Bytes(SaltSize);
        return (Convert.ToHexStringLower(salt), MotionChange.Successor.DigestOf(salt, File.ReadAllBytes(file.FullName)).ToString());
    }
}
