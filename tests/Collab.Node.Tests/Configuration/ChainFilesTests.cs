using Collab.Evm;
using Collab.Evm.Contract;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Node.Tests.Configuration;

/// <summary>The files <c>chain.yaml</c> and <c>chain-card.yaml</c>: what is written is read, and nothing else.</summary>
public class ChainFilesTests
{
    private static readonly ChainConfiguration Chain = new(
        31337, EvmAddress.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"), 3, [new Uri("http://127.0.0.1:8545"), new Uri("https://chain.example/rpc")], 1,
        "twelve-blocks", "legacy", 0, TimeSpan.FromMilliseconds(200), new Dictionary<PartyId, Digest> { [PartyId.Parse("a")] = Some("a"), [PartyId.Parse("b")] = Some("b") });

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var chain in new[] { Chain, Chain with { LookEvery = TimeSpan.FromSeconds(2) }, Chain with { Decides = false, AnchorEvery = TimeSpan.FromMinutes(10) } })
        {
            var read = ChainConfiguration.Parse(chain.ToYaml());
            Assert.Equal(chain.ToYaml(), read.ToYaml());
            Assert.Equal((chain.Decides, chain.AnchorEvery, chain.LookEvery, chain.Contract), (read.Decides, read.AnchorEvery, read.LookEvery, read.Contract));
        }
    }

    [Theory]
    [InlineData("use: vote\n", ""), InlineData("anchor-every: 2d\n", ""), InlineData("", "look-every: 49ms"), InlineData("", "look-every: 1000ms"), InlineData("", "look-every: 2h")]
    public void What_is_no_configuration_is_refused(string before, string lookEvery)
    {
        var text = before + (lookEvery.Length == 0 ? Chain.ToYaml() : Chain.ToYaml().Replace("look-every: 200ms", lookEvery, StringComparison.Ordinal));
        Assert.Throws<CollabException>(() => ChainConfiguration.Parse(text));
    }

    [Fact]
    public void A_card_is_made_once_and_read_again()
    {
        var folder = Directory.CreateTempSubdirectory("collab-card");
        try
        {
            var home = new NodeHome(folder.FullName);
            Directory.CreateDirectory(Path.Combine(home.Folder, "keys"));
            const int roles = ConsortiumContract.Provider | ConsortiumContract.Auditor;
            var card = ChainCard.Make(home, PartyId.Parse("a"), roles, passphrase: null, RandomSource.Seeded(1));
            Assert.Equal(card, ChainCard.Parse(card.ToYaml()));
            Assert.Equal(card, ChainCard.Make(home, PartyId.Parse("a"), roles, passphrase: null, RandomSource.Seeded(2))); // the same keys
            Assert.Equal(3, new[] { card.Administration, card.Provider, card.Requester }.Distinct().Count());
            Assert.Throws<CollabException>(() => ChainCard.Parse(card.ToYaml().Replace("auditor", "owner", StringComparison.Ordinal)));
            Assert.Throws<CollabException>(() => ChainCard.Parse(card.ToYaml().Replace("0x", "1x", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Digest Some(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
