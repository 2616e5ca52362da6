using System.Globalization;
using Collab.Engine.Descriptions;
using Collab.Evm;
using Collab.Evm.Contract;
using Collab.Evm.Keys;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>What a party tells whoever puts the consortium's contract on a chain; public.</summary>
/// <param name="Party">The party.</param>
/// <param name="Organisation">Its id on the contract: 32 random bytes.</param>
/// <param name="Roles">Its roles, as bits of <see cref="ConsortiumContract"/>.</param>
/// <param name="Administration">The account that will claim it.</param>
/// <param name="Provider">The account that will act as data provider; needs money where a chain takes fees, as the others do.</param>
/// <param name="Requester">The account that will act as requester.</param>
public sealed record ChainCard(PartyId Party, Digest Organisation, int Roles, EvmAddress Administration, EvmAddress Provider, EvmAddress Requester)
{
    /// <summary>What may stand at <c>roles</c>.</summary>
    public static IReadOnlyDictionary<string, int> RoleWords { get; } = new Dictionary<string, int>
    {
        ["data-provider"] = ConsortiumContract.Provider,
        ["requester"] = ConsortiumContract.Requester,
        ["algorithm-provider"] = ConsortiumContract.Algorithm,
        ["operator"] = ConsortiumContract.Operator,
        ["auditor"] = ConsortiumContract.Auditor,
    };

    /// <summary>Makes a party's keys for the chain in its home, if they are not there, and its card; the organisation's id stays.</summary>
    /// <param name="home">The node's home.</param>
    /// <param name="party">The party.</param>
    /// <param name="roles">Its roles, as bits.</param>
    /// <param name="passphrase">Encrypts the keys; null leaves them to the rights of the files.</param>
    /// <param name="random">Draws keys and the organisation's id.</param>
    /// <exception cref="CollabException">A key that is there cannot be read.</exception>
    public static ChainCard Make(NodeHome home, PartyId party, int roles, SecretBytes? passphrase, RandomSource random)
    {
        var organisation = File.Exists(home.ChainCardFile) ? Parse(File.ReadAllText(home.ChainCardFile)).Organisation : new Digest(random.Bytes(Digest.Size));
        var card = new ChainCard(
            party, organisation, roles, AddressOf(home.ChainAdministrationKeyFile), AddressOf(home.ChainProviderKeyFile), AddressOf(home.ChainRequesterKeyFile));
        File.WriteAllText(home.ChainCardFile, card.ToYaml());
        return card;

        EvmAddress AddressOf(string file)
        {
            if (!File.Exists(file))
            {
                using var made = EvmKey.Generate(random);
                EvmKeyFile.Save(made, file, passphrase);
            }

            using var key = EvmKeyFile.Load(file, passphrase);
            return key.Address;
        }
    }

    /// <summary>Reads a card.</summary>
    /// <exception cref="CollabException">It is not valid.</exception>
    public static ChainCard Parse(string yaml)
    {
        var section = YamlSection.Parse(yaml);
        var roles = 0;
        foreach (var word in section.Texts("roles"))
            roles |= RoleWords.TryGetValue(word, out var role) ? role : throw section.Error("roles", $"holds something else than {string.Join(", ", RoleWords.Keys)}");
        var card = new ChainCard(
            section.Party("party"), ChainConfiguration.Id(section, "organisation"), roles,
            ChainConfiguration.Address(section, "administration"), ChainConfiguration.Address(section, "provider"), ChainConfiguration.Address(section, "requester"));
        section.End();
        return card;
    }

    /// <summary>The card's text.</summary>
    public string ToYaml() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        party: {Party}
        organisation: "{Organisation}"
        roles:
        {string.Join('\n', RoleWords.Where(word => (Roles & word.Value) != 0).Select(word => $"  - {word.Key}"))}
        administration: "{Administration}"
        provider: "{Provider}"
        requester: "{Requester}"

        """);
}
