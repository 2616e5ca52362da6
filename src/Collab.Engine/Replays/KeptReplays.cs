using Collab.Cryptography;
using Collab.Cryptography.SealedFiles;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>The recordings that a node keeps for replays: a sealed file for each run, and in the store its key, the seed and what opens the commitment to both.</summary>
/// <remarks>
/// Store: <c>replay/RUN</c>, encrypted by the store. Forgetting a run removes the key first, without which the file says nothing. A run that was not committed
/// leaves nothing; what is older than <see cref="Lifetime"/> goes when the node starts or records again (protocols/specs/replay.md, "Retention").
/// </remarks>
/// <param name="store">What must outlive the node.</param>
/// <param name="folder">Where the files lie.</param>
/// <param name="clock">The clock.</param>
public sealed class KeptReplays(IJobStore store, string folder, TimeProvider clock)
{
    /// <summary>How long a recording is kept when nobody forgets it before.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    private const byte Version = 1;
    private const int SecretBytesSize = 32;
    private const string Prefix = "replay/";

    /// <summary>The runs whose recording is whole, with its size on the disk in bytes and the moment it was ended.</summary>
    public IReadOnlyList<(Digest Run, long Size, DateTimeOffset Ended)> All =>
        [.. from key in store.List(Prefix) let run = Digest.Parse(key[Prefix.Length..]) let kept = Find(run) where kept?.Ended is not null select (run, new FileInfo(PathOf(run)).Length, kept.Ended!.Value)];

    /// <summary>Whether anything of a run is here.</summary>
    public bool Has(Digest run) => store.Get(NameOf(run)) is not null;

    /// <summary>Forgets a run for good.</summary>
    public void Forget(Digest run)
    {
        store.Remove(NameOf(run));
        if (File.Exists(PathOf(run))) File.Delete(PathOf(run));
    }

    /// <summary>Forgets what was kept long enough, and what belongs to no run that is under way or committed.</summary>
    /// <param name="underWay">The runs that have begun and are not settled.</param>
    public void ForgetOld(IReadOnlyCollection<Digest> underWay)
    {
        foreach (var run in store.List(Prefix).Select(key => Digest.Parse(key[Prefix.Length..])).Where(run => !underWay.Contains(run)).ToList())
        {
            if (Find(run) is not { Ended: { } ended } || ended + Lifetime < clock.GetUtcNow()) Forget(run);
        }
    }

    /// <summary>The package of a run, which opens all of it (protocols/specs/replay.md, "Package"), in pieces, each valid until the next is asked for.</summary>
    /// <exception cref="CollabException"><see cref="ReplayErrors.NotKept"/>, <see cref="ReplayErrors.DiskFailed"/>; thrown while the pieces are taken.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Open(Digest run)
    {
        if (Find(run) is not { Opening: { } opening } kept) throw new CollabException(ReplayErrors.NotKept, $"No recording of run {run.Short} is kept here.");
        return ReplayPackage.Write(kept.Seed, opening, Blocks(run, kept.Key));
    }

    /// <summary>Begins to record an attempt: with a fresh seed, a fresh key and a new file; nothing of an earlier one is used.</summary>
    internal ReplayRecorder Begin(ReplayBlock.Head head, RandomSource random)
    {
        Forget(head.Run);
        var (key, seed) = (random.Bytes(SecretBytesSize), random.Bytes(SeedStream.SeedSize));
        store.Put(NameOf(head.Run), new Kept(key, seed, null, null).Encode());
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            using var fileKey = SecretBytes.Take(key);
            return new ReplayRecorder(PathOf(head.Run), fileKey, SecretBytes.Take(seed), head);
        }
        catch (IOException e)
        {
            throw new CollabException(ReplayErrors.DiskFailed, $"The disk of {head.Party} did not take the recording.", head.Party, inner: e);
        }
    }

    /// <summary>Ends a recording and commits to it and to its seed; what opens the commitment stays here.</summary>
    internal CommitmentReference Finish(Digest run, ReplayRecorder recorder, RandomSource random, CommitmentAlgorithm algorithm)
    {
        var kept = Find(run)!;
        var (commitment, opening) = Commitment.Commit(ReplayPackage.CommitmentDomain, ReplayPackage.Committed(kept.Seed, recorder.Finish()), random, algorithm);
        store.Put(NameOf(run), (kept with { Opening = opening, Ended = clock.GetUtcNow() }).Encode());
        return new CommitmentReference((byte)commitment.Algorithm, commitment.Value);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Blocks(Digest run, byte[] fileKey)
    {
        using var key = SecretBytes.Take(fileKey);
        using var file = OnDisk(run, () => new SealedFileReader(PathOf(run), key));
        while (OnDisk(run, () => file.TryRead(out var block) ? (ReadOnlyMemory<byte>?)block : null) is { } found) yield return found;
    }

    private static T OnDisk<T>(Digest run, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IOException e)
        {
            throw new CollabException(ReplayErrors.DiskFailed, $"The recording of run {run.Short} cannot be read.", inner: e);
        }
    }

    private Kept? Find(Digest run) => store.Get(NameOf(run)) is { } bytes ? Kept.Decode(bytes) : null;

    private static string NameOf(Digest run) => $"{Prefix}{run}";

    private string PathOf(Digest run) => Path.Combine(folder, run.ToString());

    private sealed record Kept(byte[] Key, byte[] Seed, CommitmentOpening? Opening, DateTimeOffset? Ended)
    {
        public byte[] Encode() => new CanonicalWriter().Byte(Version).Raw(Key).Raw(Seed)
            .Optional(Opening, (w, opening) => opening.EncodeSecret(w)).Time(Ended ?? DateTimeOffset.UnixEpoch).ToArray();

        public static Kept Decode(ReadOnlySpan<byte> bytes)
        {
            var reader = new CanonicalReader(bytes);
            if (reader.Byte() != Version) throw new MalformedException("version 1 of a kept recording");
            var (key, seed, opening, ended) = (
                reader.Raw(SecretBytesSize).ToArray(), reader.Raw(SeedStream.SeedSize).ToArray(),
                reader.Optional((ref r) => CommitmentOpening.Decode(ref r)), reader.Time());
            reader.End();
            return new Kept(key, seed, opening, opening is null ? null : ended);
        }
    }
}
