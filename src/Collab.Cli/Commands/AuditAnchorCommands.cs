using System.CommandLine;
using Collab.Evidence;
using Collab.Evm.Anchoring;
using Collab.Jobs;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;
using Spectre.Console;

namespace Collab.Cli.Commands;

/// <summary>Anchors of a bundle's logs on a chain: taken from a chain's node, checked from their bytes.</summary>
internal static class AuditAnchorCommands
{
    private const string LogPrefix = "log/";
    private const int LargestFile = 16 << 20;

    /// <summary>For <c>audit verify</c>: the anchors that must hold.</summary>
    public static Option<FileInfo?> Required { get; } = new("--require-anchor") { Description = "A file of anchors ('audit anchor'): the checkpoints of all logs in the bundle must be anchored on the contract of --chain." };

    /// <summary>For <c>audit verify</c>: the contract.</summary>
    public static Option<FileInfo?> Chain { get; } = new("--chain") { Description = "Your own copy of the consortium's chain.yaml, from another way than the anchors." };

    public static Command Create()
    {
        var bundle = new Argument<FileInfo>("bundle") { Description = "An evidence bundle." };
        var destination = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var command = new Command("anchor", "Takes from the node's chain the proofs that the checkpoints of a bundle's logs are anchored.\nExample: collab audit anchor run.evidence --out run.anchors --home ~/registry")
        {
            bundle, destination, Shared.Home, Output.JsonOption, Output.QuietOption,
        };
        command.SetAction((parsed, cancellation) => Output.RunAsync(parsed, async output =>
        {
            var home = NodeHome.Require(parsed.GetRequiredValue(Shared.Home));
            if (!File.Exists(home.ChainFile)) throw Shared.Usage("This node has joined no chain: collab consortium chain join FILE.");
            var chain = ChainConfiguration.Parse(await File.ReadAllTextAsync(home.ChainFile, cancellation));
            var anchors = await ChainFiles.TakeAnchorsAsync(chain, HeadsOf(await File.ReadAllBytesAsync(parsed.GetRequiredValue(bundle).FullName, cancellation)), cancellation);
            var path = parsed.GetRequiredValue(destination).FullName;
            await File.WriteAllBytesAsync(path, anchors.Encode(), cancellation);
            return output.Answer(
                new { anchors = path, contract = anchors.Contract.ToString(), logs = anchors.Proofs.Select(proof => new { party = proof.Party.Name, size = proof.Size }) },
                console => console.MarkupLineInterpolated($"anchors of {anchors.Proofs.Count} logs in {path}; check them: collab audit verify BUNDLE --require-anchor {path} --chain chain.yaml"));
        }));
        return command;
    }

    /// <summary>The blocks that hold the checkpoints of a bundle's logs; null when none are required.</summary>
    /// <exception cref="CollabException">They are required and do not hold.</exception>
    public static IReadOnlyDictionary<PartyId, AnchoringBlock>? Check(ParseResult parsed, FileInfo bundle)
    {
        var (file, own) = (parsed.GetValue(Required), parsed.GetValue(Chain));
        if (file is null && own is null) return null;
        if (file is null || own is null) throw Shared.Usage("--require-anchor and --chain go together.");
        if (file.Length > LargestFile) throw Shared.Usage("A file of anchors is smaller than 16 MiB.");
        var chain = ChainConfiguration.Parse(File.ReadAllText(own.FullName));
        try
        {
            return AnchorFile.Decode(File.ReadAllBytes(file.FullName)).Verify(chain.ChainId, chain.Contract, chain.Organisations, HeadsOf(File.ReadAllBytes(bundle.FullName)));
        }
        catch (MalformedException fault)
        {
            throw new CollabException(Evm.EvmErrors.AnchorInvalid, $"The file of anchors is not valid: expected {fault.Rule}.");
        }
    }

    /// <summary>Shows the blocks, and what they do not show.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyDictionary<PartyId, AnchoringBlock> blocks)
    {
        foreach (var (party, block) in blocks)
            console.MarkupLineInterpolated($"  [green]holds[/]        the checkpoint of {party}'s log is anchored in block {block.Number} of {block.Time:u}, {block.Hash}");
        console.MarkupLine("  [yellow]not checked[/]  that these blocks are on the consortium's chain, and final: ask a node of it for the blocks at those places and compare the hashes");
    }

    /// <summary>The same for a document.</summary>
    public static object Document(IReadOnlyDictionary<PartyId, AnchoringBlock> blocks) => new
    {
        logs = blocks.Select(b => new { party = b.Key.Name, block = b.Value.Number, hash = b.Value.Hash.ToString(), time = b.Value.Time }),
        notChecked = new[] { "that these blocks are on the consortium's chain, and final" },
    };

    private static List<LedgerHead> HeadsOf(ReadOnlyMemory<byte> bundle) => [.. EvidenceBundle.Read(bundle).Parts
        .Where(part => part.Name.StartsWith(LogPrefix, StringComparison.Ordinal))
        .Select(part => (Party: PartyId.Parse(part.Name[LogPrefix.Length..]), LogExtract.Decode(part.Content.Span).Checkpoint))
        .Select(log => new LedgerHead(log.Party, (ulong)log.Checkpoint.Size, log.Checkpoint.Root))];
}
