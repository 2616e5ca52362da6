using System.Globalization;
using System.Text;
using Collab.Engine.Descriptions;
using Collab.Evm;
using Collab.Evm.Following;
using Collab.Evm.Sending;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>The chain and the contract that stand before the parties' logs: the file <c>chain.yaml</c> (protocols/specs/ledger-evm.md, section Configuration).</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Contract">The consortium's contract.</param>
/// <param name="FirstBlock">The block that made it.</param>
/// <param name="Endpoints">The own node first, then those that are compared with it.</param>
/// <param name="MustAgree">How many of the others must show the same before a block is final.</param>
/// <param name="Finality">A word of <see cref="FinalityWords"/>.</param>
/// <param name="Transactions">A word of <see cref="TransactionWords"/>.</param>
/// <param name="MostGweiPerGas">The most to pay per gas.</param>
/// <param name="LookEvery">How long between two looks.</param>
/// <param name="Organisations">The organisation of each party on the contract.</param>
public sealed record ChainConfiguration(
    ulong ChainId,
    EvmAddress Contract,
    ulong FirstBlock,
    IReadOnlyList<Uri> Endpoints,
    int MustAgree,
    string Finality,
    string Transactions,
    int MostGweiPerGas,
    TimeSpan LookEvery,
    IReadOnlyDictionary<PartyId, Digest> Organisations)
{
    private const int LeastMilliseconds = 50;

    /// <summary>Whether the contract decides; otherwise the logs do as without a chain, and their checkpoints are anchored on it.</summary>
    public bool Decides { get; init; } = true;

    /// <summary>How long at least between two checkpoints that are anchored.</summary>
    public TimeSpan AnchorEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What may stand at <c>finality</c>.</summary>
    public static IReadOnlyDictionary<string, FinalityRule> FinalityWords { get; } = new Dictionary<string, FinalityRule>
    {
        ["immediate"] = FinalityRule.Immediate,
        ["immediate-without-empty-blocks"] = FinalityRule.ImmediateWithoutEmptyBlocks,
        ["twelve-blocks"] = FinalityRule.Probable,
        ["tagged"] = FinalityRule.Tagged,
    };

    /// <summary>What may stand at <c>transactions</c>.</summary>
    public static IReadOnlyDictionary<string, TransactionKind> TransactionWords { get; } = new Dictionary<string, TransactionKind>
    {
        ["dynamic-fee"] = TransactionKind.DynamicFee,
        ["legacy"] = TransactionKind.Legacy,
    };

    /// <summary>When a block is final.</summary>
    public FinalityRule FinalityRule => FinalityWords[Finality];

    /// <summary>What is paid.</summary>
    public FeeRule FeeRule => FeeRule.Standard with { Kind = TransactionWords[Transactions], MostPerGas = MostGweiPerGas * (System.Numerics.BigInteger)1_000_000_000 };

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="CollabException">It is not valid.</exception>
    public static ChainConfiguration Parse(string yaml)
    {
        var section = YamlSection.Parse(yaml);
        var configuration = new ChainConfiguration(
            Number(section, "chain-id", EvmTransaction.LargestChainId),
            Address(section, "contract"),
            Number(section, "first-block", long.MaxValue),
            [.. section.Texts("endpoints").Select(text => Endpoint(section, text))],
            section.Integer("must-agree", 0, 0, 16),
            Word(section, "finality", FinalityWords.Keys),
            section.Has("transactions") ? Word(section, "transactions", TransactionWords.Keys) : "dynamic-fee",
            section.Integer("most-gwei-per-gas", 500, 0, 1_000_000),
            LookEveryOf(section),
            section.Sections("organisations").ToDictionary(o => o.Party("party"), o => Id(o, "id")))
        {
            Decides = !section.Has("use") || Word(section, "use", ["decide", "anchor"]) == "decide",
            AnchorEvery = section.Duration("anchor-every", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        };
        section.End();
        if (configuration.MustAgree >= configuration.Endpoints.Count) throw section.Error("must-agree", "is more than the endpoints after the first");
        return configuration;
    }

    /// <summary>The file's text.</summary>
    public string ToYaml()
    {
        var text = new StringBuilder();
        if (!Decides) text.Append(CultureInfo.InvariantCulture, $"use: anchor\nanchor-every: {(int)AnchorEvery.TotalSeconds}s\n");
        text.Append(CultureInfo.InvariantCulture, $"chain-id: {ChainId}\ncontract: \"{Contract}\"\nfirst-block: {FirstBlock}\nendpoints:\n");
        foreach (var endpoint in Endpoints) text.Append(CultureInfo.InvariantCulture, $"  - {endpoint}\n");
        text.Append(CultureInfo.InvariantCulture, $"must-agree: {MustAgree}\nfinality: {Finality}\ntransactions: {Transactions}\nmost-gwei-per-gas: {MostGweiPerGas}\nlook-every: {LookEveryText}\norganisations:\n");
        foreach (var (party, id) in Organisations.OrderBy(o => o.Key)) text.Append(CultureInfo.InvariantCulture, $"  - party: {party}\n    id: \"{id}\"\n");
        return text.ToString();
    }

    private string LookEveryText => LookEvery.Milliseconds > 0 ? $"{(int)LookEvery.TotalMilliseconds}ms" : $"{(int)LookEvery.TotalSeconds}s";

    // Test chains that make a block for each transaction are looked at more often than once a second.
    private static TimeSpan LookEveryOf(YamlSection section)
    {
        const string milliseconds = "ms";
        if (!section.Has("look-every") || !section.Text("look-every").EndsWith(milliseconds, StringComparison.Ordinal))
            return section.Duration("look-every", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        return int.TryParse(section.Text("look-every").AsSpan()[..^milliseconds.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= LeastMilliseconds and < 1000
            ? TimeSpan.FromMilliseconds(count)
            : throw section.Error("look-every", $"is not a duration from {LeastMilliseconds}ms to 1m");
    }

    private static ulong Number(YamlSection section, string field, ulong most) =>
        ulong.TryParse(section.Text(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most && (number > 0 || field != "chain-id")
            ? number
            : throw section.Error(field, "is no number that it can be");

    internal static EvmAddress Address(YamlSection section, string field)
    {
        try
        {
            return EvmAddress.Parse(section.Text(field));
        }
        catch (MalformedException fault)
        {
            throw section.Error(field, $"is not {fault.Rule}");
        }
    }

    private static Uri Endpoint(YamlSection section, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? new Uri(text) : throw section.Error("endpoints", "holds something else than http and https addresses");

    private static string Word(YamlSection section, string field, IEnumerable<string> words) =>
        words.Contains(section.Text(field)) ? section.Text(field) : throw section.Error(field, $"is none of {string.Join(", ", words)}");

    internal static Digest Id(YamlSection section, string field)
    {
        var text = section.Text(field);
        return text.Length == 2 * Digest.Size && text.All(char.IsAsciiHexDigit) ? Digest.Parse(text) : throw section.Error(field, "is not 64 hexadecimal digits");
    }
}
