using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Collab.Ledger.Storage;

/// <summary>
/// One log on disk, one's own or a replica: entries in bundles, hashes in tiles (tlog-tiles), and a journal that makes appends durable with
/// one synchronisation each. Every checkpoint in it is signed by the log's author and has the root of the entries before it.
/// </summary>
/// <remarks>
/// One writer at a time, many readers. What is read back from disk is checked against the hashes above it, up to the signed root, before it
/// is returned. Opening replays the journal; there is no other recovery.
/// </remarks>
internal sealed partial class TileLog : IDisposable
{
    /// <summary>Full bundles, or bytes, in the journal before they are moved into tiles.</summary>
    private const int SealAfterBundles = 64;
    private const int SealAfterBytes = 8 * 1024 * 1024;
    private const int CachedTiles = 512; // about 16 KiB each

    private const string JournalName = "journal";
    private const string AcknowledgedName = "acknowledged";
    private const string LockName = "lock";

    private readonly StorageFiles _files;
    private readonly string _folder;
    private readonly string _origin;
    private readonly NoteVerifier _author;
    private readonly int _sealAfterBundles;
    private readonly Lock _writer = new(); // held over a whole append; taken before _state
    private readonly Lock _state = new(); // held for moments, and while a tile is read

    private readonly List<Tile> _edge = []; // the partial tile of each level
    private readonly Dictionary<(int Level, long Index), Tile> _unsealed = []; // full tiles not on disk yet
    private readonly Dictionary<(int Level, long Index), Tile> _cache = [];
    private readonly List<ReadOnlyMemory<byte>> _recent = []; // entries since _base

    private FileStream? _lockFile;
    private SafeFileHandle _journal = null!;
    private SafeFileHandle _acknowledged = null!;
    private long _base; // entries in bundles on disk
    private long _hashed; // leaves in the tiles in memory; ahead of Size while an append is under way, or after it failed
    private long _journalLength;
    private Digest _chain;
    private bool _failed;

    private TileLog(StorageFiles files, string folder, string origin, NoteVerifier author, int sealAfterBundles)
    {
        (_files, _folder, _origin, _author, _sealAfterBundles) = (files, Path.GetFullPath(folder), origin, author, sealAfterBundles);
    }

    /// <summary>The newest checkpoint, of size <see cref="Size"/>; null while the log is empty.</summary>
    public SignedCheckpoint? Latest { get; private set; }

    /// <summary>The newest checkpoint that was recorded as final; null when there is none.</summary>
    public SignedCheckpoint? Final { get; private set; }

    /// <summary>Acknowledged entries.</summary>
    public long Size { get; private set; }

    /// <summary>Whether a write failed, so that nothing more is taken.</summary>
    public bool IsFailed => _failed;

    private string JournalPath => Path.Combine(_folder, JournalName);

    private string AcknowledgedPath => Path.Combine(_folder, AcknowledgedName);

    public void Dispose()
    {
        lock (_writer)
        {
            _failed = true;
            _journal?.Dispose();
            _acknowledged?.Dispose();
            _lockFile?.Dispose();
        }
    }

    private static CollabException Damaged(string what, Exception? inner = null) =>
        new(LedgerErrors.StorageDamaged, $"The stored log is damaged: {what}.", inner: inner);
}
