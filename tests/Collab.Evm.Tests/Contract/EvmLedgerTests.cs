using Collab.Evm.Codecs;
using Collab.Evm.Contract;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Primitives;
using static Collab.Evm.Tests.Contract.ContractParties;

namespace Collab.Evm.Tests.Contract;

public class EvmLedgerTests
{
    private static readonly Digest Job = Some("plan"), DatasetA = Some("dataset a"), DatasetB = Some("dataset b"), VersionA = Some("version a"), VersionB = Some("version b");
    private static readonly Digest Run = Some("run"), SecondRun = Some("second run");
    private static readonly Receipt ReceiptA = RunReceipts.Of(A, B, Job, Run), ReceiptB = RunReceipts.Of(B, A, Job, Run);

    [Fact]
    public async Task A_job_lives_its_whole_life_on_the_contract()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        Assert.Single(b.Page(Job).Of<LedgerOperation.Propose>());

        await ApproveAsync(parties, a, DatasetA, VersionA);
        await ApproveAsync(parties, b, DatasetB, VersionB);
        Assert.Empty(a.Page(Job).Of<LedgerOperation.Approve>());                         // signed, and not on the chain yet
        Assert.Single(a.PageWithPending(Job).Of<LedgerOperation.Approve>());             // its own
        await parties.SettleAsync();
        Assert.Equal(2, a.Page(Job).Of<LedgerOperation.Approve>().Count());

