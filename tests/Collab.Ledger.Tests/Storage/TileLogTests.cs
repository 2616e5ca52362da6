using Collab.Cryptography.Signatures;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Storage;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests.Storage;

/// <summary>The log on disk: what was acknowledged is there after every crash, and what is there is what was written.</summary>
public sealed class TileLogTests : IDisposable
{
    private const string Origin = "a.example/log";

    private readonly string _root = Directory.CreateTempSubdirectory("collab-tilelog").FullName;
    private readonly SigningKey _key = SigningKey.Generate(RandomSource.Seeded(1));

    private string Folder => Path.Combine(_root, "log");

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void A_log_across_many_seals_gives_the_roots_proofs_and_entries_of_a_tree_in_memory()
    {
        var tree = new MemoryTree();
        using (var log = Open(Folder, sealAfter: 2))
            for (var at = 0; at < 3000; at += 37)
                AppendBoth(log, tree, at, 37);
        using (var log = Open(Folder, sealAfter: 2)) // and the same after opening again, and growing further
        {
            AppendBoth(log, tree, (int)log.Size, 500);
            Assert.Equal(tree.Size, log.Size);
            Assert.Equal(tree.Root, log.Latest!.Root);
            foreach (var size in (long[])[1, 255, 256, 257, 512, 1000, 2560, log.Size])
            {
                Assert.Equal(tree.RootAt(size), log.RootAt(size));
                Assert.Equal(tree.ProveConsistency(size, log.Size).Path, log.ProveConsistency(size, log.Size).Path);
                Assert.Equal(tree.ProveInclusion(size - 1, size).Path, log.ProveInclusion(size - 1, size).Path);
                Assert.Equal(tree.ProveInclusion(size / 2, log.Size).Path, log.ProveInclusion(size / 2, log.Size).Path);
            }

            var entries = log.ReadEntries(100, log.Size);
            for (var i = 0; i < entries.Count; i++) Assert.Equal(NaiveTree.Entry(100 + i), entries[i].ToArray());
            log.Verify(default);
        }
    }

    [Fact]
    public void A_tree_of_three_tile_levels_gives_the_roots_and_proofs_of_a_tree_in_memory()
    {
        var tree = new MemoryTree();
        using (var log = Open(Folder, sealAfter: 8)) AppendBoth(log, tree, 0, 65_536 + 300);
        using (var log = Open(Folder, sealAfter: 8))
        {
            AppendBoth(log, tree, (int)log.Size, 300);
            foreach (var size in (long[])[256, 65_535, 65_536, 65_537, log.Size])
            {
                Assert.Equal(tree.RootAt(size), log.RootAt(size));
                Assert.True(log.ProveInclusion(77, size).Verify(MerkleTree.LeafHash(NaiveTree.Entry(77)), tree.RootAt(size)) || size <= 77);
            }

            Assert.Equal(32, log.ReadTile(2, 0, 1)!.Length);
            log.Verify(default);
        }

        Assert.True(File.Exists(Path.Combine(Folder, "tile/0/255")) && File.Exists(Path.Combine(Folder, "tile/1/000")));
    }

    [Fact]
    public void Tiles_are_where_and_what_tlog_tiles_says()
    {
        Assert.Equal("tile/0/x001/x234/067", Tile.Path(0, 1_234_067));
        Assert.Equal("tile/entries/000", Tile.EntriesPath(0));
        Assert.Equal("tile/2/x001/000", Tile.Path(2, 1000));
        using var log = Open(Folder, sealAfter: 1);
        var tree = new MemoryTree();
        AppendBoth(log, tree, 0, 600);
        var tile = File.ReadAllBytes(Path.Combine(Folder, "tile/0/001"));
        Assert.Equal(8192, tile.Length);
        Assert.Equal(tile, log.ReadTile(0, 1, 256));
        Assert.Equal(MerkleTree.LeafHash(NaiveTree.Entry(256)).ToArray(), tile[..32]);
        Assert.Equal(2 * 32, log.ReadTile(1, 0, 2)!.Length); // 600 entries: two full tiles, and a partial one of 88 hashes
        Assert.Equal(88 * 32, log.ReadTile(0, 2, 88)!.Length);
        Assert.Null(log.ReadTile(0, 2, 89));
        Assert.Null(log.ReadTile(2, 0, 1));
        Assert.Null(log.ReadTile(0, long.MaxValue, 1));
        Assert.Equal([0, 5, .. NaiveTree.Entry(0)], File.ReadAllBytes(Path.Combine(Folder, "tile/entries/000"))[..7]);
    }

