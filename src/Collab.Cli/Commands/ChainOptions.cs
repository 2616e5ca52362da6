using System.CommandLine;
using Collab.Primitives;

namespace Collab.Cli.Commands;

/// <summary>Where the nodes of a sandbox keep their ledger: in their logs alone, or with a contract before them.</summary>
internal static class ChainOptions
{
    public static readonly Option<string> Ledger = new("--ledger")
    {
        Description = "embedded (the parties' witnessed logs), or evm: a contract on the chain of --chain decides besides.", DefaultValueFactory = _ => "embedded",
    };

    public static readonly Option<string?> Chain = new("--chain") { Description = "The address of a test chain's node that has an unlocked account, for --ledger evm: http://127.0.0.1:8545 with anvil." };

    /// <summary>The chain's address, or null without a chain.</summary>
    public static Uri? Of(ParseResult parsed)
    {
        var (ledger, chain) = (parsed.GetValue(Ledger), parsed.GetValue(Chain));
        return ledger switch
        {
            "embedded" when chain is null => null,
            "evm" when Uri.TryCreate(chain, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" => new Uri(chain!),
            "evm" => throw Shared.Usage("--ledger evm needs --chain with the address of a test chain's node."),
            "embedded" => throw Shared.Usage("--chain is for --ledger evm."),
            _ => throw Shared.Usage("--ledger is embedded or evm."),
        };
    }
}
