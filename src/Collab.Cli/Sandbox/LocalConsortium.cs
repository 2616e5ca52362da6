using System.Net;
using System.Net.Sockets;
using Collab.Cli.Commands;
using Collab.Cryptography.Signatures;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Cli.Sandbox;

/// <summary>Several parties on one machine, each a process with keys, certificates and data of its own; for trying and for tests.</summary>
internal sealed class LocalConsortium : IAsyncDisposable
{
    private readonly Dictionary<PartyId, NodeProcess> _nodes = [];
    private readonly Dictionary<PartyId, IOperator> _operators = [];
    private readonly IReadOnlyList<string>? _program;

    private LocalConsortium(string folder, Consortium consortium, IReadOnlyList<string>? program) =>
        (Folder, Consortium, _program) = (folder, consortium, program);

    /// <summary>Where the parties' folders are.</summary>
    public string Folder { get; }

    /// <summary>The parties.</summary>
    public Consortium Consortium { get; }

    /// <summary>The consortium file, as an auditor would hold it.</summary>
    public string TrustFile => Path.Combine(Folder, "consortium.yaml");

    /// <summary>Makes keys and folders of all parties; no node runs yet.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="name">The consortium's name.</param>
    /// <param name="parties">Two parties or more.</param>
    /// <param name="program">What starts a node; this program when null.</param>
    /// <param name="suite">How all of them sign.</param>
    /// <param name="consoles">Whether each node has a console for browsers.</param>
    public static LocalConsortium Create(
        string folder, string name, IReadOnlyList<PartyId> parties, IReadOnlyList<string>? program = null, SignatureAlgorithm suite = SignatureAlgorithm.Ed25519,
        bool consoles = false)
    {
        var ports = FreePorts(2 * parties.Count);
        var cards = parties.Select((party, i) =>
        {
            var address = $"127.0.0.1:{ports[i]}";
            var card = PartyFiles.Initialize(HomeOf(folder, party), party, address, address, name, passphrase: null, suite);
            if (consoles) new NodeConfiguration(party, address) { Console = $"127.0.0.1:{ports[parties.Count + i]}" }.Save(HomeOf(folder, party));
            return card;
        });
        var consortium = new Consortium(name, [.. cards.OrderBy(c => c.Party)]);
        var local = new LocalConsortium(Path.GetFullPath(folder), consortium, program);
        File.WriteAllText(local.TrustFile, consortium.ToYaml());
        foreach (var party in parties) PartyFiles.Join(HomeOf(folder, party), consortium, passphrase: null);
        return local;
    }

    /// <summary>Takes up a folder that <see cref="Create"/> has made; no node runs yet.</summary>
    public static LocalConsortium Open(string folder, IReadOnlyList<string>? program = null) =>
        new(Path.GetFullPath(folder), Consortium.Parse(File.ReadAllText(Path.Combine(folder, "consortium.yaml"))), program);

    /// <summary>A party's folder.</summary>
    public NodeHome HomeOf(PartyId party) => HomeOf(Folder, party);

    /// <summary>Starts all nodes that do not run.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var starting = Consortium.Members.Where(m => !_nodes.ContainsKey(m.Party))
            .Select(async m => (m.Party, Node: await NodeProcess.StartAsync(HomeOf(m.Party), _program, cancellation))).ToList();
        try
        {
            await Task.WhenAll(starting);
        }
        finally
        {
            foreach (var started in starting.Where(s => s.IsCompletedSuccessfully)) _nodes[started.Result.Party] = started.Result.Node;
        }
    }

    /// <summary>A running node.</summary>
    public NodeProcess NodeOf(PartyId party) => _nodes[party];

    /// <summary>Forgets a node that has ended, so that <see cref="StartAsync"/> starts it again.</summary>
    public async Task ForgetAsync(PartyId party)
    {
        if (_operators.Remove(party, out var client)) client.Dispose();
        if (_nodes.Remove(party, out var node)) await node.DisposeAsync();
    }

    /// <summary>The operator's way to a party's node.</summary>
    public IOperator OperatorOf(PartyId party)
    {
        if (_operators.TryGetValue(party, out var client)) return client;
        return _operators[party] = Shared.Connect(HomeOf(party), passphrase: null);
    }

    /// <summary>Stops all nodes.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _operators.Values) client.Dispose();
        await Task.WhenAll(_nodes.Values.Select(n => n.DisposeAsync().AsTask()));
    }

    private static NodeHome HomeOf(string folder, PartyId party) => new(Path.GetFullPath(Path.Combine(folder, party.Name)));

    // All are held until all are known, so that no two are the same.
    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(l => l.Start());
            return listeners.ConvertAll(l => ((IPEndPoint)l.LocalEndpoint).Port);
        }
        finally
        {
            listeners.ForEach(l => l.Dispose());
        }
    }
}