    [Fact]
    public void Entries_of_every_size_up_to_the_largest_come_back_and_larger_ones_are_refused()
    {
        using var log = Open(Folder);
        var entries = ((int[])[0, 1, 255, 256, 65_535]).Select(size => (ReadOnlyMemory<byte>)RandomSource.Seeded(size).Bytes(size)).ToList();
        Append(log, entries);
        Assert.Equal(entries.Select(e => e.ToArray()), log.ReadEntries(0, 5).Select(e => e.ToArray()));
        Assert.Equal(LedgerErrors.EntryRefused, Assert.Throws<CollabException>(() => Append(log, [new byte[65_536]])).Code);
        Append(log, [new byte[1]]); // the refusal did no harm
        Assert.Equal(6, log.Size);
    }

    [Fact]
    public void A_crash_at_any_step_keeps_what_was_acknowledged_and_nothing_half()
    {
        var pictures = new List<(string Folder, long Acknowledged, long Offered, string Step)>();
        var (acknowledged, offered) = (0L, 0L);
        var files = new FaultyFiles();
        void Take(int step, string name)
        {
            var copy = Path.Combine(_root, $"crash-{pictures.Count}");
            if (!Directory.Exists(Folder)) return;
            CopyFolder(Folder, copy);
            pictures.Add((copy, acknowledged, offered, $"{name} {step}"));
        }

        files.Before = Take;
        files.After = Take;
        using (var log = TileLog.Open(Folder, Origin, Author, files, sealAfterBundles: 1))
            foreach (var count in (int[])[1, 3, 200, 60, 1, 300, 5]) // seals on the way
            {
                offered += count;
                Append(log, Consortium.Entries((int)log.Size, count));
                acknowledged = offered;
                log.RecordFinal(log.Latest!);
            }

        Assert.True(pictures.Count > 100, $"{pictures.Count}");
        foreach (var (folder, least, most, step) in pictures)
        {
            using var log = Open(folder, sealAfter: 1);
            Assert.True(log.Size == least || log.Size == most, $"{step}: {log.Size} entries, {least} acknowledged, {most} offered");
            AssertWhole(log);
            Append(log, Consortium.Entries((int)log.Size, 1)); // and it goes on
            AssertWhole(log);
        }
    }

    [Fact]
    public void A_write_that_fails_at_any_step_is_reported_closes_the_log_and_loses_nothing()
    {
        var steps = CountSteps();
        for (var failing = 1; failing <= steps; failing++)
            foreach (var half in (bool[])[false, true])
            {
                var folder = Path.Combine(_root, $"fail-{failing}-{half}");
                var files = new FaultyFiles { HalfWrite = half ? failing : null };
                if (!half) files.Before = (step, _) => { if (step == failing) throw new IOException("Input/output error"); };
                var acknowledged = 0L;
                var failed = false;
                try
                {
                    using var log = TileLog.Open(folder, Origin, Author, files, sealAfterBundles: 1);
                    acknowledged = Workload(log, ref acknowledged);
                }
                catch (CollabException fault)
                {
                    Assert.Equal(LedgerErrors.StorageFailed, fault.Code);
                    failed = true;
                }

                Assert.Equal(failed, !half || files.Steps == failing); // a step that writes nothing has no half
                using var again = Open(folder, sealAfter: 1);
                Assert.True(again.Size >= acknowledged, $"step {failing}: {again.Size} of {acknowledged}");
                AssertWhole(again);
                Append(again, Consortium.Entries((int)again.Size, 1));
            }
    }

