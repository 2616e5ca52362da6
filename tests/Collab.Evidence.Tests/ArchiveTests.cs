using System.Reflection;
using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Primitives;

[assembly: AssemblyFixture(typeof(Collab.Evidence.Tests.ArchivePeriodFixture))]

namespace Collab.Evidence.Tests;

public class ArchiveTests
{
    public static TheoryData<string> Names => [.. TamperedArchive.All.Select(row => row.Name)];

    [Fact]
    public async Task An_archive_of_everything_holds_at_every_member_and_the_three_agree()
    {
        var trial = await Archives.TrialAsync();
        var files = trial.Keys.Policy.Parties.Select(p => VerifiedFile.Verify(p.Party.Name, Archives.Export(trial, exporter: p.Party), trial.Keys)).ToList();
        Assert.All(files, f => Assert.Empty(f.Report.Findings));
        var period = files[0].Report.Period!;
        Assert.Equal((14, 2, 1, 1, 0, 0), (period.Entries, period.Jobs, period.PlansShown, period.Committed, period.Aborted, period.Open));
        Assert.Equal((1, 1, 1, 0), (period.Refusals, period.Revocations, period.Consents, period.NotUnderstood));
        Assert.Contains("what 1 jobs asked for: their plans are not in the archive, and the logs hold ids and digests only", files[0].Report.NotChecked);
        Assert.Empty(files[0].Report.Notices);
        var (findings, notChecked) = EvidenceComparison.Compare(files);
        Assert.Empty(findings);
        Assert.Empty(notChecked);
    }

