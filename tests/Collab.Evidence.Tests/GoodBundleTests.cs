using Collab.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

public class GoodBundleTests
{
    [Fact]
    public async Task A_bundle_of_an_honest_run_holds_for_every_exporter_and_says_what_it_is_about()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        foreach (var exporter in new[] { Trial.Lakeside, Trial.Registry, Trial.Riverside })
        {
            var report = BundleVerifier.Verify(trial.Export(exporter));
            Assert.Empty(report.Findings);
            Assert.NotNull(report.Summary);
            Assert.Equal("committed", report.Summary.Outcome);
            Assert.Equal((trial.Plan.Digest, trial.Run, Trial.Registry), (report.Summary.Job, report.Summary.Run, report.Summary.Requester));
            Assert.Equal([Trial.Lakeside, Trial.Riverside], report.Summary.Owners);
            Assert.Equal([Trial.Registry], report.Summary.Receivers);
            Assert.Equal(trial.Clock.GetUtcNow(), report.Summary.NewestCheckpoint);
            Assert.Equal(trial.Keys.Fingerprint, report.Summary.KeysFingerprint);
        }
    }

    [Fact]
    public async Task A_bundle_of_a_consortium_of_the_sm_suite_holds_and_says_no_less()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest, algorithm: SignatureAlgorithm.Sm2);
        var report = BundleVerifier.Verify(trial.Export(), trial.Keys, new ShownResult(trial.Result, trial.Opening!));
        Assert.True(report.Holds);
        Assert.Equal(10, report.Checked.Count);
        Assert.Equal(CommitmentAlgorithm.SaltedSm3, trial.Opening!.Algorithm);

        var bundle = trial.Export();
        bundle[^100] ^= 1;
        Assert.False(BundleVerifier.Verify(bundle).Holds);
    }

    [Fact]
    public async Task A_bundle_of_an_endorsed_run_of_an_algorithm_holds_and_says_so()
    {
        // Records of refusals by owners are of no run, and later withdrawals undo nothing.
        await using var trial = await Trial.OfAsync(["declare riverside", .. Trial.HonestTerms, "revoke harbour", "withdraw lakeside"], terms: true);
        var report = BundleVerifier.Verify(trial.Export(), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Checked, told => told.StartsWith("1 of 1 endorsers", StringComparison.Ordinal));
        Assert.Contains(report.Checked, told => told.StartsWith("the question is version 1 of lakeside's algorithm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_checked_and_what_was_not_is_said()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        var bundle = trial.Export();
        var bare = BundleVerifier.Verify(bundle);
        Assert.Equal(8, bare.Checked.Count);
        Assert.Equal(6, bare.NotChecked.Count);
        Assert.Contains(bare.NotChecked, line => line.Contains(trial.Keys.Fingerprint.Short));

        var full = BundleVerifier.Verify(bundle, trial.Keys, new ShownResult(trial.Result, trial.Opening!));
        Assert.True(full.Holds);
        Assert.Equal(10, full.Checked.Count);
        Assert.Equal(4, full.NotChecked.Count); // nobody can check these, whatever is given
    }

    [Fact]
    public async Task A_result_shown_is_held_against_the_commitment()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        var bundle = trial.Export();
        Assert.True(BundleVerifier.Verify(bundle, shown: new ShownResult(trial.Result, trial.Opening!)).Holds);

        byte[] wrong = [.. trial.Result];
        wrong[3] ^= 1;
        var (_, opening) = Commitment.Commit(ShownResult.Domain, trial.Result, RandomSource.System); // as of another run
        foreach (var shown in new ShownResult[] { new(wrong, trial.Opening!), new(trial.Result, opening), new(Array.Empty<byte>(), trial.Opening!) })
        {
            var finding = Assert.Single(BundleVerifier.Verify(bundle, shown: shown).Findings);
            Assert.Equal((EvidenceErrors.ResultMismatch, "result"), (finding.Code, finding.Part));
        }
    }

    [Fact]
    public async Task An_aborted_run_is_reported_with_code_party_and_step()
    {
        await using var trial = await Trial.OfAsync(["propose", "approve lakeside", "approve riverside", "start", "spend lakeside", "abort riverside"]);
        var report = BundleVerifier.Verify(trial.Export(), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Equal("aborted: channel.silent by lakeside at job.protocol", report.Summary!.Outcome);
    }

    [Fact]
    public async Task A_run_that_some_committed_before_it_was_ended_is_aborted_and_not_committed()
    {
        await using var trial = await Trial.OfAsync([.. Trial.Honest[..^1], "abort riverside"]);
        var report = BundleVerifier.Verify(trial.Export());
        Assert.Empty(report.Findings);
        Assert.StartsWith("aborted", report.Summary!.Outcome);
    }

    [Fact]
    public async Task An_abort_after_all_commits_changes_nothing()
    {
        await using var trial = await Trial.OfAsync([.. Trial.Honest, "abort riverside"]);
        var report = BundleVerifier.Verify(trial.Export());
        Assert.Empty(report.Findings);
        Assert.Equal("committed", report.Summary!.Outcome);
    }

    [Fact]
    public async Task A_run_that_nobody_ended_is_not_committed()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest[..^1]);
        var report = BundleVerifier.Verify(trial.Export());
        Assert.Equal((EvidenceErrors.ReceiptMismatch, "receipt/riverside"), (report.Findings[0].Code, report.Findings[0].Part));
        Assert.Equal("not ended", report.Summary!.Outcome);
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("revoke")]
    public async Task A_withdrawal_after_the_run_undoes_nothing(string verb)
    {
        await using var trial = await Trial.OfAsync([.. Trial.Honest, $"{verb} riverside"]);
        Assert.Empty(BundleVerifier.Verify(trial.Export()).Findings);
    }

    [Fact]
    public async Task A_run_that_ended_because_a_grant_was_revoked_holds_as_aborted()
    {
        await using var trial = await Trial.OfAsync(
            ["propose", "approve lakeside", "approve riverside", "start", "spend lakeside", "revoke riverside", "abort riverside"]);
        var report = BundleVerifier.Verify(trial.Export());
        Assert.Empty(report.Findings);
        Assert.StartsWith("aborted", report.Summary!.Outcome);
    }

    [Fact]
    public async Task What_a_stranger_says_of_the_job_counts_for_nothing_and_spoils_nothing()
    {
        await using var trial = await Trial.OfAsync(
            ["propose", "propose harbour", "approve harbour", "revoke harbour", "start harbour", .. Trial.Honest[1..], "spend harbour", "commit harbour", "abort harbour"],
            operation => operation.Author == Trial.Harbour // it also names a state of a log that never was
                ? operation with { Heads = [new LedgerHead(Trial.Registry, 1_000_000, NeverWas)] }
                : operation,
            parties: [Trial.Harbour, Trial.Lakeside, Trial.Registry, Trial.Riverside]);
        var report = BundleVerifier.Verify(trial.Export(), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Equal("committed", report.Summary!.Outcome);
    }

    [Fact]
    public async Task A_commit_of_a_requester_that_takes_no_part_stands_for_nobody_elses()
    {
        await using var trial = await Trial.OfAsync(
            [.. Trial.Honest.Where(act => act != "commit riverside")], receivers: [Trial.Lakeside]);
        var report = BundleVerifier.Verify(trial.Export());
        Assert.Equal((EvidenceErrors.ReceiptMismatch, "receipt/riverside"), (report.Findings[0].Code, report.Findings[0].Part));
        Assert.Equal("not ended", report.Summary!.Outcome);

        await using var whole = await Trial.OfAsync(Trial.Honest, receivers: [Trial.Lakeside]);
        Assert.Empty(BundleVerifier.Verify(whole.Export()).Findings);
    }

    [Fact]
    public async Task Evidence_waits_until_this_party_holds_what_others_have_seen()
    {
        await using var trial = await Trial.OfAsync(
            Trial.Honest, o => o is LedgerOperation.Commit && o.Author == Trial.Riverside
                ? o with { Heads = [new LedgerHead(Trial.Lakeside, 1_000_000, NeverWas)] }
                : o);
        var fault = Assert.Throws<CollabException>(() => trial.Export());
        Assert.Equal((EvidenceGathering.NotReady, Trial.Lakeside), (fault.Code, fault.Party));
    }

    private static readonly Digest NeverWas = Digest.Sha256("a state that never was"u8);
}
