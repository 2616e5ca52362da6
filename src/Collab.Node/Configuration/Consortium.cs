using System.Globalization;
using System.Text;
using Collab.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Engine.Descriptions;
using Collab.Evidence;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>The parties of a consortium with their addresses and pinned keys: one file, the same at every party.</summary>
/// <param name="Name">The consortium's name.</param>
/// <param name="Members">The parties, in the order of their names.</param>
public sealed record Consortium(string Name, IReadOnlyList<PartyCard> Members)
{
    private static readonly Dictionary<string, bool> OwnApproval = new() { ["allowed"] = false, ["forbidden"] = true };

    /// <summary>This party is not in its own consortium file.</summary>
    public static readonly ErrorCode NotAMember = new(
        "consortium.not-a-member", ErrorKind.InvalidInput, "Give your party.yaml to whoever makes the consortium file, and take the new file.");

    /// <summary>The node has joined no consortium.</summary>
    public static readonly ErrorCode NotJoined = new(
        "consortium.not-joined", ErrorKind.InvalidInput, "Collect the party.yaml of every party, then: collab consortium join CARD...");

    /// <summary>The cards make no consortium.</summary>
    public static readonly ErrorCode CardsUnfit = new(
        "consortium.cards-unfit", ErrorKind.InvalidInput, "Give the party.yaml of every party once, all made with the same 'node init --consortium'.");

    /// <summary>What was compared by another way is not what the files say.</summary>
    public static readonly ErrorCode OtherFingerprint = new(
        "consortium.other-fingerprint", ErrorKind.Refused, "A card is not its party's, or an old one: compare every pin with its party, and begin with none that you cannot compare.");

    /// <summary>How many operators carry a motion; null for more than half of them.</summary>
    public int? Quorum { get; init; }

    /// <summary>Whether a job needs the grant of somebody else than its requester.</summary>
    public bool OwnApprovalForbidden { get; init; }

    /// <summary>Who may do what before any motion (protocols/specs/governance.md).</summary>
    public Standing Founding => Standing.Found(Members.Select(m => (m.Party, m.Roles ?? MemberRoles.All)), Quorum) with { OwnApprovalForbidden = OwnApprovalForbidden };

    /// <summary>What parties compare by another way than the file's: everything that trust rests on, which is keys, certificate pins, roles and rules; addresses are no part of it.</summary>
    public Digest Fingerprint => Digest.Of("collab.consortium.v1", new CanonicalWriter()
        .Digest(Keys.Fingerprint).UInt32((uint)Founding.Quorum).Boolean(OwnApprovalForbidden)
        .List([.. Members.OrderBy(m => m.Party)], (writer, m) => writer.Party(m.Party).Byte((byte)(m.Roles ?? MemberRoles.All))
            .List([.. m.CertificatePins.Order()], (pins, pin) => pins.Digest(pin))).ToArray());

    /// <summary>The keys the ledger and the evidence rest on.</summary>
    public TrustedKeys Keys => new(Name, FinalityPolicy.Create(Members.Select(m => new LedgerParty(
        m.Party, OriginOf(m.Party, Name), NoteVerifier.Parse(m.LogKey), NoteVerifier.Parse(m.WitnessKey)))));

    /// <summary>The suite, which the pinned keys say: all of them sign so, and results are committed to with its hash.</summary>
    public SignatureAlgorithm Signatures => NoteVerifier.Parse(Members[0].LogKey).Key.Algorithm;

    /// <summary>How results and registers of consents are committed to.</summary>
    public CommitmentAlgorithm Commitments => Signatures == SignatureAlgorithm.Sm2 ? CommitmentAlgorithm.SaltedSm3 : CommitmentAlgorithm.SaltedSha256;

    /// <summary>The name of a party's log.</summary>
    public static string OriginOf(PartyId party, string consortium) => $"{party}/{consortium}";

    /// <summary>The member of that name.</summary>
    /// <exception cref="CollabException"><see cref="NotAMember"/>.</exception>
    public PartyCard Member(PartyId party) => Members.FirstOrDefault(m => m.Party == party)
        ?? throw new CollabException(NotAMember, $"'{party}' is not in the consortium file.", party);

