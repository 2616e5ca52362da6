using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Incremental;

public sealed class IncrementalStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-psi-").FullName;
    private readonly SecretBytes _key = SecretBytes.Random(32, RandomSource.Seeded(1));

    public static TheoryData<int> Sizes => [0, 1, 255, 256, 257, 1000];

    [Fact]
    public void A_state_is_used_by_one_process_created_once_and_opened_with_its_key_alone()
    {
        var state = IncrementalState.Create(_folder, true, IncrementalPair.Context, _key, RandomSource.Seeded(2));
        Assert.ThrowsAny<IOException>(() => IncrementalState.Open(_folder, _key));
        state.Dispose();
        Assert.ThrowsAny<IOException>(() => IncrementalState.Create(_folder, true, IncrementalPair.Context, _key, RandomSource.Seeded(2)));
        using var other = SecretBytes.Random(32, RandomSource.Seeded(3));
        Assert.Equal("psi.state-unusable", Assert.Throws<IncrementalStateException>(() => IncrementalState.Open(_folder, other)).Code.Name);
        Assert.Throws<IncrementalStateException>(() => IncrementalState.Open(Path.Combine(_folder, ".."), _key));
        using var again = IncrementalState.Open(_folder, _key);
        Assert.Equal((IncrementalPair.Context, 0, true), (again.Context, again.Version, again.IsReceiver));
    }

    [Fact]
    public void Every_changed_byte_of_the_state_is_found()
    {
        IncrementalState.Create(_folder, true, IncrementalPair.Context, _key, RandomSource.Seeded(2)).Dispose();
        var path = Path.Combine(_folder, "state");
        var content = File.ReadAllBytes(path);
        for (var i = 0; i < content.Length; i++)
        {
            content[i] ^= 1;
            File.WriteAllBytes(path, content);
            Assert.Throws<IncrementalStateException>(() => IncrementalState.Open(_folder, _key));
            content[i] ^= 1;
        }

        File.WriteAllBytes(path, content[..^1]);
        Assert.Throws<IncrementalStateException>(() => IncrementalState.Open(_folder, _key));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_run_finds_what_was_written_and_nothing_else(int count)
    {
        Write("run", count, 16);
        using var run = SortedRun.Open(_folder, "run", 16);
        UInt128[] keys = [.. Enumerable.Range(0, 3 * count + 3).Select(i => (UInt128)(uint)i)];
        var found = new UInt128?[keys.Length];
        run.Find(keys, (i, value) => found[i] = value);
        for (var i = 0; i < keys.Length; i++) Assert.Equal(i % 3 == 1 && i < 3 * count ? (UInt128)(uint)i * 5 : (UInt128?)null, found[i]);
        Assert.Equal(Enumerable.Range(0, count).Select(i => ((UInt128)(uint)(3 * i + 1), (UInt128)(uint)(3 * i + 1) * 5)), run.Read());
    }

    [Fact]
    public void A_changed_or_cut_run_is_found()
    {
        Write("run", 300, 0);
        var path = Path.Combine(_folder, "run");
        var content = File.ReadAllBytes(path);
        for (var i = 0; i < content.Length; i++)
        {
            if (i is >= 28 and < 32) continue;                                          // reserved
            content[i] ^= 1;
            File.WriteAllBytes(path, content);
            Assert.Throws<IncrementalStateException>(() =>
            {
                using var run = SortedRun.Open(_folder, "run", 0);
                foreach (var _ in run.Read()) { }
            });
            content[i] ^= 1;
        }

        File.WriteAllBytes(path, content[..^1]);
        Assert.Throws<IncrementalStateException>(() => SortedRun.Open(_folder, "run", 0));
        Assert.Throws<IncrementalStateException>(() => SortedRun.Open(_folder, "none", 0));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void A_store_of_many_layers_is_a_map(int seed)
    {
        var random = new Random(seed);
        var map = new SortedDictionary<UInt128, UInt128>();
        IReadOnlyList<Segment> segments = [];
        for (var round = 0; round < 60; round++)
        {
            var puts = Enumerable.Range(0, random.Next(40)).Select(_ => (UInt128)(uint)random.Next(500)).Distinct().Order()
                .Select(key => (key, (UInt128)(uint)random.Next())).ToArray();
            UInt128[] removals = [.. map.Keys.Where(_ => random.Next(round % 10 == 9 ? 2 : 15) == 0)];
            using var store = new RecordStore(_folder, "store", 16, segments);
            segments = store.Extend(puts, removals);
            foreach (var key in removals) map.Remove(key);
            foreach (var (key, value) in puts) map[key] = value;

            using var next = new RecordStore(_folder, "store", 16, segments);
            Assert.Equal(map.Select(pair => (pair.Key, pair.Value)), next.Read());
            UInt128[] asked = [.. Enumerable.Range(0, 500).Select(i => (UInt128)(uint)i)];
            var values = new UInt128[asked.Length];
            var found = next.Find(asked, values);
            Assert.All(asked, key => Assert.Equal(map.TryGetValue(key, out var value) ? (true, value) : (false, default), (found[(int)key], values[(int)key])));
            for (var i = 1; i < segments.Count; i++) Assert.True(segments[i - 1].Size > 2 * segments[i].Size); // so few layers
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(string name, int count, int valueSize)
    {
        using var writer = new SortedRunWriter(_folder, name, valueSize);
        for (var i = 0; i < count; i++) writer.Append((UInt128)(uint)(3 * i + 1), (UInt128)(uint)(3 * i + 1) * 5);
        writer.Finish();
    }
}
