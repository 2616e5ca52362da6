using Collab.Evm.Codecs;
using Collab.Evm.Contract;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.Evm.Tests.Contract.ContractParties;

namespace Collab.Evm.Tests.Contract;

/// <summary>A commit binds a party to its own receipt, and an opening shows that its party holds all of them: who copies is found out.</summary>
public class RunOpeningTests
{
    private static readonly Digest Job = Some("plan"), Run = Some("run"), OnContract = Some("run on the contract");

    [Fact]
    public void The_opening_follows_from_every_byte_of_every_receipt_and_not_from_the_logs()
    {
        Receipt a = RunReceipts.Of(A, B, Job, Run), b = RunReceipts.Of(B, A, Job, Run);
        var opening = RunOpening.Of(OnContract, [a, b]);
        Assert.Equal(opening, RunOpening.Of(OnContract, [b, a]));
        Receipt[] others =
        [
            b with { Nonce = Some("another") }, b with { Software = "collab other" }, b with { Finished = b.Finished.AddSeconds(1) },
            b with { Conversations = [] }, b with { Result = new CommitmentReference(1, Some("result")) }, b with { Party = PartyId.Parse("hospital-c") },
        ];
        Assert.All(others, other => Assert.NotEqual(opening, RunOpening.Of(OnContract, [a, other])));
        Assert.NotEqual(opening, RunOpening.Of(Some("another run"), [a, b]));

        // All that the logs and the chain show of the receipts, in the form that openings had before.
        var seen = new CanonicalWriter().Digest(OnContract).Party(A).Digest(a.Digest).Party(B).Digest(b.Digest).ToArray();
        Assert.All(new[] { "collab.chain.opening.v1", "collab.chain.opening.v2" }, domain => Assert.NotEqual(opening, Digest.Of(domain, seen)));
    }

    [Fact]
    public async Task A_party_that_made_its_transcript_up_gets_no_run_that_counts_as_committed_not_even_by_copying_the_others_opening()
    {
        await using var parties = await StartAsync();
        var (a, b) = (RunReceipts.Of(A, B, Job, Run), RunReceipts.Of(B, A, Job, Run, received: "what was never sent"));
        await CommitAsync(parties, a, b);
        parties.Receipts[A].AddRange([a, b]);                                            // B shows its receipt: it must, A opens nothing before
        await parties.SettleAsync();
        Assert.Equal(4, await StateAsync(parties));                                      // A ends it: its messages are not in B's receipt
        var run = parties.LedgerA.RunOnContract(Job, Run)!.Value;
        var copied = parties.ProviderBoxB.Queue(Some("copy"), parties.Contract, ConsortiumContract.Open.EncodeCall(run, RunOpening.Of(run, [a, b])));
        await parties.SettleAsync();
        Assert.Equal(Collab.Evm.Sending.OutboxOutcome.Done, copied.Outcome);                        // taken as evidence, as all openings after the end
        Assert.Equal(4, await StateAsync(parties));
        Assert.Equal((A, B), ReceiptAgreement.FirstMismatch([a, b]));                    // and what an auditor says of the two receipts
    }

    [Fact]
    public async Task A_copied_commit_is_not_the_copiers_receipt_and_is_never_opened()
    {
        await using var parties = await StartAsync();
        var (a, b) = (RunReceipts.Of(A, B, Job, Run), RunReceipts.Of(B, A, Job, Run));
        await CommitAsync(parties, a, b, committedByB: a.Digest);                        // copied from A's log or from the chain
        foreach (var party in new[] { A, B }) parties.Receipts[party].AddRange([a, b]);
        await parties.SettleAsync();
        Assert.Equal(1, await StateAsync(parties));                                      // no receipt of B has that digest: nobody opens
    }

    [Fact]
    public async Task A_made_up_opening_is_a_dispute()
    {
        await using var parties = await StartAsync();
        var (a, b) = (RunReceipts.Of(A, B, Job, Run), RunReceipts.Of(B, A, Job, Run));
        await CommitAsync(parties, a, b);
        var run = parties.LedgerA.RunOnContract(Job, Run)!.Value;
        parties.ProviderBoxB.Queue(Some("made up"), parties.Contract, ConsortiumContract.Open.EncodeCall(run, Some("anything")));
        parties.Receipts[A].AddRange([a, b]);
        await parties.SettleAsync();
        Assert.Equal(3, await StateAsync(parties));
    }

    private static async Task<ContractParties> StartAsync()
    {
        Digest datasetA = Some("dataset a"), datasetB = Some("dataset b"), version = Some("version");
        var parties = await ContractParties.StartAsync();
        parties.Datasets[A].Add((datasetA, version));
        parties.Datasets[B].Add((datasetB, version));
        await parties.SettleAsync();
        var expires = new DateTimeOffset(parties.Clock.GetUtcNow().UtcDateTime.Date.AddDays(2), TimeSpan.Zero);
        await parties.LedgerA.AppendAsync(s => new LedgerOperation.Propose(s.Author, s.Id, s.Time, s.Heads, Job, [new(A, datasetA), new(B, datasetB)], [A, B], expires, 1), default);
        await parties.SettleAsync();
        await parties.LedgerA.AppendAsync(s => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, Job, datasetA, version, expires, 1), default);
        await parties.LedgerB.AppendAsync(s => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, Job, datasetB, version, expires, 1), default);
        await parties.SettleAsync();
        await parties.LedgerA.AppendAsync(s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, Job, Run, s.Time.AddHours(1)), default);
        await parties.SettleAsync();
        return parties;
    }

    private static async Task CommitAsync(ContractParties parties, Receipt a, Receipt b, Digest? committedByB = null)
    {
        await parties.LedgerA.AppendAsync(s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, Job, Run, a.Digest), default);
        await parties.LedgerB.AppendAsync(s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, Job, Run, committedByB ?? b.Digest), default);
        await parties.SettleAsync();
    }

    private static async Task<int> StateAsync(ContractParties parties)
    {
        var runs = AbiFunction.Parse("runs(bytes32)", "(bytes32,bytes32,uint64,uint8,uint8,uint8)");
        var returned = await parties.Anvil.Node.CallAsync(new(EvmAddress.Zero, parties.Contract, runs.EncodeCall(parties.LedgerA.RunOnContract(Job, Run)!.Value)), default);
        return (int)(System.Numerics.BigInteger)runs.DecodeResult(returned)[5];
    }

    private static Digest Some(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
