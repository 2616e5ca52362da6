using Collab.Identity;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>A party's own node, for its programs: everything that <c>collab</c> does at a node, typed.</summary>
/// <remarks>
/// The calls are those of the service <c>collab.v1.Operator</c>, over TLS 1.3 with the operator's certificate of the same party; the node is
/// known by its party's pins (protocols/specs/identity.md). Every call fails with a <see cref="CollabException"/> that says what, who and what to do next.
/// One client may be used by many threads.
/// </remarks>
public sealed class CollabClient : IDisposable
{
    private readonly IOperator _node;

    /// <summary>A client over a way to the node that is there already; disposed with this.</summary>
    public CollabClient(IOperator node)
    {
        _node = node;
        Node = new NodeCalls(node);
        Consortium = new ConsortiumCalls(node);
        Datasets = new DatasetCalls(node);
        Consents = new ConsentCalls(node);
        Records = new RecordCalls(node);
        Algorithms = new AlgorithmCalls(node);
        Jobs = new JobCalls(node);
        Models = new ModelCalls(node);
        Audit = new AuditCalls(node);
    }

    /// <summary>The node itself.</summary>
    public NodeCalls Node { get; }

    /// <summary>Roles, pause and motions of the consortium.</summary>
    public ConsortiumCalls Consortium { get; }

    /// <summary>Datasets: this party's own, and what others offer.</summary>
    public DatasetCalls Datasets { get; }

    /// <summary>The register of the data subjects' consents.</summary>
    public ConsentCalls Consents { get; }

    /// <summary>Attested records.</summary>
    public RecordCalls Records { get; }

    /// <summary>Algorithms that this party provides.</summary>
    public AlgorithmCalls Algorithms { get; }

    /// <summary>Jobs, from explanation to result.</summary>
    public JobCalls Jobs { get; }

    /// <summary>Models that this node has a part of.</summary>
    public ModelCalls Models { get; }

    /// <summary>Evidence, and replays for auditors.</summary>
    public AuditCalls Audit { get; }

    /// <summary>Connects to the node of a folder that <c>collab node init</c> made; nothing is sent yet.</summary>
    /// <param name="home">The folder.</param>
    /// <param name="passphrase">Decrypts the operator's key; null where it is not encrypted.</param>
    /// <exception cref="CollabException">The folder is not a node's, or the key cannot be read.</exception>
    public static CollabClient Connect(string home, SecretBytes? passphrase = null) => new(OpenHome(home, passphrase));

    /// <summary>Connects to a node at an address; nothing is sent yet.</summary>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="certificate">The operator's certificate with its key (<see cref="PartyIdentity.Load(string, PartyRole, SecretBytes?)"/>); its party is the node's.</param>
    /// <param name="pins">The pins of the party's authority, as on its card.</param>
    public static CollabClient Connect(string address, PartyIdentity certificate, IReadOnlyList<Digest> pins) => new(Open(address, certificate, pins));

    /// <summary>The same way to a node as <see cref="Connect(string, SecretBytes?)"/>, for calls by verb.</summary>
    public static IOperator OpenHome(string home, SecretBytes? passphrase = null)
    {
        var files = NodeFiles.Read(home);
        return Open(files.Address, PartyIdentity.Load(files.IdentityFolder, PartyRole.Operator, passphrase), files.Pins);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _node.Dispose();

    private static OperatorClient Open(string address, PartyIdentity certificate, IReadOnlyList<Digest> pins)
    {
        var party = certificate.Identity.Party;
        var known = new PeerPins(new Dictionary<PartyId, IReadOnlyList<Digest>> { [party] = pins });
        return new OperatorClient(address, new TlsSettings(certificate, new PeerCertificateValidator(() => known)).CreateHandler(party));
    }
}
