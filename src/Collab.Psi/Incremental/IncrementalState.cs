using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Incremental;

/// <summary>What one party keeps between the updates of an incremental intersection: its key, the history, and at the receiver the masks of both sets.</summary>
/// <remarks>
/// A folder for each pair, dataset and direction, held by one process at a time. <c>state</c> is the version both parties finished,
/// <c>pending</c> one that this party has prepared and does not yet know the other to have; both are replaced whole. Files that neither
/// names are left from a crash and are deleted at the next opening. specs/psi-incremental.md, "State". Not for several threads.
/// </remarks>
public sealed class IncrementalState : IDisposable
{
    private const string Current = "state", Prepared = "pending", Lock = "lock";

    private readonly string _folder;
    private readonly SecretBytes _storageKey;
    private readonly SecretBytes _scalar;
    private readonly FileStream _lock;

    private IncrementalState(string folder, SecretBytes storageKey, SecretBytes scalar, FileStream held, IncrementalManifest manifest)
    {
        (_folder, _storageKey, _scalar, _lock, Manifest) = (folder, storageKey, scalar, held, manifest);
        Key = BlindingKey.Of(scalar);
    }

    /// <summary>The pair and its datasets, as given at the beginning.</summary>
    public Digest Context => Manifest.Context;

    /// <summary>Whether this is the receiver's state.</summary>
    public bool IsReceiver => Manifest.IsReceiver;

    /// <summary>Updates that both parties finished.</summary>
    public long Version => (long)Manifest.Version;

    /// <summary>The name of the last of them; all zeros before the first.</summary>
    public Digest LastUpdate => Manifest.Update;

    /// <summary>The name of an update that this party has prepared and has to repeat before any other; null for none.</summary>
    public Digest? UnfinishedUpdate => Pending?.Update;

    internal IncrementalManifest Manifest { get; private set; }

    internal IncrementalManifest? Pending { get; private set; }

    internal BlindingKey Key { get; }

    internal string Folder => _folder;

    /// <summary>Begins a state with a new key, no items and version 0.</summary>
    /// <param name="folder">Must not hold a state; is created.</param>
    /// <param name="isReceiver">Whether this party is the one that learns the intersection.</param>
    /// <param name="context">32 bytes for the pair, its datasets and this beginning; the same at both parties, another after a full restart.</param>
    /// <param name="storageKey">32 bytes under which the key lies encrypted; must live as long as the state.</param>
    /// <param name="random">Where the key comes from.</param>
    /// <exception cref="IOException">There is a state already, it is in use, or the disk failed.</exception>
    public static IncrementalState Create(string folder, bool isReceiver, Digest context, SecretBytes storageKey, RandomSource random) =>
        Create(folder, isReceiver, context, storageKey, random, [], [], []);

    /// <summary>Whether a folder holds a state.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, Current));

    /// <summary>Opens a state.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="storageKey">The key it was created with; must live as long as the state.</param>
    /// <exception cref="IncrementalStateException">There is none, it is damaged, or the key is another.</exception>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static IncrementalState Open(string folder, SecretBytes storageKey)
    {
        if (!Exists(folder)) throw IncrementalStateException.Damaged("there is none");
        var held = Hold(folder);
        IncrementalState? state = null;
        try
        {
            var (manifest, scalar) = IncrementalManifest.Open(File.ReadAllBytes(Path.Combine(folder, Current)), storageKey);
            state = new IncrementalState(folder, storageKey, scalar, held, manifest);
            var prepared = Path.Combine(folder, Prepared);
            if (File.Exists(prepared))
            {
                var (pending, same) = IncrementalManifest.Open(File.ReadAllBytes(prepared), storageKey);
                same.Dispose();
                state.Pending = pending;
            }

            state.DeleteForgotten();
            return state;
        }
        catch
        {
            if (state is null) held.Dispose();
            else state.Dispose();
            throw;
        }
    }

    /// <summary>Ends an unfinished update whose fate was decided elsewhere (<see cref="IncrementalPsiOptions.CallerSettles"/>).</summary>
    /// <param name="counts">Whether the update counts: it becomes the version of this state; or it is forgotten, and the state is as before.</param>
    /// <exception cref="InvalidOperationException">No update is unfinished.</exception>
    public void Settle(bool counts)
    {
        if (Pending is null) throw new InvalidOperationException("Nothing was prepared.");
        if (counts) Commit();
        else DropPending();
    }

