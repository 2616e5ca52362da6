using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Identity.Tests;

/// <summary>Every certificate that must be refused, shown to a good server and to a good client over real connections.</summary>
public sealed class RefusedCertificatesTests : IDisposable
{
    private const string BetaNode = "collab://beta/node";
    private static readonly PartyId Alpha = PartyId.Parse("alpha");
    private static readonly PartyId Beta = PartyId.Parse("beta");
    private static readonly PartyId Gamma = PartyId.Parse("gamma");
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TestAuthority BetaAuthority = new("beta", Now);
    private static readonly TestAuthority GammaAuthority = new("gamma", Now);
    private static readonly TestAuthority RsaAuthority = new("beta", Now, RSA.Create(3072));
    private static readonly TestAuthority WeakAuthority = new("beta", Now, RSA.Create(1024));
    private static readonly ECDsa Sha1Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly TestAuthority Sha1Authority = new("beta", Now, Sha1Key);
    private static readonly TestAuthority NoAuthority = new("beta", Now, mayIssue: false);
    private static readonly Presented RevokedLeaf = BetaAuthority.Issue(BetaNode);
    private static readonly TestAuthority RevokedAuthority = new("beta", Now);

    /// <summary>What is presented, and the refusal at a server and at a client; null where that end has nothing to object.</summary>
    private static readonly Dictionary<string, (Presented? Presented, ErrorCode? AtServer, ErrorCode? AtClient)> Cases = new()
    {
        ["none"] = (null, TlsErrors.None, null),
        ["a stranger's authority of the same name"] = Both(new TestAuthority("beta", Now).Issue(BetaNode), TlsErrors.UnknownAuthority),
        ["expired"] = Both(BetaAuthority.Issue(BetaNode, Now.AddDays(-60), Now.AddDays(-1)), TlsErrors.Expired),
        ["not yet valid"] = Both(BetaAuthority.Issue(BetaNode, Now.AddDays(1)), TlsErrors.NotYetValid),
        ["the right authority, another role"] = Both(BetaAuthority.Issue("collab://beta/operator"), TlsErrors.WrongRole),
        ["another party's certificate"] = (GammaAuthority.Issue("collab://gamma/node"), null, TlsErrors.UnexpectedParty),
        ["revoked leaf"] = Both(RevokedLeaf, TlsErrors.Revoked),
        ["revoked authority"] = Both(RevokedAuthority.Issue(BetaNode), TlsErrors.Revoked),
        ["for clients alone"] = (BetaAuthority.Issue(BetaNode, uses: ["1.3.6.1.5.5.7.3.2"]), null, TlsErrors.WrongUse),
        ["for servers alone"] = (BetaAuthority.Issue(BetaNode, uses: ["1.3.6.1.5.5.7.3.1"]), TlsErrors.WrongUse, null),
        ["for mail"] = Both(BetaAuthority.Issue(BetaNode, uses: ["1.3.6.1.5.5.7.3.4"]), TlsErrors.WrongUse),
        ["for any use"] = Both(BetaAuthority.Issue(BetaNode, uses: ["2.5.29.37.0"]), TlsErrors.WrongUse),
        ["SHA-1"] = Both(Sha1Authority.Issue(BetaNode, signer: new Sha1Signer(Sha1Key)), TlsErrors.WeakSignature),
        ["RSA of 1024 bits"] = Both(BetaAuthority.Issue(BetaNode, key: RSA.Create(1024)), TlsErrors.WeakKey),
        ["RSA of 2048 bits"] = Both(BetaAuthority.Issue(BetaNode, key: RSA.Create(2048)), TlsErrors.WeakKey),
        ["an authority with RSA of 1024 bits"] = Both(WeakAuthority.Issue(BetaNode), TlsErrors.WeakKey),
        ["P-521"] = Both(BetaAuthority.Issue(BetaNode, key: ECDsa.Create(ECCurve.NamedCurves.nistP521)), TlsErrors.WeakKey),
        ["the name of another party"] = Both(GammaAuthority.Issue(BetaNode), TlsErrors.OtherParty),
        ["a name that is no identity"] = Both(BetaAuthority.Issue("collab://beta/root"), TlsErrors.NoIdentity),
        ["a name of another scheme"] = Both(BetaAuthority.Issue("https://beta/node"), TlsErrors.NoIdentity),
        ["two names"] = Both(BetaAuthority.Issue(BetaNode + " collab://gamma/node"), TlsErrors.NoIdentity),
        ["no name"] = Both(BetaAuthority.Issue(null), TlsErrors.NoIdentity),
        ["a chain of ten"] = Both(TestAuthority.ChainOfTen(BetaNode, Now), TlsErrors.ChainLength),
        ["the right authority, which did not issue it"] = Both(
            Relabelled(new TestAuthority("beta", Now).Issue(BetaNode)), TlsErrors.NotIssued),
        ["issued by what is no authority"] = Both(NoAuthority.Issue(BetaNode), TlsErrors.NotAnAuthority),
        ["an authority as leaf"] = Both(
            BetaAuthority.Issue(BetaNode, extension: new X509BasicConstraintsExtension(true, false, 0, true)), TlsErrors.WrongUse),
        ["an unknown critical extension"] = Both(
            BetaAuthority.Issue(BetaNode, extension: new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], true)), TlsErrors.Malformed),
    };

    /// <summary>What a TLS library may refuse to send, or to read, before anybody asks us; the judge is asked directly besides.</summary>
    private static readonly string[] TooWeakToSend =
        ["SHA-1", "RSA of 1024 bits", "an authority with RSA of 1024 bits", "the right authority, which did not issue it"];

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-identity-").FullName;
    private readonly ManualTime _time = new(Now);
    private readonly List<ErrorCode> _refusals = [];
    private readonly PeerCertificateValidator _validator;
    private readonly PartyIdentity _own;
    private readonly TlsSettings _settings;

    public RefusedCertificatesTests()
    {
        var pin = PartyIdentity.Create(_folder, Alpha, time: _time);
        var pins = new PeerPins(
            new Dictionary<PartyId, IReadOnlyList<Digest>>
            {
                [Alpha] = [pin],
                [Beta] = [BetaAuthority.Pin, RsaAuthority.Pin, WeakAuthority.Pin, NoAuthority.Pin, Sha1Authority.Pin, RevokedAuthority.Pin],
                [Gamma] = [GammaAuthority.Pin],
            },
            [PeerPins.PinOf(RevokedLeaf.Leaf), RevokedAuthority.Pin]);
        _validator = new PeerCertificateValidator(() => pins, _time);
        _own = PartyIdentity.Load(_folder, PartyRole.Node);
        _settings = new TlsSettings(_own, _validator, refusal => _refusals.Add(refusal.Code));
    }

    public static TheoryData<string> EveryCase() => [.. Cases.Keys];

    [Theory, MemberData(nameof(EveryCase))]
    public async Task A_server_refuses_it(string name)
    {
        var (presented, code, _) = Cases[name];
        await using var connection = await Loopback.ConnectAsync(Stranger(presented), _settings.ForServer(PartyRole.Node));
        await JudgeAsync(name, connection, connection.ServerFailure, code);
        if (TooWeakToSend.Contains(name)) Assert.Equal(code, Judge(presented!, asServer: false));
    }

    [Theory, MemberData(nameof(EveryCase))]
    public async Task A_client_refuses_it(string name)
    {
        var (presented, _, code) = Cases[name];
        if (presented is null) return; // a server without a certificate does not exist in TLS 1.3 as configured here
        await using var connection = await Loopback.ConnectAsync(_settings.ForClient(Beta), StrangeServer(presented));
        await JudgeAsync(name, connection, connection.ClientFailure, code);
        if (TooWeakToSend.Contains(name)) Assert.Equal(code, Judge(presented, asServer: true));
    }

    [Fact]
    public async Task A_good_certificate_of_an_organisations_own_authority_connects()
    {
        foreach (var presented in new[]
                 {
                     BetaAuthority.Issue(BetaNode),
                     RsaAuthority.Issue(BetaNode, key: RSA.Create(3072)),
                     RsaAuthority.Issue(BetaNode, key: ECDsa.Create(ECCurve.NamedCurves.nistP384)),
                 })
        {
            await using var called = await Loopback.ConnectAsync(Stranger(presented), _settings.ForServer(PartyRole.Node));
            Assert.True(await called.PassesAsync());
            await using var answered = await Loopback.ConnectAsync(_settings.ForClient(Beta), StrangeServer(presented));
            Assert.True(await answered.PassesAsync());
        }
    }

    [Fact]
    public async Task A_client_of_an_older_TLS_is_refused()
    {
        var options = Stranger(BetaAuthority.Issue(BetaNode));
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var connection = await Loopback.ConnectAsync(options, _settings.ForServer(PartyRole.Node));
        Assert.NotNull(connection.ServerFailure);
        Assert.NotNull(connection.ClientFailure);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_clock_a_day_off_refuses_a_certificate_at_the_edge_of_its_life_and_no_other(int days)
    {
        var fresh = BetaAuthority.Issue(BetaNode, Now.AddHours(-1), Now.AddHours(1));
        _time.Set(Now.AddDays(days));
        await using var edge = await Loopback.ConnectAsync(Stranger(fresh), _settings.ForServer(PartyRole.Node));
        Assert.NotNull(edge.ServerFailure);
        Assert.Equal([days < 0 ? TlsErrors.NotYetValid : TlsErrors.Expired], _refusals);
        await using var middle = await Loopback.ConnectAsync(
            Stranger(BetaAuthority.Issue(BetaNode, Now.AddDays(-30), Now.AddDays(30))), _settings.ForServer(PartyRole.Node));
        Assert.True(await middle.PassesAsync());
    }

    [Fact]
    public void A_changed_byte_of_a_good_certificate_is_never_accepted()
    {
        var (leaf, authority) = (BetaAuthority.Issue(BetaNode).Leaf, BetaAuthority.Certificate);
        var bytes = leaf.RawData;
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            X509Certificate2 other;
            try
            {
                other = X509CertificateLoader.LoadCertificate(changed);
            }
            catch (CryptographicException)
            {
                continue; // no certificate any more
            }

            Assert.ThrowsAny<PeerCertificateException>(() => _validator.Validate(other, [authority], false, Beta, PartyRole.Node));
        }
    }

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task JudgeAsync(string name, Loopback connection, Exception? failure, ErrorCode? code)
    {
        if (code is null)
        {
            Assert.True(await connection.PassesAsync());
            return;
        }

        Assert.NotNull(failure);
        if (!TooWeakToSend.Contains(name) || _refusals.Count > 0) Assert.Equal([code], _refusals);
    }

    private ErrorCode? Judge(Presented presented, bool asServer) =>
        Assert.Throws<PeerCertificateException>(() => _validator.Validate(presented.Leaf, presented.Others, asServer, Beta, PartyRole.Node)).Code;

    private static (Presented?, ErrorCode?, ErrorCode?) Both(Presented presented, ErrorCode code) => (presented, code, code);

    /// <summary>A stranger's leaf, shown with the pinned authority of the same name.</summary>
    private static Presented Relabelled(Presented presented) => presented with { Others = [BetaAuthority.Certificate] };

    private static SslClientAuthenticationOptions Stranger(Presented? presented) => new()
    {
        TargetHost = "alpha",
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        ClientCertificateContext = presented is null ? null : Context(presented),
    };

    private static SslServerAuthenticationOptions StrangeServer(Presented presented) => new()
    {
        ServerCertificateContext = Context(presented),
        ClientCertificateRequired = true,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    private static SslStreamCertificateContext Context(Presented presented) =>
        SslStreamCertificateContext.Create(presented.Leaf, [.. presented.Others], offline: true);
}
