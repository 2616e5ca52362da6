using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Identity.Tests;

public sealed class PartyIdentityTests : IDisposable
{
    private static readonly PartyId Alpha = PartyId.Parse("alpha");
    private static readonly string[] KeyFiles = ["authority.pem", "node.pem", "operator.pem"];
    private readonly ManualTime _time = new();
    private readonly string _root = Directory.CreateTempSubdirectory("collab-identity-").FullName;

    private string Folder => Path.Combine(_root, "identity");

    [Fact]
    public void A_new_identity_has_an_authority_a_node_and_an_operator()
    {
        var pin = PartyIdentity.Create(Folder, Alpha, time: _time);
        using var node = PartyIdentity.Load(Folder, PartyRole.Node);
        using var person = PartyIdentity.Load(Folder, PartyRole.Operator);
        Assert.Equal("collab://alpha/node", node.Identity.ToString());
        Assert.Equal("collab://alpha/operator", person.Identity.ToString());
        Assert.Equal((pin, pin), (node.Pin, person.Pin));
        Assert.Equal(_time.GetUtcNow().AddDays(90), node.ValidUntil);

        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "authority.crt"));
        Assert.Equal(pin, PeerPins.PinOf(authority));
        Assert.Equal(authority.SubjectName.RawData, authority.IssuerName.RawData);
        Assert.Equal(_time.GetUtcNow().AddYears(10).UtcDateTime, authority.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void Its_own_validator_accepts_each_leaf_where_it_belongs()
    {
        var pin = PartyIdentity.Create(Folder, Alpha, time: _time);
        var validator = Validator(pin);
        using var node = PartyIdentity.Load(Folder, PartyRole.Node);
        using var person = PartyIdentity.Load(Folder, PartyRole.Operator);
        Assert.Equal(node.Identity, validator.Validate(node.Leaf, [node.Authority], true, Alpha, PartyRole.Node));
        Assert.Equal(node.Identity, validator.Validate(node.Leaf, [node.Authority], false, null, PartyRole.Node));
        Assert.Equal(person.Identity, validator.Validate(person.Leaf, [person.Authority], false, Alpha, PartyRole.Operator));
        var asServer = Assert.Throws<PeerCertificateException>(
            () => validator.Validate(person.Leaf, [person.Authority], true, Alpha, PartyRole.Operator));
        Assert.Equal(TlsErrors.WrongUse, asServer.Code);
    }

    [Fact]
    public void Key_files_are_readable_to_their_owner_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        PartyIdentity.Create(Folder, Alpha);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        foreach (var file in KeyFiles)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, file)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_that_others_have_access_to_is_refused(UnixFileMode bit)
    {
        if (OperatingSystem.IsWindows()) return;
        PartyIdentity.Create(Folder, Alpha);
        var file = Path.Combine(Folder, "node.pem");
        var mode = File.GetUnixFileMode(file);
        File.SetUnixFileMode(file, mode | bit);
        Assert.Equal(IdentityErrors.Exposed, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
        File.SetUnixFileMode(file, mode);
        PartyIdentity.Load(Folder, PartyRole.Node).Dispose();
        File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | bit);
        Assert.Equal(IdentityErrors.Exposed, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
    }

    [Fact]
    public void With_a_passphrase_no_key_lies_open()
    {
        PartyIdentity.Create(Folder, Alpha, "correct horse");
        Assert.All(KeyFiles, file =>
        {
            var pem = File.ReadAllText(Path.Combine(Folder, file));
            Assert.Contains("BEGIN ENCRYPTED PRIVATE KEY", pem);
            Assert.DoesNotContain("BEGIN PRIVATE KEY", pem);
        });
        PartyIdentity.RotateLeaf(Folder, "correct horse");
        PartyIdentity.Load(Folder, PartyRole.Node, "correct horse").Dispose();
        Assert.DoesNotContain("BEGIN PRIVATE KEY", File.ReadAllText(Path.Combine(Folder, "node.pem")));
        Assert.Equal(IdentityErrors.Passphrase, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node, "wrong")));
        Assert.Equal(IdentityErrors.Passphrase, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
    }

    [Fact]
    public void An_identity_is_not_overwritten()
    {
        var pin = PartyIdentity.Create(Folder, Alpha);
        Assert.Equal(IdentityErrors.Exists, Refused(() => PartyIdentity.Create(Folder, Alpha)));
        using var node = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal(pin, node.Pin);
    }

    [Fact]
    public void What_is_missing_or_damaged_is_said()
    {
        Assert.Equal(IdentityErrors.Missing, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
        PartyIdentity.Create(Folder, Alpha);
        var (node, other) = (Path.Combine(Folder, "node.pem"), Path.Combine(Folder, "operator.pem"));
        var good = File.ReadAllText(node);
        File.Copy(other, node, overwrite: true); // a good file in the wrong place
        Assert.Equal(IdentityErrors.Damaged, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
        File.WriteAllText(node, good[..200]);
        Assert.Equal(IdentityErrors.Damaged, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node)));
        var foreign = File.ReadAllText(other);
        File.WriteAllText(node, foreign[..foreign.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)] + good[good.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)..]);
        Assert.Equal(IdentityErrors.Damaged, Refused(() => PartyIdentity.Load(Folder, PartyRole.Node))); // the key of another certificate
    }

    [Fact]
    public void The_request_asks_for_what_the_own_authority_issues()
    {
        PartyIdentity.Create(Folder, Alpha);
        var request = CertificateRequest.LoadSigningRequestPem(
            File.ReadAllText(Path.Combine(Folder, "node.csr")), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        using var node = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal(node.Leaf.PublicKey.ExportSubjectPublicKeyInfo(), request.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Contains(request.CertificateExtensions, extension => extension.Oid!.Value == "2.5.29.17");
    }

    [Fact]
    public void A_rotated_leaf_has_a_new_key_under_the_same_pin()
    {
        var pin = PartyIdentity.Create(Folder, Alpha, time: _time);
        using var before = PartyIdentity.Load(Folder, PartyRole.Node);
        _time.Advance(TimeSpan.FromDays(80));
        PartyIdentity.RotateLeaf(Folder, time: _time);
        using var after = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal(pin, after.Pin);
        Assert.NotEqual(PeerPins.PinOf(before.Leaf), PeerPins.PinOf(after.Leaf));
        Assert.Equal(TimeSpan.FromDays(80), after.ValidUntil - before.ValidUntil);
        Validator(pin).Validate(after.Leaf, [after.Authority], true, Alpha, PartyRole.Node);
    }

    [Fact]
    public void While_the_authority_rotates_two_pins_overlap()
    {
        var first = PartyIdentity.Create(Folder, Alpha, time: _time);
        Assert.Equal(IdentityErrors.NotPrepared, Refused(() => PartyIdentity.RotateAuthority(Folder, time: _time)));
        var second = PartyIdentity.PrepareAuthority(Folder, time: _time);
        Assert.Equal(second, PartyIdentity.PrepareAuthority(Folder, time: _time));
        Assert.NotEqual(first, second);

        using var before = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal(second, PartyIdentity.RotateAuthority(Folder, time: _time));
        using var after = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal((first, second), (before.Pin, after.Pin));
        var both = Validator(first, second);
        both.Validate(before.Leaf, [before.Authority], true, Alpha, PartyRole.Node);
        both.Validate(after.Leaf, [after.Authority], true, Alpha, PartyRole.Node);
        var old = Assert.Throws<PeerCertificateException>(
            () => Validator(second).Validate(before.Leaf, [before.Authority], true, Alpha, PartyRole.Node));
        Assert.Equal(TlsErrors.UnknownAuthority, old.Code);
        PartyIdentity.RotateLeaf(Folder, time: _time);
        using var next = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal(second, next.Pin);
    }

    [Fact]
    public void It_prints_no_key()
    {
        PartyIdentity.Create(Folder, Alpha);
        using var node = PartyIdentity.Load(Folder, PartyRole.Node);
        Assert.Equal($"collab://alpha/node, pin {node.Pin.Short}", node.ToString());
    }

    [Fact]
    public void One_pin_does_not_stand_for_two_parties()
    {
        var pin = Digest.Sha256([1]);
        Assert.Throws<ArgumentException>(() => new PeerPins(new Dictionary<PartyId, IReadOnlyList<Digest>>
        {
            [Alpha] = [pin],
            [PartyId.Parse("beta")] = [pin],
        }));
    }

    [Theory]
    [InlineData("collab://alpha/node", true)]
    [InlineData("collab://alpha/operator", true)]
    [InlineData("collab://alpha/Node", false)]
    [InlineData("collab://Alpha/node", false)]
    [InlineData("collab://alpha/node/", false)]
    [InlineData("collab://alpha", false)]
    [InlineData("COLLAB://alpha/node", false)]
    [InlineData("collab://alpha@beta/node", false)]
    [InlineData("collab://alpha:1/node", false)]
    public void An_identity_has_one_spelling(string uri, bool good) => Assert.Equal(good ? uri : null, PeerIdentity.TryParse(uri)?.ToString());

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private PeerCertificateValidator Validator(params Digest[] pins)
    {
        var known = new PeerPins(new Dictionary<PartyId, IReadOnlyList<Digest>> { [Alpha] = pins });
        return new PeerCertificateValidator(() => known, _time);
    }

    private static ErrorCode Refused(Action act) => Assert.Throws<CollabException>(act).Code;
}