    /// <summary>The consortium of some parties' cards, the same whoever makes it: named as their keys are, all roles for all.</summary>
    /// <exception cref="CollabException"><see cref="CardsUnfit"/>.</exception>
    public static Consortium Of(IEnumerable<PartyCard> cards)
    {
        var members = cards.OrderBy(card => card.Party).ToList();
        var twice = members.GroupBy(card => card.Party).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null) throw new CollabException(CardsUnfit, $"'{twice}' has two cards that differ.", twice);
        if (members.Count < 2) throw new CollabException(CardsUnfit, "A consortium has two parties or more.");
        var names = members.Select(card => NameIn(card)).Distinct().ToList();
        return names.Count == 1
            ? Parse(new Consortium(names[0], members).ToYaml()) // checked as every reader will
            : throw new CollabException(CardsUnfit, $"The cards are for different consortia: {string.Join(", ", names)}.");
    }

    /// <summary>The consortium file in a node's folder.</summary>
    /// <exception cref="CollabException"><see cref="NotJoined"/>; or the file is not valid.</exception>
    public static Consortium Load(NodeHome home) => File.Exists(home.ConsortiumFile)
        ? Parse(File.ReadAllText(home.ConsortiumFile))
        : throw new CollabException(NotJoined, $"The node in '{home.Folder}' has joined no consortium.");

    /// <summary>Whether a text is meant as a consortium file, and not as one party's card.</summary>
    public static bool IsOne(string yaml) => YamlSection.Parse(yaml).Has("consortium");

    /// <summary>Reads a consortium file.</summary>
    /// <exception cref="CollabException">The file is not valid, or its keys make no safe rule.</exception>
    public static Consortium Parse(string yaml)
    {
        var section = YamlSection.Parse(yaml);
        var consortium = new Consortium(
            section.Text("consortium"), [.. section.Sections("parties").Select(PartyCard.Parse).OrderBy(m => m.Party)])
        {
            Quorum = section.Has("quorum") ? section.Integer("quorum", 1, 1, 1000) : null,
            OwnApprovalForbidden = section.Has("own-approval") && section.Choice("own-approval", OwnApproval),
        };
        section.End();
        if (PartyId.TryParse(consortium.Name) is null) throw section.Error("consortium", "is no name of a-z, 0-9 and '-'");
        try
        {
            _ = consortium.Keys;
            _ = consortium.Founding;
        }
        catch (MalformedException e)
        {
            throw section.Error("parties", $"have a malformed key: expected {e.Rule}");
        }

        return consortium;
    }

    // A log's key is named PARTY/CONSORTIUM.
    private static string NameIn(PartyCard card)
    {
        var name = card.LogKey.Split('+')[0];
        return name.StartsWith($"{card.Party}/", StringComparison.Ordinal)
            ? name[(card.Party.Name.Length + 1)..]
            : throw new CollabException(CardsUnfit, $"The log key on the card of '{card.Party}' is another party's.", card.Party);
    }

    /// <summary>The file's text.</summary>
    public string ToYaml()
    {
        var text = new StringBuilder($"consortium: {Name}\n");
        if (Quorum is { } quorum) text.Append(CultureInfo.InvariantCulture, $"quorum: {quorum}\n");
        if (OwnApprovalForbidden) text.Append("own-approval: forbidden\n");
        text.Append("parties:\n");
        foreach (var member in Members)
        {
            var lines = member.ToYaml().TrimEnd().Split('\n');
            text.Append("  - ").AppendJoin("\n    ", lines).Append('\n');
        }

        return text.ToString();
    }
}

/// <summary>What a party tells the others of itself: where it is and which keys are its own. All of it is public.</summary>
/// <param name="Party">Its name.</param>
/// <param name="Address"><c>host:port</c>.</param>
/// <param name="CertificatePins">SHA-256 of the public keys of the party's certificate authorities; two while they are changed.</param>
/// <param name="LogKey">The vkey of its log.</param>
/// <param name="WitnessKey">The vkey of its cosignatures.</param>
public sealed record PartyCard(PartyId Party, string Address, IReadOnlyList<Digest> CertificatePins, string LogKey, string WitnessKey)
{
    /// <summary>What it may do when the consortium begins; null for everything.</summary>
    public MemberRoles? Roles { get; init; }

    internal static PartyCard Parse(YamlSection section)
    {
        var pins = section.Texts("certificate-pins").Select(pin => pin.Length == 2 * Digest.Size && pin.All(char.IsAsciiHexDigit)
            ? Digest.Parse(pin)
            : throw section.Error("certificate-pins", "holds something else than 64 hexadecimal digits"));
        var card = new PartyCard(
            section.Party("name"), section.Text("address"), [.. pins], section.Text("log-key"), section.Text("witness-key"))
        {
            Roles = section.Has("roles") ? RolesOf(section) : null,
        };
        section.End();
        return card;
    }

    /// <summary>Reads a card.</summary>
    /// <exception cref="CollabException">The file is not valid.</exception>
    public static PartyCard Parse(string yaml) => Parse(YamlSection.Parse(yaml));

    private static MemberRoles RolesOf(YamlSection section) => section.Texts("roles").Where(name => name != "none").Aggregate(MemberRoles.None, (all, name) => all | (RoleText.TryParse(name)
        ?? throw section.Error("roles", "are provider, requester, algorithm, operator and auditor")));

    /// <summary>The file's text.</summary>
    public string ToYaml() =>
        $"name: {Party}\naddress: {Address}\ncertificate-pins:\n{string.Concat(CertificatePins.Select(p => $"  - {p}\n"))}log-key: {LogKey}\nwitness-key: {WitnessKey}\n"
        + (Roles is { } roles ? $"roles: [{RoleText.Of(roles)}]\n" : "");
}
