using Collab.Cryptography.SealedFiles;
using Collab.Data;
using Collab.Data.Keys;
using Collab.Engine.Streaming;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Runs;

/// <summary>Keys on the disk: what the rules for repeated and blank keys say is the same as in memory, and nothing of them lies there in clear.</summary>
public sealed class SpilledKeysTests : IDisposable
{
    private static readonly Digest Run = Plans.DigestOf("run");

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-spill").FullName;
    private readonly MemoryStore _store = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(DuplicateKeys.First, KeyProblem.Skip)]
    [InlineData(DuplicateKeys.All, KeyProblem.Skip)]
    [InlineData(DuplicateKeys.Refuse, KeyProblem.Skip)]
    [InlineData(DuplicateKeys.First, KeyProblem.Fail)]
    public async Task Counts_and_refusals_are_those_of_keys_in_memory(DuplicateKeys duplicate, KeyProblem blank)
    {
        var rule = KeyRule.Default with { Duplicate = duplicate, Blank = blank };
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(40) is > 0 and var i ? $"Key{i * (duplicate == DuplicateKeys.Refuse ? 1000 : 1) + random.Next(duplicate == DuplicateKeys.Refuse ? 100 : 1)}" : " ").ToArray();
            var plain = await Outcome(async () =>
            {
                var read = await KeyedRowReader.ReadAsync(Batches(rows), [["a"], ["a", "b"]], rule);
                return $"{read.RowCount}: {string.Join(' ', read.CountOf)}";
            });
            var spilled = await Outcome(async () =>
            {
                using var spill = RunSpill.Open(_store, _folder, Run, RandomSource.System);
                var (count, counts) = await SpilledKeys.ReadAsync(spill, Run, Batches(rows), [["a"], ["a", "b"]], rule, keepsKeys: true, CancellationToken.None);
                return $"{count}: {string.Join(' ', counts)}";
            });
            Assert.Equal(plain, spilled);
        }
    }

    [Fact]
    public async Task Nothing_lies_on_the_disk_in_clear_and_nothing_is_left_when_the_run_is_forgotten()
    {
        using (var spill = RunSpill.Open(_store, _folder, Run, RandomSource.System))
            await SpilledKeys.ReadAsync(spill, Run, Batches(["only-this-key", "only-this-key"]), [["a"]], KeyRule.Default, keepsKeys: true, CancellationToken.None);
        var files = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => Path.GetFileName(file) == SpilledKeys.KeysFile);
        Assert.All(files, file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("only-this-key"u8) < 0));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        RunSpill.ForgetAllBut(_store, _folder, []);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        Assert.Empty(_store.List("run/"));
    }

    [Fact]
    public void A_sealed_file_that_was_changed_cut_within_a_block_or_is_another_is_not_read()
    {
        using var key = SecretBytes.Random(32, RandomSource.System);
        var path = Path.Combine(_folder, "file");
        using (var file = new SealedFileWriter(path, key))
        {
            file.Write("one"u8);
            file.Write(""u8);
            file.Write("three"u8);
        }

        Assert.Equal(["one", "", "three"], Blocks(path));
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(Path.Combine(_folder, "other"), bytes);
        Assert.Throws<IOException>(() => Blocks(Path.Combine(_folder, "other")));
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            File.WriteAllBytes(path, changed);
            Assert.ThrowsAny<IOException>(() => Blocks(path));
        }

        File.WriteAllBytes(path, bytes[..^1]);
        Assert.ThrowsAny<IOException>(() => Blocks(path));

        List<string> Blocks(string from)
        {
            var blocks = new List<string>();
            using var file = new SealedFileReader(from, key);
            while (file.TryRead(out var block)) blocks.Add(System.Text.Encoding.UTF8.GetString(block.Span));
            return blocks;
        }
    }

    private static async Task<string> Outcome(Func<Task<string>> read)
    {
        try
        {
            return await read();
        }
        catch (SourceException e)
        {
            return $"{e.Code} {e.Message}";
        }
    }

    private static async IAsyncEnumerable<ColumnBatch> Batches(string[] rows)
    {
        for (var start = 0; start < rows.Length; start += 7)
        {
            var size = Math.Min(7, rows.Length - start);
            var values = rows.Skip(start).Take(size).ToArray();
            yield return new ColumnBatch(start + 1, size,
            [
                new TextColumn(new ColumnSchema("a", ColumnType.Text, 0), values),
                new TextColumn(new ColumnSchema("b", ColumnType.Text, 0), [.. values.Select((value, i) => i % 3 == 0 ? "" : value)]),
            ]);
            await Task.Yield();
        }
    }
}
