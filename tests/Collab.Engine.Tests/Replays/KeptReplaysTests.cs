using Collab.Cryptography;
using Collab.Engine.Replays;
using Collab.Engine.Tests.Support;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Replays;

/// <summary>What a node keeps of runs for replays: fresh for each attempt, whole or not at all, and gone for good when it is forgotten.</summary>
public sealed class KeptReplaysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-kept").FullName;
    private readonly MemoryStore _store = new();
    private readonly ManualTime _clock = new();
    private readonly KeptReplays _kept;

    public KeptReplaysTests() => _kept = new KeptReplays(_store, Path.Combine(_folder, "replays"), _clock);

    [Fact]
    public void An_attempt_never_draws_what_an_earlier_one_drew()
    {
        byte[] first, second;
        using (var recorder = _kept.Begin(HeadOf("run"), RandomSource.System)) first = recorder.Random.Bytes(32);
        using (var recorder = _kept.Begin(HeadOf("run"), RandomSource.System)) second = recorder.Random.Bytes(32);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_recording_that_was_not_ended_opens_nothing()
    {
        using (_kept.Begin(HeadOf("run"), RandomSource.System)) Assert.Throws<CollabException>(() => _kept.Open(Plans.DigestOf("run")).Count());
        Assert.Empty(_kept.All);
        _kept.ForgetOld([Plans.DigestOf("run")]);
        Assert.True(_kept.Has(Plans.DigestOf("run"))); // it is under way
        _kept.ForgetOld([]);
        Assert.False(_kept.Has(Plans.DigestOf("run")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "replays")));
    }

    [Fact]
    public void What_is_ended_is_kept_for_its_time_and_forgotten_with_its_key()
    {
        foreach (var name in new[] { "one", "two" }) Record(name);
        Assert.Equal(2, _kept.All.Count);
        Assert.True(_kept.Open(Plans.DigestOf("one")).Sum(piece => piece.Length) > 0);

        _kept.Forget(Plans.DigestOf("one"));
        Assert.Equal(ReplayErrors.NotKept, Assert.Throws<CollabException>(() => _kept.Open(Plans.DigestOf("one"))).Code);
        Assert.Equal(Plans.DigestOf("two"), Assert.Single(_kept.All).Run);

        _clock.Advance(KeptReplays.Lifetime);
        _kept.ForgetOld([]);
        Assert.Single(_kept.All);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _kept.ForgetOld([]);
        Assert.Empty(_kept.All);
        Assert.Empty(_store.List(""));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "replays")));
    }

    [Fact]
    public void A_file_that_was_cut_or_changed_is_the_disks_fault_and_not_a_package()
    {
        Record("run");
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "replays")));
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(ReplayErrors.DiskFailed, Assert.Throws<CollabException>(() => _kept.Open(Plans.DigestOf("run")).Count()).Code);
        File.Delete(file);
        Assert.Equal(ReplayErrors.DiskFailed, Assert.Throws<CollabException>(() => _kept.Open(Plans.DigestOf("run")).Count()).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Record(string name)
    {
        using var recorder = _kept.Begin(HeadOf(name), RandomSource.System);
        _kept.Finish(Plans.DigestOf(name), recorder, RandomSource.System, CommitmentAlgorithm.SaltedSha256);
    }

    private static ReplayBlock.Head HeadOf(string name) => new(Plans.DigestOf("job"), Plans.DigestOf(name), Plans.Al, "test", CommitmentAlgorithm.SaltedSha256, 4);
}
