using System.Runtime.CompilerServices;
using System.Text.Json;
using Collab.Evm.Codecs;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Evm.Tests.Chain;
using Collab.Evm.Transactions;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Contract;

/// <summary>Two hospitals with the contract on a test node: both provide data, the first also asks.</summary>
internal sealed class ContractParties : IAsyncDisposable
{
    public static readonly PartyId A = PartyId.Parse("hospital-a"), B = PartyId.Parse("hospital-b");

    private static readonly AbiFunction OpenMotion = AbiFunction.Parse("openMotion(uint256,uint8,bytes32,uint256,address,uint64)"), VoteFor = AbiFunction.Parse("vote(uint256)");

    private readonly List<IDisposable> _owned = [];
    private readonly List<EvmKey> _operators = [];
    private int _motions;
    private bool _alone; // the quorum is one: opening carries
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-contract").FullName;

    private ContractParties(Anvil anvil, DateTimeOffset now)
    {
        Anvil = anvil;
        Clock = new ManualTime(now);
        Logs = new SharedLogs(Clock, RandomSource.Seeded(7));
    }

    public Anvil Anvil { get; }

    public ManualTime Clock { get; }

    public SharedLogs Logs { get; }

    public EvmAddress Contract { get; private set; }

    /// <summary>What each party says its datasets are.</summary>
    public Dictionary<PartyId, List<(Digest Dataset, Digest Version)>> Datasets { get; } = new() { [A] = [], [B] = [] };

    /// <summary>The receipts that each party holds.</summary>
    public Dictionary<PartyId, List<Receipt>> Receipts { get; } = new() { [A] = [], [B] = [] };

    public EvmLedger LedgerA { get; private set; } = null!;

    public EvmLedger LedgerB { get; private set; } = null!;

    /// <summary>The box of A's provider key.</summary>
    public Outbox ProviderBoxA { get; private set; } = null!;

    /// <summary>What B's key can be made to send besides its ledger.</summary>
    public Outbox ProviderBoxB { get; private set; } = null!;

    public static Digest Organisation(PartyId party) => Digest.Of("test.organisation", System.Text.Encoding.ASCII.GetBytes(party.Name));

    public static JsonElement Build { get; } = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Here(), "..", "..", "..", "protocols", "contracts", "Consortium.json"))).RootElement;

    public static async Task<ContractParties> StartAsync()
    {
        var anvil = await Anvil.StartAsync();
        await anvil.MineAsync();
        var parties = new ContractParties(anvil, (await anvil.Node.LatestAsync(default)).Time);
        await parties.FoundAsync();
        return parties;
    }

    /// <summary>Looks and blocks, until nothing is queued any more.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            await LedgerA.LookAsync(default);
            await LedgerB.LookAsync(default);
            await Anvil.MineAsync();
        }

        await LedgerA.LookAsync(default);
        await LedgerB.LookAsync(default);
        await Anvil.MineAsync();
        await LedgerA.LookAsync(default);
        await LedgerB.LookAsync(default);
    }

    /// <summary>Has the operators of both organisations carry a motion on the contract.</summary>
    public async Task CarryAsync(int kind, Digest subject, int value, EvmAddress? key = null)
    {
        if (_motions == 0)
        {
            foreach (var (admin, nonce, party) in new[] { (1, 3UL, A), (2, 2UL, B) })
            {
                var named = Own(await Anvil.FundedKeyAsync(5 + admin));
                _operators.Add(named);
                await DoAsync(Own(await Anvil.FundedKeyAsync(admin)), nonce, Contract, ConsortiumContract.NominateCall(named.Address, ConsortiumContract.Operator));
                await DoAsync(named, 0, Contract, ConsortiumContract.ClaimCall(Organisation(party)));
            }
        }

        var motion = ++_motions;
        var closes = (await Anvil.Node.LatestAsync(default)).Time.AddDays(1).ToUnixTimeSeconds();
        await DoAsync(_operators[0], (ulong)motion, Contract, OpenMotion.EncodeCall(motion, kind, subject, value, key ?? EvmAddress.Zero, (ulong)closes));
        if (!_alone) await DoAsync(_operators[1], (ulong)motion, Contract, VoteFor.EncodeCall(motion));
        _alone |= kind == 3 && value == 1;
        await SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) owned.Dispose();
        await Anvil.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task FoundAsync()
    {
        var keys = new List<EvmKey>();
        for (var i = 0; i < 6; i++) keys.Add(Own(await Anvil.FundedKeyAsync(i)));
        var (deployer, adminA, adminB) = (keys[0], keys[1], keys[2]);
        var (providerA, requesterA, providerB) = (keys[3], keys[4], keys[5]);
        const int Founder = ConsortiumContract.Provider | ConsortiumContract.Requester | ConsortiumContract.Operator;
        var code = ConsortiumContract.Deployment(
            [(Organisation(A), Founder, adminA.Address), (Organisation(B), Founder, adminB.Address)], 2, 0);
        Contract = EvmAddress.OfContract(deployer.Address, 0);
        await DoAsync(deployer, 0, null, code, 6_000_000);
        await DoAsync(adminA, 0, Contract, ConsortiumContract.ClaimCall(Organisation(A)));
        await DoAsync(adminB, 0, Contract, ConsortiumContract.ClaimCall(Organisation(B)));
        await DoAsync(adminA, 1, Contract, ConsortiumContract.NominateCall(providerA.Address, ConsortiumContract.Provider));
        await DoAsync(adminA, 2, Contract, ConsortiumContract.NominateCall(requesterA.Address, ConsortiumContract.Requester));
        await DoAsync(adminB, 1, Contract, ConsortiumContract.NominateCall(providerB.Address, ConsortiumContract.Provider));
        await DoAsync(providerA, 0, Contract, ConsortiumContract.ClaimCall(Organisation(A)));
        await DoAsync(requesterA, 0, Contract, ConsortiumContract.ClaimCall(Organisation(A)));
        await DoAsync(providerB, 0, Contract, ConsortiumContract.ClaimCall(Organisation(B)));
        LedgerA = Ledger(A, ProviderBoxA = Box("provider-a", providerA), Box("requester-a", requesterA));
        LedgerB = Ledger(B, ProviderBoxB = Box("provider-b", providerB), null);
    }

    private EvmLedger Ledger(PartyId party, Outbox provider, Outbox? requester) => new(Logs.Of(party), new EvmLedgerOptions(
        new Dictionary<PartyId, Digest> { [A] = Organisation(A), [B] = Organisation(B) },
        new ChainFollower(Anvil.Node, [], 0, Contract, 0, FinalityRule.ImmediateWithoutEmptyBlocks, Clock),
        provider, requester, () => null, () => Datasets[party], Clock, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))
    {
        ReceiptOf = (run, of) => Receipts[party].Find(receipt => receipt.Run == run && receipt.Party == of),
    });

    private Outbox Box(string name, EvmKey key) => Own(Outbox.At(Path.Combine(_folder, name), key, Anvil.ChainId, FeeRule.Standard with { LeastTip = 1_000_000_000 }, Clock));

    private async Task DoAsync(EvmKey key, ulong nonce, EvmAddress? to, byte[] data, ulong gas = 500_000)
    {
        var transaction = (Anvil.Transaction(nonce, to, data) with { Gas = gas }).Sign(key);
        await Anvil.Node.SendAsync(transaction, default);
        await Anvil.MineAsync();
        Assert.True((await Anvil.Node.ReceiptAsync(transaction.Hash, default))!.Succeeded);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
