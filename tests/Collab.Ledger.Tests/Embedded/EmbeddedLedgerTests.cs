using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests.Embedded;

public class EmbeddedLedgerTests
{
    [Fact]
    public async Task An_operation_is_final_with_enough_witnesses_and_known_to_all()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        var said = await members.AppendFinalAsync(0);
        Assert.Equal((1, 1), members[0].Size);
        for (var i = 0; i < 3; i++)
        {
            await members.UntilAsync(i, 1);
            Assert.Equal(said.Id, Assert.Single(members[i].Page(Members.Job).Operations).Id);
            Assert.Equal([Members.Job], members[i].Jobs);
        }
    }

    [Fact]
    public async Task With_a_witness_too_few_an_operation_stays_pending_and_that_is_said()
    {
        var clock = new ManualTime();
        await using var members = new Members(3, clock, TimeSpan.FromSeconds(30));
        await members.StartAsync(0);
        await members.StartAsync(1);
        var said = await members.AppendAsync(0);
        var waiting = members[0].WaitForFinalityAsync(said, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(30));
        var fault = await Assert.ThrowsAsync<CollabException>(() => waiting);
        Assert.Equal(OperationErrors.NotFinal, fault.Code);
        Assert.Empty(members[0].Page(Members.Job).Operations);
        Assert.Equal(said.Id, Assert.Single(members[0].PageWithPending(Members.Job).Operations).Id);
    }

    [Fact]
    public async Task A_party_that_went_away_is_known_though_nothing_is_to_be_witnessed()
    {
        var clock = new ManualTime();
        await using var members = new Members(3, clock);
        await members.StartAllAsync();
        var appended = members.AppendFinalAsync(0);
        await UntilAsync(() => appended.IsCompletedSuccessfully);
        var (size, away) = (members[0].Size, Consortium.Party(1));

        members.Cut[(0, 1)] = true;
        await UntilAsync(() => members[0].Witnesses[away].Fault?.Code == Members.Away.Name);
        members.Cut.Clear();
        await UntilAsync(() => members[0].Witnesses[away].Fault is null);
        Assert.Equal(size, members[0].Size);

        async Task UntilAsync(Func<bool> holds)
        {
            using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!holds())
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(5, limited.Token);
            }
        }
    }

    [Fact]
    public async Task A_cosignature_whose_answer_was_lost_is_asked_for_again()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        members.LoseNextAnswer[(0, 1)] = true;
        await members.AppendFinalAsync(0); // needs both witnesses
        Assert.Empty(members.LoseNextAnswer);
        Assert.Equal((1, 1), members[0].Size);
    }

    [Fact]
    public async Task A_party_that_was_away_catches_up_by_itself()
    {
        await using var members = new Members(4);
        for (var i = 0; i < 3; i++) await members.StartAsync(i);
        for (var n = 0; n < 5; n++) await members.AppendFinalAsync(n % 3);
        await members.StartAsync(3);
        await members.UntilAsync(3, 5);
        var own = await members.AppendFinalAsync(3);
        Assert.Equal(3, own.Heads.Count); // it had seen the others' logs when it wrote
        await members.UntilAsync(0, 6);
    }

    [Fact]
    public async Task A_restart_keeps_everything()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        var first = await members.AppendFinalAsync(0);
        await members.AppendFinalAsync(1);
        await members.UntilAsync(0, 2);
        await members.CloseAsync(2); // from here on nothing becomes final
        var pending = await members.AppendAsync(0);
        await members.CloseAsync(0);

        var again = await members.StartAsync(0);
        Assert.Equal((2, 1), again.Size);
        Assert.Equal(2, again.Page(Members.Job).Operations.Count);
        Assert.Equal(3, again.PageWithPending(Members.Job).Operations.Count);
        await again.WaitForFinalityAsync(first, CancellationToken.None);
        await members.StartAsync(2);
        await again.WaitForFinalityAsync(pending, CancellationToken.None); // the offers go on where they stopped
    }

    [Fact]
    public async Task An_old_backup_is_found_before_anything_is_written()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        await members.AppendFinalAsync(0);
        await members.CloseAsync(0);
        var backup = members.Folder(0) + ".backup";
        Copy(members.Folder(0), backup);
        await members.StartAsync(0);
        await members.AppendFinalAsync(0); // a use that is spent
        await members.CloseAsync(0);

        Directory.Delete(members.Folder(0), recursive: true);
        Directory.Move(backup, members.Folder(0));
        await members.StartAsync(0);
        var fault = await Assert.ThrowsAsync<CollabException>(() => members.AppendAsync(0));
        Assert.Equal(LedgerErrors.RolledBack, fault.Code);
        Assert.Equal(1, members[0].Size.Size);
    }

    [Fact]
    public async Task An_old_backup_is_found_by_the_first_witness_that_comes_back()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        await members.CloseAsync(0);
        var backup = members.Folder(0) + ".backup";
        Copy(members.Folder(0), backup);
        await members.StartAsync(0);
        await members.AppendFinalAsync(0);
        await members.CloseAsync(0);
        Directory.Delete(members.Folder(0), recursive: true);
        Directory.Move(backup, members.Folder(0));

        foreach (var to in (int[])[1, 2]) members.Cut[(0, to)] = true;
        await members.StartAsync(0); // nobody answers
        members.Cut.Clear();
        await members[0].CatchUpAsync([members.WitnessesOf(0)[0]], CancellationToken.None);
        Assert.Equal(LedgerErrors.RolledBack, (await Assert.ThrowsAsync<CollabException>(() => members.AppendAsync(0))).Code);
    }

    [Fact]
    public async Task Entries_that_are_no_operations_of_their_log_count_for_nothing_and_stop_nothing()
    {
        await using var members = new Members(2);
        await members.StartAsync(0);
        var c = members.Consortium;
        var log = c.OpenLog(1);
        var good = Said(1, 1);
        byte[] changed = [.. SignedOperation.Sign(Said(1, 2), c.LogKeys[1]).Encode()];
        changed[60] ^= 1; // in the id: the signature is another's
        await log.AppendAsync([
            new byte[] { 1, 2, 3 }, ReadOnlyMemory<byte>.Empty, new byte[65_535],
            SignedOperation.Sign(Said(0, 3), c.LogKeys[1]).Encode(), // in the name of another
            SignedOperation.Sign(Said(1, 4), c.LogKeys[0]).Encode(), // with the key of another
            changed,
            SignedOperation.Sign(good, c.LogKeys[1]).Encode()]);
        var reply = members[0].Witness(Consortium.Party(1), Consortium.Origin(1), Consortium.RequestFor(log, 0), null);
        Assert.Equal(WitnessStatus.Cosigned, reply.Status);
        Assert.Equal(good.Id, Assert.Single(members[0].Page(Members.Job).Operations).Id);
    }

    [Fact]
    public async Task One_write_counts_once_and_a_copied_id_hides_nobody_elses()
    {
        await using var members = new Members(3);
        await members.StartAllAsync();
        var said = await members.AppendFinalAsync(0);
        await members.AppendAsync(0, said.Id);
        await members.AppendAsync(1, said.Id);
        var last = await members.AppendFinalAsync(1);
        await members[0].WaitForFinalityAsync(await members.AppendAsync(0), CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await members.UntilAsync(i, 4);
            Assert.Equal(2, members[i].Page(Members.Job).Operations.Count(o => o.Author == Consortium.Party(0)));
            Assert.Equal([said.Id, last.Id], members[i].Page(Members.Job).Operations.Where(o => o.Author == Consortium.Party(1)).Select(o => o.Id));
        }
    }

    [Fact]
    public void The_order_in_which_logs_are_read_changes_nothing()
    {
        using var c = new Consortium(3);
        var shared = Digest.Sha256("an id that all use"u8);
        var entries = Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 6).Select(n => (ReadOnlyMemory<byte>)SignedOperation.Sign(
            n == 3 ? Said(i, 0) with { Id = shared } : Said(i, (10 * i) + n), c.LogKeys[i]).Encode()).ToList()).ToList();
        var random = new Random(83);
        string? expected = null;
        for (var round = 0; round < 50; round++)
        {
            var (fold, read) = (new LedgerFold(Standing.Everybody(c.Policy.Parties.Select(p => p.Party))), new int[3]);
            while (read.Any(r => r < 6))
            {
                var log = random.Next(3);
                read[log] = Math.Min(6, read[log] + random.Next(1, 4));
                fold.Read(c.Policy.Parties[log], read[log], (from, to) => entries[log].GetRange((int)from, (int)(to - from)));
            }

            var page = fold.Page(Members.Job, []);
            Assert.Equal(18, page.Operations.Count);
            var said = string.Join(",", page.Operations.GroupBy(o => o.Author).OrderBy(g => g.Key).SelectMany(g => g.Select(o => o.Id.Short)))
                + string.Join(",", c.Policy.Parties.Select(p => page.By<LedgerOperation.Revoke>(p.Party)!.Id.Short));
            Assert.Equal(expected ??= said, said);
        }
    }

    [Fact]
    public async Task An_author_with_two_histories_is_frozen_and_the_evidence_is_kept()
    {
        await using var members = new Members(3);
        await members.StartAsync(0);
        var c = members.Consortium;
        var log = c.OpenLog(1);
        await log.AppendAsync([SignedOperation.Sign(Said(1, 1), c.LogKeys[1]).Encode()]);
        AddCheckpointReply Offer() => members[0].Witness(Consortium.Party(1), Consortium.Origin(1), Consortium.RequestFor(log, Math.Min(1, log.Size - 1)), null);
        Assert.Equal(WitnessStatus.Cosigned, Offer().Status);

        members[0].Witness(Consortium.Party(1), Consortium.Origin(1), Consortium.RequestFor(log, 1), c.SignOver(1, "another history"));
        await log.AppendAsync([SignedOperation.Sign(Said(1, 2), c.LogKeys[1]).Encode()]);
        Assert.Equal((WitnessStatus.Forbidden, LedgerErrors.OriginFrozen), (Offer().Status, Offer().Code));
        var file = Assert.Single(Directory.EnumerateFiles(members.Folder(0), "*.bin", SearchOption.AllDirectories));
        Assert.True(Equivocation.Parse(File.ReadAllBytes(file)).Verify(c.Policy.Parties[1].Log));

        await members.CloseAsync(0);
        await members.StartAsync(0);
        Assert.Equal(LedgerErrors.OriginFrozen, Offer().Code);
    }

    [Fact]
    public async Task A_log_is_offered_by_its_author_alone()
    {
        await using var members = new Members(2);
        await members.StartAsync(0);
        var log = members.Consortium.OpenLog(1);
        await log.AppendAsync([SignedOperation.Sign(Said(1, 1), members.Consortium.LogKeys[1]).Encode()]);
        var request = Consortium.RequestFor(log, 0);
        Assert.Equal(WitnessStatus.Forbidden, members[0].Witness(Consortium.Party(0), Consortium.Origin(1), request, null).Status);
        Assert.Equal(WitnessStatus.Forbidden, members[0].Witness(Consortium.Party(1), Consortium.Origin(0), request, null).Status);
        Assert.Equal(WitnessStatus.Cosigned, members[0].Witness(Consortium.Party(1), Consortium.Origin(1), request, null).Status);
    }

    private static LedgerOperation.Revoke Said(int author, int number) => new(
        Consortium.Party(author), Digest.Sha256([(byte)author, (byte)number]), new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), [], Members.Job);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
