using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Identity;
using Collab.Node.Storage;
using Collab.Primitives;

namespace Collab.Node;

/// <summary>Makes a party's node and lets it join a consortium: what <c>collab node init</c> and <c>collab consortium join</c> do.</summary>
public static class PartyFiles
{
    /// <summary>The folder holds a node already.</summary>
    public static readonly ErrorCode Exists = new(
        "node.exists", ErrorKind.Refused, "Choose another folder; keys are never overwritten.");

    /// <summary>Makes keys, certificates and the party's public card.</summary>
    /// <param name="home">An empty or new folder.</param>
    /// <param name="party">The party.</param>
    /// <param name="listen">The address to listen at, <c>ip:port</c>.</param>
    /// <param name="address">The address others reach it at.</param>
    /// <param name="consortium">The consortium its keys are for: a key of one consortium says nothing in another.</param>
    /// <param name="passphrase">Encrypts the keys; null leaves them to the rights of the files.</param>
    /// <param name="algorithm">How the keys of log and witness sign: the suite of the consortium.</param>
    public static PartyCard Initialize(
        NodeHome home, PartyId party, string listen, string address, string consortium, SecretBytes? passphrase, SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519)
    {
        if (File.Exists(home.ConfigurationFile)) throw new CollabException(Exists, $"There is a node in '{home.Folder}' already.", party);
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(home.Folder, ownerOnly);
        Directory.CreateDirectory(Path.GetDirectoryName(home.LogKeyFile)!, ownerOnly);

        var pin = Passphrase.Use(passphrase, characters => PartyIdentity.Create(home.IdentityFolder, party, characters));
        using var logKey = SigningKey.Generate(algorithm);
        using var witnessKey = SigningKey.Generate(algorithm);
        logKey.Save(home.LogKeyFile, passphrase);
        witnessKey.Save(home.WitnessKeyFile, passphrase);
        StorageKeyFile.Create(home.StorageKeyFile, passphrase, RandomSource.System);

        var origin = Consortium.OriginOf(party, consortium);
        var card = new PartyCard(
            party, address, [pin],
            new NoteVerifier(origin, NoteAlgorithms.OfLog(logKey.PublicKey), logKey.PublicKey).ToString(),
            new NoteVerifier($"{origin}/witness", NoteAlgorithms.OfWitness(witnessKey.PublicKey), witnessKey.PublicKey).ToString());
        File.WriteAllText(home.CardFile, card.ToYaml());
        new NodeConfiguration(party, listen).Save(home); // last: with it the folder is a node
        return card;
    }

    /// <summary>Takes the consortium file and founds this party's ledger in it.</summary>
    /// <exception cref="CollabException">The party or its keys are not those of the file.</exception>
    public static void Join(NodeHome home, Consortium consortium, SecretBytes? passphrase)
    {
        var party = NodeConfiguration.Load(home).Party;
        var card = PartyCard.Parse(File.ReadAllText(home.CardFile));
        var member = consortium.Member(party);
        if (member.LogKey != card.LogKey || member.WitnessKey != card.WitnessKey || !card.CertificatePins.All(member.CertificatePins.Contains))
            throw new CollabException(Consortium.NotAMember, $"The consortium file has other keys for '{party}' than this node.", party);
        if (!Directory.Exists(home.LedgerFolder))
        {
            using var logKey = SigningKey.Load(home.LogKeyFile, passphrase);
            using var witnessKey = SigningKey.Load(home.WitnessKeyFile, passphrase);
            EmbeddedLedger.Found(NodeHost.LedgerOptionsOf(home, party, consortium, logKey, witnessKey, TimeProvider.System));
        }

        DurableFile.Replace(home.ConsortiumFile, Encoding.UTF8.GetBytes(consortium.ToYaml()));
    }

    /// <summary>Issues fresh certificates from the party's authority; a running node takes them up by itself. The pin stays.</summary>
    public static void RotateCertificates(NodeHome home, SecretBytes? passphrase) => Passphrase.Use(passphrase, characters =>
    {
        PartyIdentity.RotateLeaf(home.IdentityFolder, characters);
        return true;
    });

    /// <summary>First half of a new authority: its pin joins the present one on the party's card, which goes to the others.</summary>
    public static PartyCard PrepareAuthority(NodeHome home, SecretBytes? passphrase) => SaveCard(
        home, Passphrase.Use(passphrase, characters => PartyIdentity.PrepareAuthority(home.IdentityFolder, characters)), keepOthers: true);

    /// <summary>Second half, when every party has the card with both pins: the next authority becomes the present one.</summary>
    public static PartyCard SwitchAuthority(NodeHome home, SecretBytes? passphrase) => SaveCard(
        home, Passphrase.Use(passphrase, characters => PartyIdentity.RotateAuthority(home.IdentityFolder, characters)), keepOthers: false);

    /// <summary>The party's certificate for one role.</summary>
    public static PartyIdentity LoadIdentity(NodeHome home, PartyRole role, SecretBytes? passphrase) =>
        PartyIdentity.Load(home.IdentityFolder, role, passphrase);

    private static PartyCard SaveCard(NodeHome home, Digest pin, bool keepOthers)
    {
        var card = PartyCard.Parse(File.ReadAllText(home.CardFile));
        card = card with { CertificatePins = keepOthers ? [.. card.CertificatePins.Append(pin).Distinct()] : [pin] };
        DurableFile.Replace(home.CardFile, Encoding.UTF8.GetBytes(card.ToYaml()));
        return card;
    }
}
