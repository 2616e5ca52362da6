using System.Net;
using Collab.Console;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Identity;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Browsers;

/// <summary>The console of a running node, when node.yaml asks for one.</summary>
internal sealed class NodeConsole : IAsyncDisposable
{
    private readonly ConsoleHost _host;
    private readonly BrowserCertificate _certificate;
    private readonly PeopleFile _people;

    private NodeConsole(ConsoleHost host, BrowserCertificate certificate, PeopleFile people) => (_host, _certificate, _people) = (host, certificate, people);

    /// <summary>Where it listens.</summary>
    public string Address => _host.Address;

    /// <summary>SHA-256 of the certificate that browsers see.</summary>
    public string Fingerprint => _certificate.Fingerprint;

    /// <summary>Starts it, or returns null when none is configured.</summary>
    public static async Task<NodeConsole?> StartIfConfiguredAsync(NodeHome home, NodeHost node, SecretBytes? passphrase)
    {
        var configuration = NodeConfiguration.Load(home);
        if (configuration.Console is not { } listen) return null;
        var clock = TimeProvider.System;
        var certificate = new BrowserCertificate(home.IdentityFolder, configuration.Party, NamesOf(configuration), passphrase, clock);
        var people = new PeopleFile(home, passphrase);
        try
        {
            var host = await ConsoleHost.StartAsync(new ConsoleSettings(
                listen, configuration.Party, node.ConsortiumName, new LocalOperator(node.Operator), new PeopleRegister(people, clock), JournalOf(home), certificate.ForBrowsers)
            {
                Limits = SessionLimits.Standard with { Idle = configuration.ConsoleIdle, Absolute = configuration.ConsoleSession },
                Software = NodeHost.Software,
                OwnTrust = TrustOf(File.ReadAllText(home.ConsortiumFile)),
                ReadTrust = TrustOf,
            });
            return new NodeConsole(host, certificate, people);
        }
        catch
        {
            people.Dispose();
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>The journal of a node's console.</summary>
    public static Journal JournalOf(NodeHome home) => new(Path.Combine(home.ConsoleFolder, "journal.jsonl"), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _people.Dispose();
        _certificate.Dispose();
    }

    private static TrustedConsortium TrustOf(string yaml)
    {
        var consortium = Consortium.Parse(yaml);
        return new TrustedConsortium(yaml, consortium.Keys, consortium.Founding);
    }

    private static IReadOnlyList<string> NamesOf(NodeConfiguration configuration)
    {
        var names = new HashSet<string>(configuration.ConsoleNames) { "localhost", "127.0.0.1", Dns.GetHostName() };
        if (IPEndPoint.TryParse(configuration.Console!, out var endpoint) && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any))
            names.Add(endpoint.Address.ToString());
        return [.. names];
    }
}