    [Fact]
    public void After_a_failed_write_nothing_more_is_taken_until_it_is_opened_again()
    {
        var files = new FaultyFiles();
        using var log = TileLog.Open(Folder, Origin, Author, files);
        Append(log, Consortium.Entries(0, 10));
        files.Before = (_, name) => { if (name == "sync") throw new IOException("Input/output error"); };
        Assert.Equal(LedgerErrors.StorageFailed, Assert.Throws<CollabException>(() => Append(log, Consortium.Entries(10, 5))).Code);
        files.Before = null;
        Assert.Equal(LedgerErrors.StorageClosed, Assert.Throws<CollabException>(() => Append(log, Consortium.Entries(10, 5))).Code);
        Assert.Equal(10, log.Size);
        AssertWhole(log); // what was acknowledged is still served
    }

    [Fact]
    public void A_tail_cut_at_any_byte_after_the_last_acknowledged_one_is_dropped()
    {
        using (var log = Open(Folder)) Append(log, Consortium.Entries(0, 3));
        var mark = File.ReadAllBytes(Path.Combine(Folder, "acknowledged"));
        var kept = new FileInfo(Path.Combine(Folder, "journal")).Length;
        using (var log = Open(Folder)) Append(log, Consortium.Entries(3, 2));
        var journal = File.ReadAllBytes(Path.Combine(Folder, "journal"));
        File.WriteAllBytes(Path.Combine(Folder, "acknowledged"), mark); // the crash came before the answer
        var picture = Path.Combine(_root, "torn");
        for (var length = kept; length <= journal.Length; length++)
        {
            CopyFolder(Folder, picture);
            File.WriteAllBytes(Path.Combine(picture, "journal"), journal[..(int)length]);
            using (var log = Open(picture))
            {
                Assert.Equal(length == journal.Length ? 5 : 3, log.Size);
                AssertWhole(log);
            }

            Directory.Delete(picture, recursive: true);
        }
    }

    [Fact]
    public void A_tail_whose_pages_never_reached_the_disk_is_dropped()
    {
        using (var log = Open(Folder)) Append(log, Consortium.Entries(0, 3));
        var mark = File.ReadAllBytes(Path.Combine(Folder, "acknowledged"));
        var kept = (int)new FileInfo(Path.Combine(Folder, "journal")).Length;
        using (var log = Open(Folder)) Append(log, Consortium.Entries(3, 50));
        File.WriteAllBytes(Path.Combine(Folder, "acknowledged"), mark);
        var journal = File.ReadAllBytes(Path.Combine(Folder, "journal"));
        journal.AsSpan(kept + 40, 100).Clear(); // the length was recorded, the content was not
        File.WriteAllBytes(Path.Combine(Folder, "journal"), journal);
        using var again = Open(Folder);
        Assert.Equal(3, again.Size);
        AssertWhole(again);
    }

    [Fact]
    public void An_acknowledged_journal_cut_at_any_byte_is_damage_never_a_shorter_log()
    {
        using (var log = Open(Folder, sealAfter: 1)) AppendBoth(log, new MemoryTree(), 0, 260);
        var journal = File.ReadAllBytes(Path.Combine(Folder, "journal"));
        for (var length = 0; length < journal.Length; length++)
        {
            File.WriteAllBytes(Path.Combine(Folder, "journal"), journal[..length]);
            AssertDamaged(() => Open(Folder).Dispose());
        }
    }

