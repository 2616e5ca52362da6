using Collab.Engine.Datasets;
using Collab.Evm;
using Collab.Evm.Anchoring;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Jobs;
using Collab.Ledger.Embedded;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Node.Hosting;

/// <summary>A node's way to the contract that stands before the logs, or takes their checkpoints, with all that it owns.</summary>
internal sealed class ChainLedger : IDisposable
{
    private static readonly TimeSpan FinalityLimit = TimeSpan.FromMinutes(2);

    private readonly List<IDisposable> _owned = [];
    private readonly IReadOnlyList<Outbox> _boxes;

    private ChainLedger(NodeHome home, SecretBytes? passphrase, EmbeddedLedger logs, DatasetRegistry datasets, Func<Digest, PartyId, Receipt?> receiptOf, TimeProvider clock)
    {
        try
        {
            var configuration = ChainConfiguration.Parse(File.ReadAllText(home.ChainFile));
            var nodes = configuration.Endpoints
                .Select(address => Own(new EvmNode(new JsonRpcClient(JsonRpcOptions.For(address), clock), configuration.ChainId))).ToList();
            var follower = new ChainFollower(nodes[0], nodes[1..], configuration.MustAgree, configuration.Contract, configuration.FirstBlock, configuration.FinalityRule, clock);
            Directory.CreateDirectory(home.ChainFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var provider = Box(home.ChainProviderKeyFile, "provider");
            var requester = Box(home.ChainRequesterKeyFile, "requester");
            _boxes = [.. new[] { provider, requester }.OfType<Outbox>()];
            if (!configuration.Decides)
            {
                if (_boxes.Count == 0) throw new CollabException(EvmErrors.NotOnContract, "This node has no key on the chain: anchoring needs one, of any role.", logs.Self);
                Anchor = new CheckpointAnchor(new AnchorOptions(
                    logs.Self, configuration.Organisations, follower, _boxes[0], () => logs.OwnHead, head => Continues(logs, head), clock, configuration.LookEvery, configuration.AnchorEvery));
                return;
            }

            Ledger = new EvmLedger(logs, new EvmLedgerOptions(
                configuration.Organisations, follower, provider, requester, () => logs.OwnHead, () => datasets.Offers.Select(offer => (offer.Id, offer.Version)),
                clock, configuration.LookEvery, FinalityLimit) { ReceiptOf = receiptOf });

            Outbox? Box(string keyFile, string name) => File.Exists(keyFile)
                ? Own(Outbox.At(Path.Combine(home.ChainFolder, name), Own(EvmKeyFile.Load(keyFile, passphrase)), configuration.ChainId, configuration.FeeRule, clock))
                : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The ledger that the engine is given, when the contract decides.</summary>
    public EvmLedger? Ledger { get; }

    /// <summary>What puts checkpoints on the chain, when the contract does not decide.</summary>
    public CheckpointAnchor? Anchor { get; }

    /// <summary>What is in the way between this node and the chain, and what the chain shows against a log.</summary>
    public IEnumerable<Fault> Troubles =>
        ((Ledger?.Trouble ?? Anchor?.Trouble ?? _boxes.Select(box => box.Trouble).FirstOrDefault(trouble => trouble is not null)) is { } trouble ? [trouble] : Array.Empty<Fault>())
        .Concat(Anchor?.Alarms ?? []);

    /// <summary>Looks at the chain until told to stop.</summary>
    public Task RunAsync(CancellationToken cancellation) => Ledger?.RunAsync(cancellation) ?? Anchor!.RunAsync(cancellation);

    /// <summary>Opens what <c>chain.yaml</c> names; null when there is none.</summary>
    /// <exception cref="CollabException">The file, a key or an outbox cannot be used.</exception>
    public static ChainLedger? OpenIfConfigured(NodeHome home, SecretBytes? passphrase, EmbeddedLedger logs, DatasetRegistry datasets, Func<Digest, PartyId, Receipt?> receiptOf, TimeProvider clock) =>
        File.Exists(home.ChainFile) ? new ChainLedger(home, passphrase, logs, datasets, receiptOf, clock) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
    }

    private static bool? Continues(EmbeddedLedger logs, LedgerHead head)
    {
        var view = logs.LogOf(head.Party);
        if (view.Final is not { } final || (ulong)final.Size < head.Size) return null;
        return view.ProveConsistency((long)head.Size, final.Size).Verify(head.Root, final.Root);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
