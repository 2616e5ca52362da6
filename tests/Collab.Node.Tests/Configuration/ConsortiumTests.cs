using Collab.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Jobs.Governance;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Node.Tests.Configuration;

public sealed class ConsortiumTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-consortium-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_consortium_file_says_what_the_cards_say()
    {
        var consortium = new Consortium("credit", [Card("bank"), Card("bureau")]);
        var read = Consortium.Parse(consortium.ToYaml());
        Assert.Equal("credit", read.Name);
        Assert.Equal(consortium.ToYaml(), read.ToYaml());
        Assert.Equal(consortium.Keys.Fingerprint, read.Keys.Fingerprint);
        Assert.Equal(consortium.Members[0].CertificatePins, read.Members[0].CertificatePins);
    }

    [Fact]
    public void Another_key_gives_another_fingerprint()
    {
        var (bank, bureau) = (Card("bank"), Card("bureau"));
        var other = Card("bank", "again");
        Assert.NotEqual(
            new Consortium("credit", [bank, bureau]).Keys.Fingerprint, new Consortium("credit", [other, bureau]).Keys.Fingerprint);
    }

    [Theory]
    [InlineData("name: bank", "name: Bank")]
    [InlineData("certificate-pins", "certificate-pin")]
    [InlineData("consortium: credit", "consortium: two words")]
    [InlineData("log-key: bank", "log-key: bureau")]
    public void A_file_that_is_not_one_is_refused_with_its_line(string from, string to)
    {
        var yaml = new Consortium("credit", [Card("bank"), Card("bureau")]).ToYaml().Replace(from, to, StringComparison.Ordinal);
        var refused = Assert.Throws<CollabException>(() => Consortium.Parse(yaml));
        Assert.Equal("description.invalid", refused.Code.Name);
        Assert.Contains("Line ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_certificate_pin_gives_another_fingerprint_and_another_address_does_not()
    {
        var (bank, bureau) = (Card("bank"), Card("bureau"));
        var honest = new Consortium("credit", [bank, bureau]);
        Assert.NotEqual(honest.Fingerprint, (honest with { Members = [bank with { CertificatePins = [Digest.Sha256("another authority"u8)] }, bureau] }).Fingerprint);
        Assert.Equal(honest.Fingerprint, (honest with { Members = [bank with { Address = "elsewhere:7443" }, bureau] }).Fingerprint);
    }

    [Fact]
    public void Every_party_makes_the_same_consortium_of_the_same_cards()
    {
        PartyCard[] cards = [Card("bank"), Card("bureau"), Card("lender")];
        var made = Consortium.Of(cards);
        Assert.Equal("credit", made.Name);
        Assert.Equal(made.ToYaml(), Consortium.Of(cards.Reverse()).ToYaml());
        Assert.Equal(made.ToYaml(), Consortium.Parse(made.ToYaml()).ToYaml());
    }

    [Fact]
    public void Cards_that_make_no_consortium_are_refused()
    {
        void Refused(params PartyCard[] cards) => Assert.Equal("consortium.cards-unfit", Assert.Throws<CollabException>(() => Consortium.Of(cards)).Code.Name);
        var (bank, bureau) = (Card("bank"), Card("bureau"));
        Refused(bank);
        Refused(bank, bureau, Card("bureau", "again"));
        Refused(bank, bureau with { LogKey = bureau.LogKey.Replace("credit", "debit", StringComparison.Ordinal) });
        Refused(bank, bureau with { LogKey = bank.LogKey });
    }

    [Fact]
    public void A_file_without_roles_means_what_it_always_meant()
    {
        var plain = Consortium.Parse(new Consortium("credit", [Card("bank"), Card("bureau"), Card("lender")]).ToYaml());
        Assert.DoesNotContain("roles", plain.ToYaml(), StringComparison.Ordinal);
        Assert.All(plain.Members, m => Assert.Equal(new MemberStanding(MemberRoles.All, true), plain.Founding.Of(m.Party)));
        Assert.Equal((2, false), (plain.Founding.Quorum, plain.Founding.OwnApprovalForbidden));
    }

    [Fact]
    public void Roles_quorum_and_own_approval_are_read_back_and_change_the_fingerprint()
    {
        var (bank, bureau) = (Card("bank"), Card("bureau"));
        var plain = new Consortium("credit", [bank, bureau]);
        Consortium[] others =
        [
            plain with { Quorum = 1 },
            plain with { OwnApprovalForbidden = true },
            plain with { Members = [bank with { Roles = MemberRoles.Provider | MemberRoles.Operator }, bureau] },
            plain with { Members = [bank, bureau with { Roles = MemberRoles.Provider | MemberRoles.Operator }] },
        ];
        Assert.Equal(5, others.Append(plain).Select(c => c.Fingerprint).Distinct().Count());
        foreach (var other in others)
        {
            var read = Consortium.Parse(other.ToYaml());
            Assert.Equal((other.ToYaml(), other.Fingerprint), (read.ToYaml(), read.Fingerprint));
            Assert.Equal(other.Founding.Members, read.Founding.Members);
        }
    }

    [Theory]
    [InlineData("parties:", "quorum: 3\nparties:", "motion.unreachable")]
    [InlineData("parties:", "quorum: 0\nparties:", "description.invalid")]
    [InlineData("parties:", "own-approval: maybe\nparties:", "description.invalid")]
    [InlineData("    name: bank", "    roles: [chairman]\n    name: bank", "description.invalid")]
    public void Roles_that_make_no_sense_are_refused(string from, string to, string code)
    {
        var yaml = new Consortium("credit", [Card("bank"), Card("bureau")]).ToYaml().Replace("  - name: bank", "  -\n    name: bank", StringComparison.Ordinal);
        Assert.Equal(code, Assert.Throws<CollabException>(() => Consortium.Parse(yaml.Replace(from, to, StringComparison.Ordinal))).Code.Name);
    }

    [Fact]
    public void One_key_for_two_parties_is_refused()
    {
        var bank = Card("bank");
        var yaml = new Consortium("credit", [bank, Card("bureau") with { LogKey = bank.LogKey }]).ToYaml();
        Assert.Equal("ledger.policy-unsafe", Assert.Throws<CollabException>(() => Consortium.Parse(yaml)).Code.Name);
    }

    [Fact]
    public void A_party_alone_is_no_consortium() => Assert.Equal(
        "ledger.policy-unsafe", Assert.Throws<CollabException>(() => Consortium.Parse(new Consortium("credit", [Card("bank")]).ToYaml())).Code.Name);

    [Fact]
    public void A_node_joins_only_a_consortium_that_has_its_own_keys()
    {
        var card = Card("bank");
        var home = new NodeHome(Path.Combine(_folder, "bank"));
        var strangers = new Consortium("credit", [Card("bank", "again"), Card("bureau")]);
        Assert.Equal(Consortium.NotAMember, Assert.Throws<CollabException>(() => PartyFiles.Join(home, strangers, null)).Code);
        var without = new Consortium("credit", [Card("bureau", "third"), Card("lender")]);
        Assert.Equal(Consortium.NotAMember, Assert.Throws<CollabException>(() => PartyFiles.Join(home, without, null)).Code);
        Assert.False(Directory.Exists(home.LedgerFolder));

        PartyFiles.Join(home, new Consortium("credit", [card, Card("bureau", "fourth")]), null);
        Assert.True(Directory.Exists(home.LedgerFolder));
    }

    [Fact]
    public void A_folder_with_a_node_is_never_written_over()
    {
        Card("bank");
        Assert.Equal(PartyFiles.Exists, Assert.Throws<CollabException>(() => Card("bank")).Code);
    }

    [Fact]
    public void A_folder_without_a_node_says_so() =>
        Assert.Equal(NodeHome.NotANode, Assert.Throws<CollabException>(() => NodeHome.Require(_folder)).Code);

    [Fact]
    public void The_keys_say_the_suite_and_all_are_of_one()
    {
        PartyCard sm = Card("bank", algorithm: SignatureAlgorithm.Sm2), alike = Card("bureau", algorithm: SignatureAlgorithm.Sm2);
        var consortium = Consortium.Parse(new Consortium("credit", [sm, alike]).ToYaml());
        Assert.Equal((SignatureAlgorithm.Sm2, CommitmentAlgorithm.SaltedSm3), (consortium.Signatures, consortium.Commitments));
        PartyFiles.Join(new NodeHome(Path.Combine(_folder, "bank")), consortium, null);

        var other = Card("lender");
        Assert.Equal((SignatureAlgorithm.Ed25519, CommitmentAlgorithm.SaltedSha256), (new Consortium("credit", [other]).Signatures, new Consortium("credit", [other]).Commitments));
        Assert.Equal("ledger.policy-unsafe", Assert.Throws<CollabException>(() => Consortium.Parse(new Consortium("credit", [sm, other]).ToYaml())).Code.Name);
    }

    private PartyCard Card(string party, string? folder = null, SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519) => PartyFiles.Initialize(
        new NodeHome(Path.Combine(_folder, folder ?? party)), PartyId.Parse(party), "127.0.0.1:7443", "127.0.0.1:7443", "credit", passphrase: null, algorithm);
}
