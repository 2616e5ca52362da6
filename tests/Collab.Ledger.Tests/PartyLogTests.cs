using Collab.Cryptography.Signatures;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests;

public class PartyLogTests
{
    [Fact]
    public async Task Appended_entries_are_signed_provable_and_there_after_opening_again()
    {
        using var c = new Consortium(2);
        Appended second;
        using (var log = PartyLog.Open(c.LogFolder(0), c.LogKeys[0], Consortium.Origin(0), c.Policy))
        {
            Assert.Equal((0, 0, null), (log.Size, log.FinalSize, log.Latest));
            await log.AppendAsync(Consortium.Entries(0, 3));
            second = await log.AppendAsync(Consortium.Entries(3, 2));
            Assert.Equal((3, 2, 5), (second.FirstIndex, second.Count, second.Checkpoint.Size));
        }

        var again = c.OpenLog(0);
        Assert.Equal(second.Checkpoint.ToBytes(), again.Latest!.ToBytes());
        Assert.True(c.Policy.Parties[0].Log.HasSigned(again.Latest.Note));
        Assert.True(again.InclusionProof(4, 5).Verify(MerkleTree.LeafHash(NaiveTree.Entry(4)), again.Latest.Root));
        await again.VerifyAsync();
    }

    [Fact]
    public async Task Concurrent_appends_get_places_of_their_own_and_share_checkpoints()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        var appended = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => log.AppendAsync([NaiveTree.Entry(i), NaiveTree.Entry(i + 10_000)]))));
        Assert.Equal(800, log.Size);
        Assert.Equal(400, appended.Select(a => a.FirstIndex).Distinct().Count());
        var entries = log.ReadEntries(0, 800);
        for (var i = 0; i < 400; i++)
        {
            Assert.Equal(NaiveTree.Entry(i), entries[(int)appended[i].FirstIndex].ToArray());
            Assert.Equal(NaiveTree.Entry(i + 10_000), entries[(int)appended[i].FirstIndex + 1].ToArray());
            var (leaf, checkpoint) = (MerkleTree.LeafHash(NaiveTree.Entry(i)), appended[i].Checkpoint);
            Assert.True(log.InclusionProof(appended[i].FirstIndex, checkpoint.Size).Verify(leaf, checkpoint.Root));
        }

        await log.VerifyAsync();
    }

    [Fact]
    public async Task What_the_caller_does_to_its_array_afterwards_does_not_reach_the_log()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        var mine = new byte[] { 1, 2, 3 };
        await log.AppendAsync([mine]);
        mine[0] = 9;
        Assert.Equal([1, 2, 3], log.ReadEntries(0, 1)[0].ToArray());
    }

    [Fact]
    public async Task Empty_batches_and_long_entries_are_refused()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        foreach (var entries in (ReadOnlyMemory<byte>[][])[[], [new byte[65_536]], [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[65_535], 513)]])
            Assert.Equal(LedgerErrors.EntryRefused, (await Assert.ThrowsAsync<CollabException>(() => log.AppendAsync(entries))).Code);
        Assert.Equal(0, log.Size);
        await log.AppendAsync([ReadOnlyMemory<byte>.Empty]); // an empty entry is an entry
        Assert.Equal(1, log.Size);
    }

    [Fact]
    public async Task A_checkpoint_is_final_when_enough_others_have_cosigned_and_stays_so()
    {
        using var c = new Consortium(4, cosignaturesRequired: 3);
        SignedCheckpoint final;
        using (var log = PartyLog.Open(c.LogFolder(0), c.LogKeys[0], Consortium.Origin(0), c.Policy))
        {
            var first = (await log.AppendAsync(Consortium.Entries(0, 3))).Checkpoint;
            var second = (await log.AppendAsync(Consortium.Entries(3, 3))).Checkpoint;
            log.AddCosignature(second, c.WitnessSigner(0).Sign(second.Note.TextBytes)); // the author's own counts nothing
            log.AddCosignature(second, c.WitnessSigner(1).Sign(second.Note.TextBytes));
            log.AddCosignature(second, c.WitnessSigner(2).Sign(second.Note.TextBytes));
            Assert.Equal(0, log.FinalSize);
            for (var w = 1; w <= 3; w++) log.AddCosignature(first, c.WitnessSigner(w).Sign(first.Note.TextBytes));
            Assert.Equal(3, log.FinalSize);
            final = log.AddCosignature(second, c.WitnessSigner(3).Sign(second.Note.TextBytes));
            Assert.Equal(6, log.FinalSize);
            Assert.True(c.Policy.IsFinal(final));
            log.AddCosignature(first, c.WitnessSigner(1).Sign(first.Note.TextBytes)); // an older one changes nothing
            Assert.Equal(6, log.FinalSize);
        }

        var again = c.OpenLog(0);
        Assert.Equal(final.ToBytes(), again.NewestFinal!.ToBytes());
    }

    [Fact]
    public async Task Cosignatures_of_strangers_and_of_other_texts_are_dropped()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        var first = (await log.AppendAsync(Consortium.Entries(0, 1))).Checkpoint;
        var second = (await log.AppendAsync(Consortium.Entries(1, 1))).Checkpoint;
        using var stranger = SigningKey.Generate(RandomSource.Seeded(9));
        var known = log.AddCosignature(first, NoteSigner.ForWitness("stranger", stranger, c.Clock).Sign(first.Note.TextBytes));
        Assert.Single(known.Note.Signatures);
        Assert.Single(log.AddCosignature(first, c.WitnessSigner(1).Sign(second.Note.TextBytes)).Note.Signatures);
        Assert.Equal(0, log.FinalSize);
    }

    [Fact]
    public async Task A_restored_backup_appends_nothing_until_it_has_what_its_witness_saw()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        var backup = Path.Combine(c.Folder, "backup");
        using (var log = PartyLog.Open(c.LogFolder(0), c.LogKeys[0], Consortium.Origin(0), c.Policy))
        {
            await log.AppendAsync(Consortium.Entries(0, 5));
            witness.AddCheckpoint(Consortium.RequestFor(log, 0));
        }

        CopyFolder(c.LogFolder(0), backup);
        using (var log = PartyLog.Open(c.LogFolder(0), c.LogKeys[0], Consortium.Origin(0), c.Policy))
        {
            await log.AppendAsync(Consortium.Entries(5, 4));
            witness.AddCheckpoint(Consortium.RequestFor(log, 5));
        }

        using var old = PartyLog.Open(backup, c.LogKeys[0], Consortium.Origin(0), c.Policy);
        var replica = witness.ReplicaOf(Consortium.Party(0))!;
        old.RequireAtLeast(replica.Latest!);
        Assert.Equal(LedgerErrors.RolledBack, (await Assert.ThrowsAsync<CollabException>(() => old.AppendAsync(Consortium.Entries(90, 1)))).Code);
        Assert.Equal(5, old.Size);

        Assert.Equal(
            LedgerErrors.Mismatch, Assert.Throws<CollabException>(() => old.Restore(Consortium.Entries(70, 4), replica.Latest!)).Code);
        old.Restore(replica.ReadEntries(5, 9), replica.Latest!);
        old.RequireAtLeast(replica.Latest!);
        Assert.Equal(9, (await old.AppendAsync(Consortium.Entries(9, 1))).FirstIndex);
        Assert.Equal(WitnessStatus.Cosigned, witness.AddCheckpoint(Consortium.RequestFor(old, 9)).Status);
    }

    [Fact]
    public async Task A_backup_that_was_appended_to_finds_itself_forked_and_stops()
    {
        using var c = new Consortium(2);
        var witness = c.FoundWitness(1);
        var log = c.OpenLog(0);
        await log.AppendAsync(Consortium.Entries(0, 5));
        witness.AddCheckpoint(Consortium.RequestFor(log, 0));
        using var other = PartyLog.Open(Path.Combine(c.Folder, "other"), c.LogKeys[0], Consortium.Origin(0), c.Policy);
        await other.AppendAsync(Consortium.Entries(50, 6));
        var seen = witness.ReplicaOf(Consortium.Party(0))!.Latest!;
        Assert.Equal(LedgerErrors.Forked, Assert.Throws<CollabException>(() => other.RequireAtLeast(seen)).Code);
        Assert.Equal(LedgerErrors.Forked, (await Assert.ThrowsAsync<CollabException>(() => other.AppendAsync(Consortium.Entries(0, 1)))).Code);
    }

    [Fact]
    public void A_required_checkpoint_must_be_this_logs_own()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        Assert.Equal(LedgerErrors.Mismatch, Assert.Throws<CollabException>(() => log.RequireAtLeast(c.SignOver(1, "x", "y"))).Code);
        var forged = SignedCheckpoint.Sign(new Checkpoint(Consortium.Origin(0), 9, MerkleTree.EmptyRoot), c.LogSigner(1));
        Assert.Equal(LedgerErrors.Mismatch, Assert.Throws<CollabException>(() => log.RequireAtLeast(forged)).Code);
    }

    [Fact]
    public void A_log_opens_with_its_own_key_alone()
    {
        using var c = new Consortium(2);
        Assert.Throws<ArgumentException>(() => PartyLog.Open(c.LogFolder(0), c.LogKeys[1], Consortium.Origin(0), c.Policy));
        Assert.Throws<ArgumentException>(() => PartyLog.Open(c.LogFolder(0), c.LogKeys[0], "stranger.example/study", c.Policy));
    }

    [Fact]
    public async Task A_closed_log_takes_nothing()
    {
        using var c = new Consortium(2);
        var log = c.OpenLog(0);
        log.Dispose();
        Assert.Equal(LedgerErrors.StorageClosed, (await Assert.ThrowsAsync<CollabException>(() => log.AppendAsync(Consortium.Entries(0, 1)))).Code);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