        var start = await StartAsync(parties, Run);
        await parties.SettleAsync();
        Assert.Single(b.Page(Job).Starts);
        await a.WaitForFinalityAsync(start, default);
        await a.AppendAsync(s => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, Job, Run, DatasetA, 1), default);
        await b.AppendAsync(s => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, Job, Run, DatasetB, 1), default);
        Assert.Equal(2, b.Page(Job).Of<LedgerOperation.Spend>().Count());

        var commit = await a.AppendAsync(s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, Job, Run, ReceiptA.Digest), default);
        await b.AppendAsync(s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, Job, Run, ReceiptB.Digest), default);
        await parties.SettleAsync();
        await parties.SettleAsync();
        await a.WaitForFinalityAsync(commit, default);
        Assert.Equal(2, b.Page(Job).Of<LedgerOperation.Commit>().Count());
        Assert.Equal(1, await RunStateAsync(parties));                                   // nobody has seen the other's receipt
        foreach (var party in new[] { A, B }) parties.Receipts[party].AddRange([ReceiptA, ReceiptB]);
        await parties.SettleAsync();
        Assert.Equal(2, await RunStateAsync(parties));                                   // committed: both opened the same

        // One use was asked for and is spent: the contract starts no second run, whatever the logs say.
        var again = await StartAsync(parties, SecondRun);
        await parties.SettleAsync();
        var refusal = await Assert.ThrowsAsync<CollabException>(() => a.WaitForFinalityAsync(again, default));
        Assert.Equal(EvmErrors.Reverted, refusal.Code);
        Assert.Contains(nameof(ContractRefusal.JobSpent), refusal.Message);
        Assert.Single(b.Page(Job).Starts);
    }

    [Fact]
    public async Task Nothing_counts_that_the_contract_did_not_do()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        await ApproveAsync(parties, a, DatasetA, VersionA);
        await parties.SettleAsync();

        var early = await StartAsync(parties, Run);                                      // B has not approved
        await parties.SettleAsync();
        var refusal = await Assert.ThrowsAsync<CollabException>(() => a.WaitForFinalityAsync(early, default));
        Assert.Contains(nameof(ContractRefusal.GrantMissing), refusal.Message);
        Assert.Empty(b.Page(Job).Starts);
        Assert.Equal(EvmErrors.NotOnContract, (await Assert.ThrowsAsync<CollabException>(() => b.AppendAsync(
            s => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, Job, Run, DatasetB, 1), default))).Code);

        // A node that is patched to write to its log alone.
        var log = parties.Logs.Of(B);
        await log.AppendAsync(s => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, Job, DatasetB, Some("another version"), Expires(parties), 1), default);
        await log.AppendAsync(s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, Job, Run, ReceiptB.Digest), default);
        Assert.Single(a.Page(Job).Of<LedgerOperation.Approve>());
        Assert.Empty(a.Page(Job).Of<LedgerOperation.Commit>());

        // Another member's word on the same plan changes nothing.
        await b.AppendAsync(s => new LedgerOperation.Refuse(s.Author, s.Id, s.Time, s.Heads, Job, "policy.purpose"), default);
        Assert.Single(a.Page(Job).Of<LedgerOperation.Refuse>());                         // at once: it only withdraws
        await parties.SettleAsync();
        Assert.Single(a.Page(Job).Of<LedgerOperation.Propose>());                        // closed on the contract, as the log says why
    }

    [Fact]
    public async Task A_revoked_grant_starts_nothing_more()
    {
        await using var parties = await ProposedAsync();
        Assert.Contains(nameof(ContractRefusal.JobRevoked), await StartedAfterRevocationAsync(parties, parties.LedgerB));
    }

    [Fact]
    public async Task A_job_that_its_requester_takes_back_is_closed_on_the_contract()
    {
        await using var parties = await ProposedAsync();
        Assert.Contains(nameof(ContractRefusal.JobClosed), await StartedAfterRevocationAsync(parties, parties.LedgerA));
        Assert.Equal([typeof(LedgerOperation.Propose), typeof(LedgerOperation.Revoke)], parties.LedgerB.Page(Job).Operations.Where(o => o.Author == A && o is not LedgerOperation.Approve and not LedgerOperation.StartRun).Select(o => o.GetType()));
    }

    [Fact]
    public async Task A_job_that_ended_on_the_contract_with_no_word_in_the_logs_is_as_never_proposed()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        await ApproveAsync(parties, b, DatasetB, VersionB);
        await parties.SettleAsync();
        var logs = await parties.Anvil.AskAsync("eth_getLogs", new System.Text.Json.Nodes.JsonObject { ["fromBlock"] = "0x0", ["topics"] = new System.Text.Json.Nodes.JsonArray("0x" + ConsortiumContract.JobProposed.Topic) });
        var job = Digest.Parse(Assert.Single(logs.EnumerateArray()).GetProperty("topics")[1].GetString()![2..]);
        parties.ProviderBoxB.Queue(Some("besides"), parties.Contract, ConsortiumContract.Revoke.EncodeCall(job, b.IdOnContract(B, DatasetB)!.Value));
        await parties.SettleAsync();
        Assert.Empty(a.Page(Job).Of<LedgerOperation.Propose>());
        Assert.Empty(a.Page(Job).Of<LedgerOperation.Approve>());
    }

    [Fact]
    public async Task Of_two_runs_that_are_started_at_once_on_the_last_use_one_starts()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        await ApproveAsync(parties, a, DatasetA, VersionA);
        await ApproveAsync(parties, b, DatasetB, VersionB);
        await parties.SettleAsync();
        var starts = new[] { await StartAsync(parties, Run), await StartAsync(parties, SecondRun) }; // neither is on the chain yet
        await parties.SettleAsync();
        Assert.Single(b.Page(Job).Starts);
        await a.WaitForFinalityAsync(starts[0], default);
        Assert.Equal(EvmErrors.Reverted, (await Assert.ThrowsAsync<CollabException>(() => a.WaitForFinalityAsync(starts[1], default))).Code);
    }

    [Fact]
    public async Task A_party_whose_clock_is_days_behind_starts_nothing_that_has_expired_by_the_chains()
    {
        await using var parties = await ProposedAsync();
        await ApproveAsync(parties, parties.LedgerA, DatasetA, VersionA);
        await ApproveAsync(parties, parties.LedgerB, DatasetB, VersionB);
        await parties.SettleAsync();
        await parties.Anvil.AskAsync("evm_increaseTime", 3 * 86_400);
        await parties.Anvil.MineAsync();
        await parties.LedgerA.LookAsync(default);
        var start = await StartAsync(parties, Run);                                      // its own clock says that there is time left
        await parties.SettleAsync();
        Assert.Equal(EvmErrors.Reverted, (await Assert.ThrowsAsync<CollabException>(() => parties.LedgerA.WaitForFinalityAsync(start, default))).Code);
        Assert.Empty(parties.LedgerB.Page(Job).Starts);
    }

    [Fact]
    public async Task A_dataset_in_another_version_is_approved_anew()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        await ApproveAsync(parties, a, DatasetA, VersionA);
        await ApproveAsync(parties, b, DatasetB, VersionB);
        await parties.SettleAsync();
        parties.Datasets[B][0] = (DatasetB, Some("newer version"));
        await parties.SettleAsync();
        Assert.True(a.IsRegistered(B, DatasetB, Some("newer version")));
        var start = await StartAsync(parties, Run);
        await parties.SettleAsync();
        Assert.Contains(nameof(ContractRefusal.DatasetChanged), (await Assert.ThrowsAsync<CollabException>(() => a.WaitForFinalityAsync(start, default))).Message);
    }

    [Fact]
    public async Task While_the_chain_is_not_seen_nothing_is_started_and_the_rest_waits()
    {
        await using var parties = await ProposedAsync();
        parties.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(EvmErrors.ViewStale, (await Assert.ThrowsAsync<CollabException>(() => StartAsync(parties, Run))).Code);
        await ApproveAsync(parties, parties.LedgerB, DatasetB, VersionB);
        await parties.SettleAsync();
        Assert.Single(parties.LedgerA.Page(Job).Of<LedgerOperation.Approve>());
    }

    [Fact]
    public async Task What_is_for_the_logs_alone_counts_at_once_and_calls_nothing()
    {
        await using var parties = await ContractParties.StartAsync();
        var a = parties.LedgerA;
        var before = await TransactionsAsync(parties);
        Digest register = Some("register"), batch = Some("batch");
        await a.AppendAsync(s => new LedgerOperation.RegisterConsents(s.Author, s.Id, s.Time, s.Heads, register, 1, 1, Some("root")), default);
        await a.AppendAsync(s => new LedgerOperation.Attest(s.Author, s.Id, s.Time, s.Heads, batch, Some("attestation"), 1, Some("root"), Expires(parties)), default);
        await a.AppendAsync(s => new LedgerOperation.RevokeRecord(s.Author, s.Id, s.Time, s.Heads, batch, Some("record"), "record.withdrawn"), default);
        await a.AppendAsync(s => new LedgerOperation.RecordChecked(s.Author, s.Id, s.Time, s.Heads, batch, 1, Some("commitment")), default);
        var last = await a.AppendAsync(s => new LedgerOperation.DeclareRefusal(s.Author, s.Id, s.Time, s.Heads, Job, null, "policy.purpose", B), default);
        await a.WaitForFinalityAsync(last, default);
        Assert.Equal(5, new[] { register, batch, Job }.Sum(job => parties.LedgerB.Page(job).Operations.Count()));
        await parties.SettleAsync();
        Assert.Equal(before, await TransactionsAsync(parties));
    }

    // Both owners approve, one party takes back what it gave, and the requester starts all the same: what the contract says to that.
    private static async Task<string> StartedAfterRevocationAsync(ContractParties parties, EvmLedger revoking)
    {
        await ApproveAsync(parties, parties.LedgerA, DatasetA, VersionA);
        await ApproveAsync(parties, parties.LedgerB, DatasetB, VersionB);
        await parties.SettleAsync();
        await revoking.AppendAsync(s => new LedgerOperation.Revoke(s.Author, s.Id, s.Time, s.Heads, Job), default);
        await parties.SettleAsync();
        var start = await StartAsync(parties, Run);
        await parties.SettleAsync();
        return (await Assert.ThrowsAsync<CollabException>(() => parties.LedgerA.WaitForFinalityAsync(start, default))).Message;
    }

    private static async Task<ulong> TransactionsAsync(ContractParties parties)
    {
        var head = await parties.Anvil.Node.LatestAsync(default);
        ulong sum = 0;
        for (ulong number = 0; number <= head.Number; number++)
        {
            var count = await parties.Anvil.AskAsync("eth_getBlockTransactionCountByNumber", "0x" + number.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
            sum += Convert.ToUInt64(count.GetString(), 16);
        }

        return sum;
    }

    [Fact]
    public async Task What_goes_on_the_chain_is_random_words_and_small_numbers()
    {
        await using var parties = await ProposedAsync();
        await ApproveAsync(parties, parties.LedgerA, DatasetA, VersionA);
        await parties.SettleAsync();
        var known = new HashSet<Digest> { Job, DatasetA, DatasetB, default, ContractParties.Organisation(A), ContractParties.Organisation(B) };
        foreach (var (dataset, version) in new[] { (DatasetA, VersionA), (DatasetB, VersionB) }) known.Add(ContractCalls.VersionDigest(dataset, version));
        var head = await parties.Anvil.Node.LatestAsync(default);
        for (var number = head.Number; number > 9; number--)                             // after the founding
        {
            var block = await parties.Anvil.AskAsync("eth_getBlockByNumber", "0x" + number.ToString("x", System.Globalization.CultureInfo.InvariantCulture), true);
            foreach (var transaction in block.GetProperty("transactions").EnumerateArray())
            {
                Assert.Equal("0x0", transaction.GetProperty("value").GetString());
                var words = Convert.FromHexString(transaction.GetProperty("input").GetString()![10..]).Chunk(32).Select(word => new Digest(word));
                foreach (var word in words)
                {
                    var isNumber = word.ToArray().AsSpan(0, 24).IndexOfAnyExcept((byte)0) < 0; // times, uses, places
                    var isId = (await parties.Anvil.Node.LogsAsync((await parties.Anvil.Node.BlockAsync(number, default))!, parties.Contract, default)).Any(log => log.Topics.Contains(word));
                    Assert.True(isNumber || isId || known.Contains(word) || IsIdOfTheContract(parties, word));
                }
            }
        }
    }

    private static bool IsIdOfTheContract(ContractParties parties, Digest word) =>
        new[] { (A, DatasetA), (B, DatasetB) }.Any(d => parties.LedgerA.IdOnContract(d.Item1, d.Item2) == word);

    [Fact]
    public void The_signatures_are_those_of_the_build()
    {
        var abi = Build.GetProperty("abi").EnumerateArray().ToList();
        var (functions, events) = ConsortiumContract.Everything;
        string Signature(System.Text.Json.JsonElement part) => part.GetProperty("name").GetString() + "(" + string.Join(',', part.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("type").GetString())) + ")";
        var built = abi.Where(part => part.TryGetProperty("name", out _)).Select(Signature).ToHashSet();
        Assert.All(functions, function => Assert.Contains(function.Name + function.Arguments.Name, built));
        foreach (var declared in events)
        {
            var part = abi.Single(p => p.GetProperty("type").GetString() == "event" && p.GetProperty("name").GetString() == declared.Name);
            Assert.Equal(declared.Topic, AbiEvent.Parse(Signature(part)).Topic);
            Assert.Equal(declared.Indexed, part.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("indexed").GetBoolean()));
        }

        var source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Refusals.sol"));
        var names = source[(source.IndexOf("enum Refusal {", StringComparison.Ordinal) + 14)..];
        names = names[..names.IndexOf('}')];
        Assert.Equal(names.Split('\n').Select(line => line.Split("//")[0].Trim(' ', ',')).Where(name => name.Length > 0), Enum.GetNames<ContractRefusal>());
    }

    [Fact]
    public async Task What_the_contract_says_of_pause_and_suspension_holds_for_the_ledger_with_the_codes_of_the_logs()
    {
        await using var parties = await ProposedAsync();
        var (a, b) = (parties.LedgerA, parties.LedgerB);
        Assert.True(a.Standing is { IsOpen: true, Paused: false });
        Assert.Equal(MemberRoles.Provider | MemberRoles.Requester | MemberRoles.Operator, b.Standing.Of(A).Roles); // the contract has no other for it
        await ApproveAsync(parties, a, DatasetA, VersionA);

        await parties.CarryAsync(2, default, 1);
        Assert.True(a.Standing.Paused && b.Page(Job).Standing!.Paused);
        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => ApproveAsync(parties, b, DatasetB, VersionB))).Code);
        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => StartAsync(parties, Run))).Code);
        await parties.CarryAsync(2, default, 0);
        await ApproveAsync(parties, b, DatasetB, VersionB);

        await parties.CarryAsync(3, default, 1);
        await parties.CarryAsync(1, Organisation(A), ConsortiumContract.Provider | ConsortiumContract.Requester);
        Assert.False(b.Standing.Of(A).Active);
        var suspended = await Assert.ThrowsAsync<CollabException>(() => StartAsync(parties, Run));
        Assert.Equal((GovernanceErrors.Suspended, A), (suspended.Code, suspended.Party));
        Assert.Empty(b.Page(Job).Starts);
    }

    private static async Task<ContractParties> ProposedAsync()
    {
        var parties = await ContractParties.StartAsync();
        parties.Datasets[A].Add((DatasetA, VersionA));
        parties.Datasets[B].Add((DatasetB, VersionB));
        await parties.SettleAsync();
        Assert.True(parties.LedgerA.IsRegistered(B, DatasetB, VersionB));
        await parties.LedgerA.AppendAsync(
            s => new LedgerOperation.Propose(s.Author, s.Id, s.Time, s.Heads, Job, [new(A, DatasetA), new(B, DatasetB)], [A, B], Expires(parties), 1), default);
        Assert.Empty(parties.LedgerB.Page(Job).Of<LedgerOperation.Propose>());
        await parties.SettleAsync();
        return parties;
    }

    private static async Task ApproveAsync(ContractParties parties, EvmLedger ledger, Digest dataset, Digest version) => await ledger.AppendAsync(
        s => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, Job, dataset, version, Expires(parties), 1), default);

    private static Task<LedgerOperation.StartRun> StartAsync(ContractParties parties, Digest run) => parties.LedgerA.AppendAsync(
        s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, Job, run, s.Time.AddHours(1)), default);

    private static async Task<int> RunStateAsync(ContractParties parties)
    {
        var runs = AbiFunction.Parse("runs(bytes32)", "(bytes32,bytes32,uint64,uint8,uint8,uint8)");
        var id = parties.LedgerA.RunOnContract(Job, Run)!.Value;
        var returned = await parties.Anvil.Node.CallAsync(new(EvmAddress.Zero, parties.Contract, runs.EncodeCall(id)), default);
        return (int)(System.Numerics.BigInteger)runs.DecodeResult(returned)[5];
    }

    private static DateTimeOffset Expires(ContractParties parties) => new(parties.Clock.GetUtcNow().UtcDateTime.Date.AddDays(2), TimeSpan.Zero);

    private static Digest Some(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
