using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Console.Tests.Support;

/// <summary>The product's console with a clock that the test moves, in front of the registry's real node and with people of its own.</summary>
internal sealed class ClockedConsole : IAsyncDisposable
{
    private readonly ConsoleHost _host;
    private readonly PeopleRegister _people;

    private ClockedConsole(ConsoleHost host, PeopleRegister people, ManualTime clock) => (_host, _people, Clock) = (host, people, clock);

    public static PartyId Party => ConsoleConsortium.Registry;

    public ManualTime Clock { get; }

    public Uri Address => new($"https://{_host.Address}/");

    public static async Task<ClockedConsole> StartAsync(ConsoleConsortium consortium)
    {
        var clock = new ManualTime(DateTimeOffset.UtcNow);
        var identity = consortium.Local.HomeOf(Party).IdentityFolder;
        var people = new PeopleRegister(new KeptInMemory(), clock);
        var journal = new Journal(consortium.Write($"journal-{Guid.NewGuid():N}.jsonl", ""), clock);
        return new ClockedConsole(
            await ConsoleHost.StartAsync(new ConsoleSettings("127.0.0.1:0", Party, "study", consortium.OperatorOf(Party), people, journal, () => Tls(identity)) { Clock = clock }),
            people, clock);
    }

    /// <summary>A new person's link.</summary>
    public string Invite(string name, params string[] roles) => $"/enrol?token={_people.Add(name, roles)}";

    /// <summary>Moves the clock by one step and says the code that an authenticator shows then, which is another than the last.</summary>
    public string NextCode(string secret)
    {
        Clock.Advance(TimeSpan.FromSeconds(30));
        return Totp.Code(secret, Totp.Step(Clock.GetUtcNow()));
    }

    /// <summary>Enrols a person; returns the secret of the second factor too.</summary>
    public async Task<(Person Person, string Secret)> EnrolAsync(Visitor browser, string name, params string[] roles)
    {
        await browser.GoAsync(Invite(name, roles));
        var secret = await browser.Page.Locator("main code").First.InnerTextAsync();
        await Enrolling.FillAsync(browser, Enrolling.Password, Enrolling.Password, NextCode(secret));
        await browser.Page.Locator(".codes li").First.WaitForAsync();
        return (new Person(Party, name, Enrolling.Password, secret), secret);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // The certificate that the node's own console shows.
    private static SslServerAuthenticationOptions Tls(string identity)
    {
        var pem = File.ReadAllText(Path.Combine(identity, "console.pem"));
        using var leaf = X509Certificate2.CreateFromPem(pem, pem);
        return new SslServerAuthenticationOptions
        {
            ServerCertificate = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null),
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
    }

    private sealed class KeptInMemory : IPeopleStore
    {
        private readonly SemaphoreSlim _gate = new(1);
        private byte[]? _value;

        public byte[]? Read() => _value;

        public void Write(ReadOnlySpan<byte> value) => _value = value.ToArray();

        public IDisposable Lock()
        {
            _gate.Wait();
            return new Held(_gate);
        }

        private sealed class Held(SemaphoreSlim gate) : IDisposable
        {
            public void Dispose() => gate.Release();
        }
    }
}