    /// <summary>The identifiers of all of the receiver's items that the sender has too, by one pass over the state; in no order of meaning.</summary>
    /// <exception cref="InvalidOperationException">This is the sender's state.</exception>
    /// <remarks>Time proportional to both sets, memory constant. The state must not be updated meanwhile.</remarks>
    public IEnumerable<UInt128> ReadIntersection()
    {
        if (!IsReceiver) throw new InvalidOperationException("The sender does not learn the intersection.");
        using var own = OpenByMask();
        using var sender = OpenSender();
        using var other = sender.Read().GetEnumerator();
        var has = other.MoveNext();
        foreach (var (mask, id) in own.Read())
        {
            while (has && other.Current.Key < mask) has = other.MoveNext();
            if (has && other.Current.Key == mask) yield return id;
        }
    }

    /// <summary>Zeroes the key and lets the folder go; the files stay.</summary>
    public void Dispose()
    {
        Key.Dispose();
        _scalar.Dispose();
        _lock.Dispose();
    }

    internal static IncrementalState Create(
        string folder, bool isReceiver, Digest context, SecretBytes storageKey, RandomSource random,
        IReadOnlyList<Segment> byId, IReadOnlyList<Segment> byMask, IReadOnlyList<Segment> sender)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = Hold(folder);
        try
        {
            if (Exists(folder)) throw new IOException("The folder holds a state already.");
            Span<byte> scalar = stackalloc byte[Curve25519.ScalarSize];
            Curve25519.FillScalar(scalar, random);
            var begin = Digest.Of("collab.psi-incremental.begin", context.ToArray());
            var manifest = new IncrementalManifest(context, isReceiver, 0, begin, default, byId, byMask, sender, null, null, 0);
            var state = new IncrementalState(folder, storageKey, SecretBytes.Take(scalar), held, manifest);
            DurableFile.Replace(Path.Combine(folder, Current), manifest.Seal(state._scalar, storageKey));
            return state;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    internal RecordStore OpenById() => new(_folder, "by-id", IsReceiver ? 16 : 0, Manifest.ById);

    internal ItemNames OpenNames() => new(_scalar);

    internal RecordStore OpenByMask() => new(_folder, "by-mask", 16, Manifest.ByMask);

    internal RecordStore OpenSender() => new(_folder, "sender", 0, Manifest.Sender);

    /// <summary>Makes a version durable beside the current one. After a crash either is there whole.</summary>
    internal void Prepare(IncrementalManifest next)
    {
        DurableFile.Replace(Path.Combine(_folder, Prepared), next.Seal(_scalar, _storageKey)); // synchronises the folder, and so the runs' names
        Pending = next;
    }

    /// <summary>Makes the prepared version the current one: one rename.</summary>
    internal void Commit()
    {
        File.Move(Path.Combine(_folder, Prepared), Path.Combine(_folder, Current), overwrite: true);
        DurableFile.SyncDirectory(_folder);
        (Manifest, Pending) = (Pending ?? throw new InvalidOperationException("Nothing was prepared."), null);
        DeleteForgotten();
    }

    /// <summary>Forgets a prepared version that the other party does not have.</summary>
    internal void DropPending()
    {
        if (Pending is null) return;
        File.Delete(Path.Combine(_folder, Prepared));
        DurableFile.SyncDirectory(_folder);
        Pending = null;
        DeleteForgotten();
    }

    /// <summary>The changes that led to a version, read back from what was written.</summary>
    internal IncrementalChanges ReadChanges(IncrementalManifest version)
    {
        return new IncrementalChanges((long)version.Version, Ids(version.Added), Ids(version.Removed), (long)version.Matches);

        UInt128[] Ids(string? name)
        {
            if (name is null) return [];
            using var run = SortedRun.Open(_folder, name, 0);
            return [.. run.Read().Select(record => record.Key)];
        }
    }

    private void DeleteForgotten()
    {
        var kept = Manifest.Files.Concat(Pending?.Files ?? []).Append(Current).Append(Prepared).Append(Lock).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(_folder).Where(file => !kept.Contains(Path.GetFileName(file)))) File.Delete(file);
    }

    private static FileStream Hold(string folder) =>
        new(Path.Combine(folder, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
}
