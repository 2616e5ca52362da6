using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Console.Tests.People;
using Collab.Identity;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.Hosting;

/// <summary>A real node of one of two parties, and its console under a clock that tests move.</summary>
public sealed partial class OneConsole : IAsyncLifetime
{
    internal const string Password = "three quiet rivers run";
    private static readonly PartyId Self = PartyId.Parse("riverside");

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-console-").FullName;
    private readonly StoredPeople _store = new();
    private readonly Dictionary<string, byte[]> _secrets = [];
    private NodeHost? _node;
    private BrowserCertificate? _certificate;
    private HttpClient? _http;

    internal MovedClock Clock { get; } = new();

    internal PeopleRegister People { get; private set; } = null!;

    internal Journal Journal { get; private set; } = null!;

    internal ConsoleHost Host { get; private set; } = null!;

    internal string Base => $"https://{Host.Address}";

    public async ValueTask InitializeAsync()
    {
        var cards = new[] { Self, PartyId.Parse("lakeview") }.Select(party =>
        {
            var address = $"127.0.0.1:{FreePort()}";
            return PartyFiles.Initialize(HomeOf(party), party, address, address, "liver", passphrase: null);
        }).OrderBy(card => card.Party).ToList();
        var home = HomeOf(Self);
        PartyFiles.Join(home, new Consortium("liver", cards), passphrase: null);
        _node = await NodeHost.StartAsync(home);
        _certificate = new BrowserCertificate(home.IdentityFolder, Self, ["127.0.0.1"], passphrase: null, TimeProvider.System);
        People = new PeopleRegister(_store, Clock);
        Journal = new Journal(Path.Combine(home.ConsoleFolder, "journal.jsonl"), Clock);
        Host = await ConsoleHost.StartAsync(new ConsoleSettings("127.0.0.1:0", Self, "liver", new LocalOperator(_node.Operator), People, Journal, _certificate.ForBrowsers) { Clock = Clock });
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown!.GetCertHashString(HashAlgorithmName.SHA256) == _certificate.Fingerprint.Replace(":", "", StringComparison.Ordinal);
        _http = new HttpClient(handler) { BaseAddress = new Uri(Base) };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (Host is not null) await Host.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
        _certificate?.Dispose();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Adds a person who has enrolled.</summary>
    internal void AddPerson(string name, params string[] roles)
    {
        var secret = RandomNumberGenerator.GetBytes(TimeCode.SecretSize);
        People.Enrol(People.Add(name, roles), new Credentials(PasswordHash.Of(Password), secret, 0, []));
        _secrets[name] = secret;
    }

    /// <summary>The code of this moment.</summary>
    internal string CodeOf(string name) => TimeCode.At(_secrets[name], TimeCode.StepOf(Clock.GetUtcNow()));

    /// <summary>Opens a session without the form.</summary>
    internal string Open(string name, string browser = "test") => $"__Host-collab-session={Host.Sessions.Open(People.Find(name)!, "127.0.0.1", browser)}";

    /// <summary>Signs in by the form; the answer is that of the form.</summary>
    internal async Task<HttpResponseMessage> SignInAsync(string name, string code, string password = Password, string query = "")
    {
        var form = await SendAsync(HttpMethod.Get, "/sign-in", null);
        return await PostAsync($"/sign-in{query}", await form.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), CookiesOf(form), "sign-in",
            new() { ["name"] = name, ["password"] = password, ["code"] = code });
    }

    /// <summary>Posts a form of a page with the page's hidden fields.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path, string page, string cookies, string handler, Dictionary<string, string> fields)
    {
        var form = Forms().Matches(page).Select(m => m.Value).Single(f => f.Contains($"value=\"{handler}\"", StringComparison.Ordinal));
        foreach (Match hidden in Hidden().Matches(form)) fields.TryAdd(hidden.Groups[1].Value, WebUtility.HtmlDecode(hidden.Groups[2].Value));
        return SendAsync(HttpMethod.Post, path, cookies, new FormUrlEncodedContent(fields));
    }

    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookies, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Accept", "text/html");
        if (cookies is not null) request.Headers.Add("Cookie", cookies);
        return await _http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    internal static string CookiesOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var set) ? string.Join("; ", set.Select(cookie => cookie.Split(';')[0])) : "";

    private NodeHome HomeOf(PartyId party) => new(Path.Combine(_folder, party.Name));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\"[^>]*? value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