    [Fact]
    public async Task Without_plans_the_order_of_every_run_is_checked_all_the_same()
    {
        var trial = await Archives.TrialAsync();
        var report = ArchiveVerifier.Verify(Archives.Export(trial, bare: true), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Equal((1, 0), (report.Period!.Committed, report.Period.PlansShown));
    }

    [Fact]
    public async Task A_window_is_all_of_its_period_and_what_its_jobs_need_from_before()
    {
        var trial = await Archives.TrialAsync();
        var whole = ArchiveVerifier.Verify(Archives.Export(trial), trial.Keys).Period!;
        var report = ArchiveVerifier.Verify(Archives.Export(trial, TamperedArchive.AfterGrants(trial)), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Equal((whole.Entries, 1), (report.Period!.Entries, report.Period.Committed)); // proposal and grants are among the others
        Assert.Contains(report.Period.Logs, l => l.First > 0);
        Assert.Contains(report.NotChecked, line => line.StartsWith("registry's log before entry 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_window_of_a_log_is_verified_wherever_it_begins_and_ends()
    {
        var trial = await Archives.TrialAsync();
        var times = trial.Keys.Policy.Parties.SelectMany(p => Archives.EntriesOf(trial, p.Party)).Select(e => SignedOperation.Decode(e.Span).Operation.Time).Distinct().Order().ToList();
        foreach (var from in times)
        {
            foreach (var to in times.Where(t => t >= from))
            {
                var report = ArchiveVerifier.Verify(Archives.Export(trial, new ArchivePeriod(from, to)), trial.Keys);
                Assert.True(report.Holds, $"{from:O} to {to:O}: {report.Findings.FirstOrDefault()}");
            }
        }
    }

    [Fact]
    public async Task An_empty_period_holds_and_says_that_it_is_empty()
    {
        var trial = await Archives.TrialAsync();
        var later = trial.Clock.GetUtcNow().AddYears(1);
        var report = ArchiveVerifier.Verify(Archives.Export(trial, new ArchivePeriod(later, later.AddDays(1))), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.Equal((0, 0), (report.Period!.Entries, report.Period.Jobs));
        Assert.All(report.Period.Logs, l => Assert.Equal(l.First, l.End));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dishonest_archive_is_refused_for_the_right_reason(string name)
    {
        var row = TamperedArchive.All.Single(r => r.Name == name);
        var trial = await Archives.TrialAsync();
        var report = ArchiveVerifier.Verify(row.Make(trial), trial.Keys);
        Assert.False(report.Holds, name);
        Assert.Equal((row.Code.Name, row.Part), (report.Findings[0].Code.Name, report.Findings[0].Part));
    }

    [Fact]
    public void Every_code_of_archives_has_a_row()
    {
        var codes = typeof(ArchiveErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (ErrorCode)f.GetValue(null)!);
        Assert.Empty(codes.Except([ArchiveErrors.Forked, ArchiveErrors.Shrunk]).Except(TamperedArchive.All.Select(r => r.Code))); // those take two files
    }

    [Fact]
    public async Task Every_byte_that_is_changed_is_found_and_the_part_it_is_in_is_named()
    {
        var trial = await Archives.TrialAsync();
        var archive = Archives.Export(trial);
        var parts = EvidenceBundle.Read(archive, EvidenceKind.Archive).Parts;
        var body = parts.Sum(p => p.Content.Length);
        string[] places =
        [
            .. Enumerable.Repeat("header", EvidenceBundle.ArchiveMagic.Length),
            .. Enumerable.Repeat("contents", archive.Length - body - EvidenceBundle.ArchiveMagic.Length),
            .. parts.SelectMany(p => Enumerable.Repeat(p.Name, p.Content.Length)),
        ];
        for (var at = 0; at < archive.Length; at++)
        {
            byte[] changed = [.. archive];
            changed[at] ^= (byte)(1 << (at % 8));
            var report = ArchiveVerifier.Verify(changed);
            Assert.False(report.Holds, $"byte {at}");
            if (places[at] is not "contents") Assert.Equal((at, places[at]), (at, report.Findings[0].Part)); // a size or digest in the table may be blamed on the part
        }
    }

    [Fact]
    public async Task An_archive_cut_anywhere_or_longer_than_it_was_is_refused()
    {
        var trial = await Archives.TrialAsync();
        var archive = Archives.Export(trial);
        for (var length = 0; length < archive.Length; length += 7) Assert.False(ArchiveVerifier.Verify(archive.AsMemory(0, length)).Holds, $"cut to {length}");
        Assert.Equal("contents", ArchiveVerifier.Verify((byte[])[.. archive, 0]).Findings[0].Part);
    }

    [Fact]
    public async Task A_clock_that_is_a_day_ahead_and_entries_from_the_future_are_told()
    {
        var trial = await Archives.TrialAsync();
        var logs = Archives.LogsOf(trial);
        var day = TimeSpan.FromDays(1);
        var future = new LedgerOperation.Revoke(Trial.Lakeside, Digest.Sha256("f"u8), trial.Clock.GetUtcNow() + day, [], Archives.SecondJob);
        logs[Trial.Lakeside] = Archives.Write(trial, Trial.Lakeside, [.. Archives.EntriesOf(trial, Trial.Lakeside), Archives.Entry(trial, future)]);
        var report = ArchiveVerifier.Verify(Archives.Export(trial, logs: logs), trial.Keys);
        Assert.Empty(report.Findings); // nobody can tell whose clock was wrong
        Assert.Equal(
            ["the clock of lakeside was up to 1.0 days ahead of the witnesses that had cosigned it: 1 entries from entry 5 on, or the others' clocks were wrong"],
            report.Notices);
    }

    [Fact]
    public async Task A_clock_that_is_a_day_behind_is_told_by_what_its_entries_had_seen()
    {
        var trial = await Archives.TrialAsync();
        var logs = Archives.LogsOf(trial);
        var seen = logs[Trial.Registry].Final!;
        var past = new LedgerOperation.Revoke(
            Trial.Lakeside, Digest.Sha256("f"u8), trial.Clock.GetUtcNow().AddDays(-1), [new LedgerHead(Trial.Registry, (ulong)seen.Size, seen.Root)], Archives.SecondJob);
        logs[Trial.Lakeside] = Archives.Write(trial, Trial.Lakeside, [.. Archives.EntriesOf(trial, Trial.Lakeside), Archives.Entry(trial, past)]);
        var report = ArchiveVerifier.Verify(Archives.Export(trial, logs: logs), trial.Keys);
        Assert.Empty(report.Findings);
        Assert.StartsWith("the clock of lakeside was up to ", Assert.Single(report.Notices));
        Assert.Contains("behind what it had seen of other logs: 1 entries from entry 5 on", report.Notices[0]);
    }

    [Fact]
    public async Task What_a_party_has_no_role_for_counts_for_nothing_when_the_founding_roles_are_known()
    {
        var trial = await Archives.TrialAsync();
        var archive = Archives.Export(trial);
        var all = trial.Keys.Policy.Parties.Select(p => p.Party).ToList();
        var report = ArchiveVerifier.Verify(archive, trial.Keys, Standing.Everybody(all));
        Assert.Empty(report.Findings);
        Assert.Empty(report.Notices);
        Assert.DoesNotContain(report.NotChecked, line => line.Contains("role", StringComparison.Ordinal));
        var roles = Standing.Found(all.Select(p => (p, p == Trial.Riverside ? MemberRoles.Operator | MemberRoles.Requester : MemberRoles.All)));
        report = ArchiveVerifier.Verify(archive, trial.Keys, roles);
        Assert.Equal(("authorization.grant-missing", "log/riverside"), (report.Findings[0].Code.Name, report.Findings[0].Part));
        Assert.StartsWith("entry 0 of riverside counts for nothing (role.missing): ", report.Notices[0]);
    }

    [Fact]
    public async Task A_run_that_a_suspended_requester_opens_is_no_run()
    {
        var trial = await Archives.TrialAsync();
        var all = trial.Keys.Policy.Parties.Select(p => p.Party).ToList();
        var (motion, now) = (Digest.Sha256("motion"u8), trial.Clock.GetUtcNow());
        var opened = new LedgerOperation.OpenMotion(Trial.Lakeside, motion, now, [], motion, new MotionChange.Member(Trial.Registry, MemberRoles.All, false), now.AddDays(1));
        var logs = Archives.LogsOf(trial);
        logs[Trial.Lakeside] = Archives.Write(trial, Trial.Lakeside, [.. Archives.EntriesOf(trial, Trial.Lakeside), Archives.Entry(trial, opened)]);
        var seen = new LedgerHead(Trial.Lakeside, (ulong)logs[Trial.Lakeside].Final!.Size, logs[Trial.Lakeside].Final!.Root);
        var vote = new LedgerOperation.Vote(Trial.Riverside, Digest.Sha256("vote"u8), now, [seen], motion, Motion.DigestOf(opened));
        logs[Trial.Riverside] = Archives.Write(trial, Trial.Riverside, [.. Archives.EntriesOf(trial, Trial.Riverside), Archives.Entry(trial, vote)]);
        var carried = new LedgerHead(Trial.Riverside, (ulong)logs[Trial.Riverside].Final!.Size, logs[Trial.Riverside].Final!.Root);
        var start = new LedgerOperation.StartRun(Trial.Registry, Digest.Sha256("start"u8), now, [seen, carried], trial.Plan.Digest, Digest.Sha256("run"u8), now.AddDays(1));
        logs[Trial.Registry] = Archives.Write(trial, Trial.Registry, [.. Archives.EntriesOf(trial, Trial.Registry), Archives.Entry(trial, start)]);
        var archive = Archives.Export(trial, logs: logs);
        Assert.Equal(1, ArchiveVerifier.Verify(archive, trial.Keys).Period!.Open); // who does not know the roles takes it for a run
        var report = ArchiveVerifier.Verify(archive, trial.Keys, Standing.Everybody(all));
        Assert.Empty(report.Findings);
        Assert.Equal((1, 0), (report.Period!.Committed, report.Period.Open));
        Assert.Contains(report.Notices, n => n.StartsWith("entry 4 of registry counts for nothing (consortium.suspended): ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_histories_of_one_log_in_two_archives_are_found_and_who_cosigned_both_is_named()
    {
        var trial = await Archives.TrialAsync();
        // Nobody had seen lakeside's last entry when it made another one in its place.
        var logs = Archives.LogsOf(trial);
        var other = new LedgerOperation.Revoke(Trial.Lakeside, Digest.Sha256("o"u8), trial.Clock.GetUtcNow(), [], trial.Plan.Digest);
        var silent = new LedgerOperation.Revoke(Trial.Riverside, Digest.Sha256("s"u8), trial.Clock.GetUtcNow(), [], Archives.SecondJob);
        logs[Trial.Riverside] = Archives.Write(trial, Trial.Riverside, [.. Archives.EntriesOf(trial, Trial.Riverside), Archives.Entry(trial, silent)]);
        var first = VerifiedFile.Verify("one", Archives.Export(trial, logs: logs), trial.Keys);
        logs[Trial.Riverside] = Archives.Write(trial, Trial.Riverside, [.. Archives.EntriesOf(trial, Trial.Riverside), Archives.Entry(trial, silent with { Job = trial.Plan.Digest })]);
        var second = VerifiedFile.Verify("two", Archives.Export(trial, logs: logs), trial.Keys);
        Assert.Empty(first.Report.Findings);
        Assert.Empty(second.Report.Findings); // each is consistent in itself
        var (file, finding) = Assert.Single(EvidenceComparison.Compare([first, second]).Findings);
        Assert.Equal(("two", "log.forked", "log/riverside"), (file, finding.Code.Name, finding.Part));
        Assert.Contains("cosigned by lakeside, registry", finding.Message);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task A_fork_is_found_against_a_bundle_and_a_longer_history_is_none()
    {
        var trial = await Archives.TrialAsync();
        var bundle = VerifiedFile.Verify("bundle", trial.Export(), trial.Keys);
        var grown = VerifiedFile.Verify("grown", Archives.Export(trial), trial.Keys);
        Assert.Empty(EvidenceComparison.Compare([bundle, grown]).Findings);

        var logs = Archives.LogsOf(trial);
        var entries = Archives.EntriesOf(trial, Trial.Riverside);
        logs[Trial.Riverside] = Archives.Write(trial, Trial.Riverside, [.. entries.SkipLast(1), Archives.Entry(trial, new LedgerOperation.Revoke(
            Trial.Riverside, Digest.Sha256("s"u8), trial.Clock.GetUtcNow(), [], trial.Plan.Digest))]);
        var forked = VerifiedFile.Verify("forked", Archives.Export(trial, logs: logs), trial.Keys);
        Assert.Equal("log.forked", Assert.Single(EvidenceComparison.Compare([bundle, forked]).Findings).Finding.Code.Name);
    }

    [Fact]
    public async Task A_log_that_shrank_is_named_with_the_witness_that_cosigned_the_smaller_one_later()
    {
        await using var trial = await Trial.OfAsync(["propose"]);
        var logs = Archives.LogsOf(trial);
        var full = Archives.EntriesOf(trial, Trial.Registry);
        var more = Archives.Entry(trial, new LedgerOperation.Revoke(Trial.Registry, Digest.Sha256("m"u8), trial.Clock.GetUtcNow(), [], trial.Plan.Digest));
        logs[Trial.Registry] = Archives.Write(trial, Trial.Registry, [.. full, more]);
        var before = VerifiedFile.Verify("before", Archives.Export(trial, logs: logs), trial.Keys);
        trial.Clock.Advance(TimeSpan.FromHours(1));
        logs[Trial.Registry] = Archives.Write(trial, Trial.Registry, full);
        var after = VerifiedFile.Verify("after", Archives.Export(trial, logs: logs), trial.Keys);
        Assert.Empty(before.Report.Findings);
        Assert.Empty(after.Report.Findings);
        var (file, finding) = Assert.Single(EvidenceComparison.Compare([before, after]).Findings);
        Assert.Equal(("after", "log.shrunk", "log/registry"), (file, finding.Code.Name, finding.Part));
        Assert.Contains("lakeside, riverside cosigned 1 entries after 2", finding.Message);
    }

    [Fact]
    public async Task The_archive_of_another_consortium_is_not_taken_for_this_one()
    {
        var trial = await Archives.TrialAsync();
        await using var other = await Trial.OfAsync(["propose"], parties: [Trial.Harbour, Trial.Lakeside, Trial.Registry, Trial.Riverside]);
        var archive = Archives.Export(other);
        Assert.Equal("trust.keys-differ", ArchiveVerifier.Verify(archive, trial.Keys).Findings[0].Code.Name);
        var files = new[] { VerifiedFile.Verify("ours", Archives.Export(trial)), VerifiedFile.Verify("theirs", archive) };
        Assert.Equal("trust.keys-differ", Assert.Single(EvidenceComparison.Compare(files).Findings).Finding.Code.Name);
    }

    [Fact]
    public void The_cover_before_every_index_gives_the_root_at_every_later_size()
    {
        var whole = new MemoryTree();
        var entries = Enumerable.Range(0, 70).Select(i => new[] { (byte)i }).ToList();
        foreach (var entry in entries) whole.Add(entry);
        for (var first = 0; first <= entries.Count; first++)
        {
            var window = new WindowTree(first, WindowTree.CoverBefore(first, i => MerkleTree.LeafHash(entries[(int)i]), whole.ProveInclusion));
            foreach (var entry in entries.Skip(first)) window.Add(entry);
            for (var size = (long)first; size <= entries.Count; size++) Assert.Equal(whole.RootAt(size), window.RootAt(size));
        }

        Assert.Throws<MalformedException>(() => new WindowTree(3, [MerkleTree.EmptyRoot]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowTree(0, []).RootAt(1));
    }
}

/// <summary>Closes the trial that the tests of archives share.</summary>
public sealed class ArchivePeriodFixture : IAsyncLifetime
{
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Archives.WasOpened) await (await Archives.TrialAsync()).DisposeAsync();
    }
}
