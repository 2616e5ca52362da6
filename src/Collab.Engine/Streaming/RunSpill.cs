using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Streaming;

/// <summary>What a streamed run of this party keeps on its disk from one attempt to the next: a folder of sealed files, and in the store their key.</summary>
/// <remarks>
/// Store: <c>run/RUN/spill</c>, encrypted by the store: the key, the attempts so far, and once all rows were read what was read. The folder
/// is <c>RUN</c> under the host's spill folder. Both go when the run is settled (protocols/specs/run.md, "Going on after an interruption").
/// </remarks>
public sealed class RunSpill : IDisposable
{
    private const byte Version = 1;

    private readonly IJobStore _store;
    private readonly Digest _run;
    private uint _attempts;

    private RunSpill(IJobStore store, string root, Digest run, SecretBytes key) =>
        (_store, Folder, _run, Key) = (store, Path.Combine(root, run.ToString()), run, key);

    /// <summary>The folder; it may not be there yet.</summary>
    public string Folder { get; }

    /// <summary>The key of all files in it.</summary>
    public SecretBytes Key { get; }

    /// <summary>What was read; null until all rows were.</summary>
    internal SpillState? State { get; private set; }

    /// <summary>What an earlier attempt of the run left, or a new one with a fresh key.</summary>
    public static RunSpill Open(IJobStore store, string root, Digest run, RandomSource random)
    {
        if (Find(store, root, run) is { } found) return found;
        var spill = new RunSpill(store, root, run, SecretBytes.Random(SpillFolder.KeySize, random));
        spill.Keep();
        return spill;
    }

    /// <summary>What an earlier attempt of the run left, or null.</summary>
    internal static RunSpill? Find(IJobStore store, string root, Digest run)
    {
        if (store.Get(NameOf(run)) is not { } bytes) return null;
        var reader = new CanonicalReader(bytes);
        if (reader.Byte() != Version) throw new MalformedException("version 1 of a spill record");
        var spill = new RunSpill(store, root, run, SecretBytes.Take(reader.Digest().ToArray()))
        {
            _attempts = reader.UInt32(),
            State = reader.Optional((ref r) => SpillState.Decode(ref r)),
        };
        reader.End();
        return spill;
    }

    /// <summary>Forgets all that a run kept: first the key, without which the files say nothing.</summary>
    public static void Forget(IJobStore store, string root, Digest run)
    {
        store.Remove(NameOf(run));
        var folder = Path.Combine(root, run.ToString());
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Forgets all runs but those.</summary>
    public static void ForgetAllBut(IJobStore store, string root, IReadOnlyCollection<Digest> runs)
    {
        if (!Directory.Exists(root)) return;
        foreach (var run in Directory.EnumerateDirectories(root).Select(path => Digest.Parse(Path.GetFileName(path))).Where(run => !runs.Contains(run)).ToList())
            Forget(store, root, run);
    }

    /// <summary>Counts one more attempt, durably; its number, from 1.</summary>
    public int BeginAttempt()
    {
        _attempts++;
        Keep();
        return (int)_attempts;
    }

    /// <summary>Makes an empty folder: nothing of a reading that did not end is used.</summary>
    public void Clear()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    /// <summary>Says that all rows were read and are on the disk.</summary>
    internal void Complete(SpillState state)
    {
        State = state;
        Keep();
    }

    private void Keep() => _store.Put(NameOf(_run), Key.Use(
        this,
        static (key, spill) => new CanonicalWriter().Byte(Version).Digest(new Digest(key)).UInt32(spill._attempts).Optional(spill.State, SpillState.Encode).ToArray()));

    private static string NameOf(Digest run) => $"run/{run}/spill";
}

/// <summary>What was read and set aside for a run.</summary>
/// <param name="Snapshot">The commitment to it; made once, with one salt, for all attempts.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Counts">Distinct keys of each alternative.</param>
internal sealed record SpillState(SnapshotReference Snapshot, long Rows, IReadOnlyList<long> Counts)
{
    public static void Encode(CanonicalWriter writer, SpillState state) => writer
        .Digest(state.Snapshot.DatasetId).Digest(state.Snapshot.Version).Digest(state.Snapshot.Commitment)
        .Int64(state.Rows).List(state.Counts, (w, count) => w.Int64(count));

    public static SpillState Decode(ref CanonicalReader reader) => new(
        new SnapshotReference(reader.Digest(), reader.Digest(), reader.Digest()), reader.Int64(), reader.List((ref r) => r.Int64()));
}