    [Fact]
    public void Every_flipped_bit_of_the_journal_and_the_mark_is_found_at_open()
    {
        using (var log = Open(Folder, sealAfter: 1))
        {
            AppendBoth(log, new MemoryTree(), 0, 258);
            log.RecordFinal(log.Latest!);
            Append(log, Consortium.Entries(258, 2));
        }

        foreach (var name in (string[])["journal", "acknowledged"])
        {
            var path = Path.Combine(Folder, name);
            var whole = File.ReadAllBytes(path);
            for (var at = 0; at < whole.Length; at++)
            {
                var broken = whole.ToArray();
                broken[at] ^= (byte)(1 << (at % 8));
                File.WriteAllBytes(path, broken);
                AssertDamaged(() => Open(Folder).Dispose());
            }

            File.WriteAllBytes(path, whole);
        }

        using var healthy = Open(Folder);
        AssertWhole(healthy);
    }

    [Fact]
    public void A_flipped_bit_in_a_record_before_the_last_is_found_even_when_the_mark_is_old()
    {
        using (var log = Open(Folder)) Append(log, Consortium.Entries(0, 3));
        var mark = File.ReadAllBytes(Path.Combine(Folder, "acknowledged"));
        var start = (int)new FileInfo(Path.Combine(Folder, "journal")).Length;
        using (var log = Open(Folder))
        {
            Append(log, Consortium.Entries(3, 3));
            Append(log, Consortium.Entries(6, 3));
        }

        File.WriteAllBytes(Path.Combine(Folder, "acknowledged"), mark);
        var journal = File.ReadAllBytes(Path.Combine(Folder, "journal"));
        journal[start + 25] ^= 4;
        File.WriteAllBytes(Path.Combine(Folder, "journal"), journal);
        AssertDamaged(() => Open(Folder).Dispose());
    }

    [Fact]
    public void A_flipped_bit_in_any_tile_or_bundle_is_found_by_verify_and_never_served()
    {
        using (var log = Open(Folder, sealAfter: 1)) AppendBoth(log, new MemoryTree(), 0, 1030);
        var paths = Directory.GetFiles(Path.Combine(Folder, "tile"), "*", SearchOption.AllDirectories);
        Assert.Equal(8, paths.Length); // four bundles, four tiles of leaves
        var places = 0;
        foreach (var path in paths)
        {
            var whole = File.ReadAllBytes(path);
            for (var at = 0; at < whole.Length; at += 61, places++)
            {
                var broken = whole.ToArray();
                broken[at] ^= (byte)(1 << (at % 8));
                File.WriteAllBytes(path, broken);
                using var log = Open(Folder);
                AssertDamaged(() => log.Verify(default));
                if (path.Contains("entries")) AssertDamaged(() => log.ReadEntries(0, log.Size));
                else AssertDamaged(() => { for (var i = 0; i < 1024; i += 256) log.ProveInclusion(i, log.Size); });
            }

            File.Delete(path);
            using (var log = Open(Folder)) AssertDamaged(() => log.Verify(default));
            File.WriteAllBytes(path, [.. whole, 0]);
            using (var log = Open(Folder)) AssertDamaged(() => log.Verify(default));
            File.WriteAllBytes(path, whole);
        }

        Assert.True(places > 500, $"{places}");
        using var healthy = Open(Folder);
        healthy.Verify(default);
    }

    [Theory, InlineData("journal"), InlineData("acknowledged")]
    public void A_missing_file_is_damage_never_an_empty_log(string name)
    {
        using (var log = Open(Folder)) Append(log, Consortium.Entries(0, 3));
        File.Delete(Path.Combine(Folder, name));
        AssertDamaged(() => Open(Folder).Dispose());
    }

    [Fact]
    public void An_old_journal_beside_newer_tiles_is_damage()
    {
        using (var log = Open(Folder, sealAfter: 1)) Append(log, Consortium.Entries(0, 3));
        var old = File.ReadAllBytes(Path.Combine(Folder, "journal"));
        using (var log = Open(Folder, sealAfter: 1)) Append(log, Consortium.Entries(3, 300));
        File.WriteAllBytes(Path.Combine(Folder, "journal"), old);
        AssertDamaged(() => Open(Folder).Dispose());
    }

