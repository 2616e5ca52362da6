using Collab.Primitives;

namespace Collab.Node.Configuration;

/// <summary>The folder of one party's node, and where things lie in it (protocols/specs/node.md).</summary>
/// <param name="Folder">Full path.</param>
public sealed record NodeHome(string Folder)
{
    /// <summary>The folder is not that of a node.</summary>
    public static readonly ErrorCode NotANode = new(
        "node.no-home", ErrorKind.InvalidInput, "Make one with 'collab node init', or name the right folder with --home.");

    /// <summary>The node's own settings.</summary>
    public string ConfigurationFile => Path.Combine(Folder, "node.yaml");

    /// <summary>The consortium: all parties with their addresses and pinned keys.</summary>
    public string ConsortiumFile => Path.Combine(Folder, "consortium.yaml");

    /// <summary>The chain whose contract stands before the parties' logs; there is none without this file.</summary>
    public string ChainFile => Path.Combine(Folder, "chain.yaml");

    /// <summary>What this party tells whoever puts the contract on a chain; public.</summary>
    public string ChainCardFile => Path.Combine(Folder, "chain-card.yaml");

    /// <summary>The key that names and retires this party's keys on the chain; the node itself does not need it.</summary>
    public string ChainAdministrationKeyFile => Path.Combine(Folder, "keys", "chain-administration.pem");

    /// <summary>The key of the account that acts as data provider on the chain.</summary>
    public string ChainProviderKeyFile => Path.Combine(Folder, "keys", "chain-provider.pem");

    /// <summary>The key of the account that acts as requester on the chain.</summary>
    public string ChainRequesterKeyFile => Path.Combine(Folder, "keys", "chain-requester.pem");

    /// <summary>What the two accounts have signed and is not settled.</summary>
    public string ChainFolder => Path.Combine(Folder, "chain");

    /// <summary>The owner's rules.</summary>
    public string PolicyFile => Path.Combine(Folder, "policy.yaml");

    /// <summary>What this party tells the others of itself; public.</summary>
    public string CardFile => Path.Combine(Folder, "party.yaml");

    /// <summary>Certificates and their keys.</summary>
    public string IdentityFolder => Path.Combine(Folder, "identity");

    /// <summary>The node's certificate with its key.</summary>
    public string NodeCertificateFile => Path.Combine(IdentityFolder, "node.pem");

    /// <summary>The key that signs operations and checkpoints.</summary>
    public string LogKeyFile => Path.Combine(Folder, "keys", "log.pem");

    /// <summary>The key that cosigns the others' checkpoints.</summary>
    public string WitnessKeyFile => Path.Combine(Folder, "keys", "witness.pem");

    /// <summary>The key under which the store is encrypted.</summary>
    public string StorageKeyFile => Path.Combine(Folder, "keys", "storage.key");

    /// <summary>The ledger.</summary>
    public string LedgerFolder => Path.Combine(Folder, "ledger");

    /// <summary>Plans, receipts, registrations; encrypted.</summary>
    public string StoreFolder => Path.Combine(Folder, "store");

    /// <summary>What standing jobs keep from one run to the next.</summary>
    public string StandingFolder => Path.Combine(Folder, "standing");

    /// <summary>What was made ahead with other parties; sealed.</summary>
    public string PreparedFolder => Path.Combine(Folder, "prepared");

    /// <summary>What runs over large sets set aside until they have ended; sealed under keys that are in the store.</summary>
    public string SpillFolder => Path.Combine(Folder, "spill");

    /// <summary>Recordings of runs for replays, sealed; the keys are in the store.</summary>
    public string ReplaysFolder => Path.Combine(Folder, "replays");

    /// <summary>The console's journal, and the lock of its register of people, which is in the store.</summary>
    public string ConsoleFolder => Path.Combine(Folder, "console");

    /// <summary>Files that people sent to the node to register them.</summary>
    public string ReceivedFolder => Path.Combine(Folder, "received");

    /// <summary>What happened to jobs, for people.</summary>
    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>There while a node that was put back from a backup has not heard all others.</summary>
    public string RestoredFile => Path.Combine(Folder, "restored");

    /// <summary>Released results.</summary>
    public string ResultsFolder => Path.Combine(Folder, "results");

    /// <summary>The home in a folder that <c>node init</c> has made.</summary>
    /// <exception cref="CollabException"><see cref="NotANode"/>.</exception>
    public static NodeHome Require(string folder)
    {
        var home = new NodeHome(Path.GetFullPath(folder));
        return File.Exists(home.ConfigurationFile) ? home : throw new CollabException(NotANode, $"There is no node in '{home.Folder}'.");
    }
}
