using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Collab.Primitives;
using Collab.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Collab.Identity.Tests;

/// <summary>Two parties as 'collab node init' makes them, over real connections and through Kestrel.</summary>
public sealed class TlsSettingsTests : IDisposable
{
    private static readonly PartyId Alpha = PartyId.Parse("alpha");
    private static readonly PartyId Beta = PartyId.Parse("beta");
    private readonly string _root = Directory.CreateTempSubdirectory("collab-tls-").FullName;
    private readonly ManualTime _time = new();
    private readonly List<ErrorCode> _refusals = [];
    private readonly List<PartyIdentity> _identities = [];
    private readonly PeerCertificateValidator _validator;
    private readonly TlsSettings _alpha;
    private readonly TlsSettings _beta;
    private PeerPins _pins;

    public TlsSettingsTests()
    {
        var (alpha, beta) = (PartyIdentity.Create(FolderOf(Alpha), Alpha, time: _time), PartyIdentity.Create(FolderOf(Beta), Beta, time: _time));
        _pins = Pins([alpha], [beta]);
        _validator = new PeerCertificateValidator(() => _pins, _time);
        _alpha = new TlsSettings(Load(Alpha), _validator, refusal => _refusals.Add(refusal.Code));
        _beta = new TlsSettings(Load(Beta), _validator, refusal => _refusals.Add(refusal.Code));
    }

    [Fact]
    public async Task A_good_pair_speaks_TLS_1_3_and_each_knows_the_other()
    {
        await using var connection = await ConnectAsync();
        Assert.True(await connection.PassesAsync());
        Assert.Equal((SslProtocols.Tls13, SslProtocols.Tls13), (connection.Client!.SslProtocol, connection.Server!.SslProtocol));
        Assert.Equal(new PeerIdentity(Beta, PartyRole.Node), TlsSettings.PeerOf(connection.Client.RemoteCertificate as System.Security.Cryptography.X509Certificates.X509Certificate2));
        Assert.Equal(new PeerIdentity(Alpha, PartyRole.Node), TlsSettings.PeerOf(connection.Server.RemoteCertificate as System.Security.Cryptography.X509Certificates.X509Certificate2));
        Assert.Empty(_refusals);
    }

    [Fact]
    public async Task The_operator_reaches_its_own_node_and_no_other_role_is_let_in()
    {
        var person = new TlsSettings(Load(Beta, PartyRole.Operator), _validator);
        await using var allowed = await Loopback.ConnectAsync(person.ForClient(Beta), _beta.ForServer(PartyRole.Operator));
        Assert.True(await allowed.PassesAsync());
        await using var refused = await Loopback.ConnectAsync(person.ForClient(Beta), _beta.ForServer(PartyRole.Node));
        Assert.NotNull(refused.ServerFailure);
        Assert.Equal([TlsErrors.WrongRole], _refusals);
    }

    [Fact]
    public async Task A_party_that_answers_in_place_of_another_is_refused()
    {
        await using var connection = await Loopback.ConnectAsync(_alpha.ForClient(Beta), _alpha.ForServer(PartyRole.Node));
        Assert.NotNull(connection.ClientFailure);
        Assert.Contains(TlsErrors.UnexpectedParty, _refusals);
    }

    [Fact]
    public async Task A_rotated_leaf_is_shown_to_new_connections_while_old_ones_go_on()
    {
        await using var old = await ConnectAsync();
        Assert.True(await old.PassesAsync());
        _time.Advance(TimeSpan.FromDays(80));
        PartyIdentity.RotateLeaf(FolderOf(Beta), time: _time);
        var fresh = Load(Beta);
        _beta.Use(fresh);
        await using var next = await ConnectAsync();
        Assert.True(await next.PassesAsync());
        Assert.True(await old.PassesAsync());
        Assert.Equal(fresh.Leaf.SerialNumber, next.Client!.RemoteCertificate!.GetSerialNumberString());
        Assert.NotEqual(fresh.Leaf.SerialNumber, old.Client!.RemoteCertificate!.GetSerialNumberString());
        Assert.Empty(_refusals);
    }

    [Fact]
    public async Task An_authority_rotates_without_a_moment_in_which_nobody_can_connect()
    {
        var first = Load(Beta).Pin;
        var second = PartyIdentity.PrepareAuthority(FolderOf(Beta), time: _time);
        var alpha = Load(Alpha).Pin;
        _pins = Pins([alpha], [first, second]);
        await using (var before = await ConnectAsync()) Assert.True(await before.PassesAsync());
        PartyIdentity.RotateAuthority(FolderOf(Beta), time: _time);
        _beta.Use(Load(Beta));
        await using (var during = await ConnectAsync()) Assert.True(await during.PassesAsync());
        _pins = Pins([alpha], [second]);
        await using (var after = await ConnectAsync()) Assert.True(await after.PassesAsync());
        Assert.Empty(_refusals);
    }

    [Fact]
    public async Task A_revocation_counts_from_the_next_connection_on()
    {
        var beta = Load(Beta);
        await using (var before = await ConnectAsync()) Assert.True(await before.PassesAsync());
        _pins = Pins([Load(Alpha).Pin], [beta.Pin], PeerPins.PinOf(beta.Leaf));
        await using var after = await ConnectAsync();
        Assert.NotNull(after.ClientFailure);
        Assert.Equal([TlsErrors.Revoked], _refusals);
    }

    [Fact]
    public async Task Kestrel_and_the_handler_speak_HTTP_2_and_the_server_knows_the_caller()
    {
        await using var server = await ServeAsync(_beta);
        using var client = new HttpClient(_alpha.CreateHandler(Beta));
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Urls.First())
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request);
        Assert.Equal("HTTP/2 from collab://alpha/node", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_handler_says_why_it_refused_the_answerer()
    {
        await using var server = await ServeAsync(_alpha);
        using var client = new HttpClient(_alpha.CreateHandler(Beta));
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Urls.First()));
        Assert.Equal(TlsErrors.UnexpectedParty, Assert.IsType<PeerCertificateException>(failure.InnerException).Code);
    }

    [Fact]
    public async Task A_plain_HTTP_client_gets_nothing()
    {
        await using var server = await ServeAsync(_beta);
        using var client = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(server.Urls.First().Replace("https", "http", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        foreach (var identity in _identities) identity.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task<WebApplication> ServeAsync(TlsSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(settings.ForServer(PartyRole.Node)) });
        }));
        var server = builder.Build();
        server.MapGet("/", (HttpContext context) => $"{context.Request.Protocol} from {TlsSettings.PeerOf(context.Connection.ClientCertificate)}");
        await server.StartAsync();
        return server;
    }

    private Task<Loopback> ConnectAsync() => Loopback.ConnectAsync(_alpha.ForClient(Beta), _beta.ForServer(PartyRole.Node));

    private string FolderOf(PartyId party) => Path.Combine(_root, party.Name);

    private PartyIdentity Load(PartyId party, PartyRole role = PartyRole.Node)
    {
        var identity = PartyIdentity.Load(FolderOf(party), role);
        _identities.Add(identity);
        return identity;
    }

    private static PeerPins Pins(Digest[] alpha, Digest[] beta, params Digest[] revoked) =>
        new(new Dictionary<PartyId, IReadOnlyList<Digest>> { [Alpha] = alpha, [Beta] = beta }, revoked);
}