    [Fact]
    public void A_journal_of_another_log_or_key_is_refused()
    {
        using (var log = Open(Folder)) Append(log, Consortium.Entries(0, 3));
        using var stranger = SigningKey.Generate(RandomSource.Seeded(2));
        AssertDamaged(() => TileLog.Open(Folder, Origin, new NoteVerifier(Origin, NoteAlgorithm.Ed25519, stranger.PublicKey)).Dispose());
        AssertDamaged(() => TileLog.Open(Folder, "b.example/log", Author).Dispose());
    }

    [Fact]
    public void Two_openings_at_once_are_refused()
    {
        using var log = Open(Folder);
        Assert.Equal(LedgerErrors.InUse, Assert.Throws<CollabException>(() => Open(Folder)).Code);
    }

    [Fact]
    public void Reading_beyond_the_log_is_refused()
    {
        using var log = Open(Folder);
        Append(log, Consortium.Entries(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ReadEntries(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveInclusion(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveInclusion(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveConsistency(1, 4));
    }

    [Fact]
    public void The_root_with_more_entries_is_the_root_after_them()
    {
        using var log = Open(Folder, sealAfter: 1);
        for (var at = 0; at < 700; at += 1 + (at / 3))
        {
            var more = Consortium.Entries((int)log.Size, 1 + (at / 3));
            var foretold = log.RootWith(more);
            Assert.Equal(foretold, Append(log, more).Root);
        }
    }

    private NoteVerifier Author => new(Origin, NoteAlgorithm.Ed25519, _key.PublicKey);

    private TileLog Open(string folder, int sealAfter = 64) => TileLog.Open(folder, Origin, Author, sealAfterBundles: sealAfter);

    private SignedCheckpoint Append(TileLog log, IReadOnlyList<ReadOnlyMemory<byte>> entries) => log.Append(
        entries, (size, root) => SignedCheckpoint.Sign(new Checkpoint(Origin, size, root), NoteSigner.ForLog(Origin, _key)));

    private void AppendBoth(TileLog log, MemoryTree tree, int from, int count)
    {
        var entries = Consortium.Entries(from, count);
        foreach (var entry in entries) tree.Add(entry.Span);
        Assert.Equal(tree.Root, Append(log, entries).Root);
    }

    private long Workload(TileLog log, ref long acknowledged)
    {
        foreach (var count in (int[])[2, 250, 5, 260])
        {
            Append(log, Consortium.Entries((int)log.Size, count));
            acknowledged = log.Size;
        }

        log.RecordFinal(log.Latest!);
        return acknowledged;
    }

    private int CountSteps()
    {
        var files = new FaultyFiles();
        var acknowledged = 0L;
        using var log = TileLog.Open(Path.Combine(_root, "count"), Origin, Author, files, sealAfterBundles: 1);
        Workload(log, ref acknowledged);
        return files.Steps;
    }

    // Every entry is the one that was offered at its place, under a signed root.
    private void AssertWhole(TileLog log)
    {
        log.Verify(default);
        var entries = log.ReadEntries(0, log.Size);
        for (var i = 0; i < entries.Count; i++) Assert.Equal(NaiveTree.Entry(i), entries[i].ToArray());
        Assert.Equal(log.Size, log.Latest?.Size ?? 0);
        if (log.Latest is { } latest) Assert.True(Author.HasSigned(latest.Note) && latest.Root == log.RootAt(log.Size));
    }

    private static void AssertDamaged(Action action) =>
        Assert.Equal(LedgerErrors.StorageDamaged, Assert.Throws<CollabException>(action).Code);

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(file) == "lock") continue; // held, and not part of the state
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }
}
