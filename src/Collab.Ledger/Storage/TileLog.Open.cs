using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Storage;

internal sealed partial class TileLog
{
    /// <summary>Opens the log in the folder, or makes an empty one there.</summary>
    /// <exception cref="CollabException">In use, damaged, or the disk failed.</exception>
    public static TileLog Open(
        string folder, string origin, NoteVerifier author, StorageFiles? files = null, int sealAfterBundles = SealAfterBundles)
    {
        var log = new TileLog(files ?? StorageFiles.Disk, folder, origin, author, sealAfterBundles);
        try
        {
            log.Lock();
            if (!log.Exists()) log.Create();
            log.Replay();
            return log;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Dispose();
            throw new CollabException(LedgerErrors.StorageFailed, "The log's folder cannot be read or written.", inner: fault);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private void Lock()
    {
        var parent = Path.GetDirectoryName(_folder)!;
        var isNew = !Directory.Exists(_folder);
        Directory.CreateDirectory(_folder);
        if (isNew) _files.SyncDirectory(parent);
        try
        {
            _lockFile = new FileStream(Path.Combine(_folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new CollabException(LedgerErrors.InUse, "Another process has this log open.", inner: fault);
        }
    }

    // A log begins with the mark (nothing acknowledged), then the journal. Both are there or nothing was ever acknowledged.
    private bool Exists()
    {
        if (File.Exists(JournalPath))
            return File.Exists(AcknowledgedPath) ? true : throw Damaged("the file 'acknowledged' is missing");
        if (Directory.Exists(Path.Combine(_folder, "tile"))) throw Damaged("the file 'journal' is missing");
        if (!File.Exists(AcknowledgedPath)) return false;
        var mark = AcknowledgedMark.Decode(File.ReadAllBytes(AcknowledgedPath));
        return mark is { Length: 0 } ? false : throw Damaged("the file 'journal' is missing");
    }

    private void Create()
    {
        var head = Journal.EncodeHead(0, [], 0);
        _files.Replace(AcknowledgedPath, new AcknowledgedMark(0, 0, default).Encode());
        _files.Replace(JournalPath, head);
    }

    private void Replay()
    {
        var mark = AcknowledgedMark.Decode(File.ReadAllBytes(AcknowledgedPath)) ?? throw Damaged("the file 'acknowledged' was changed");
        ReadOnlyMemory<byte> file = File.ReadAllBytes(JournalPath);
        var head = Journal.DecodeHead(file.Span) ?? throw Damaged("the head of the journal was changed");
        if (head.Base % Tile.Width != 0 || head.Base < mark.Base) throw Damaged("the journal is older than what was acknowledged");
        var promised = Math.Max(head.Size + head.SettledRecords, head.Base == mark.Base ? mark.Length : 0);

        (_base, _hashed, Size, _chain) = (head.Base, head.Base, head.Base, head.Hash);
        _edge.AddRange(head.Edge);
        _journalLength = head.Size;
        if (_journalLength == mark.Length && head.Base == mark.Base) CheckMark(mark);
        while (_journalLength < file.Length && Journal.Decode(file, (int)_journalLength, _chain) is var (record, size, chain))
        {
            Apply(record);
            _journalLength += size;
            _chain = chain;
            if (_journalLength == mark.Length && head.Base == mark.Base) CheckMark(mark);
        }

        if (Latest is not null && !_author.HasSigned(Latest.Note)) throw Damaged("the newest checkpoint is not signed by the log's key");
        if (Size > 0 && Latest is null) throw Damaged("the journal has no checkpoint");
        if (_journalLength < promised) throw Damaged("an acknowledged record was changed or is missing");
        if (_journalLength < file.Length && Journal.IsFollowed(file, (int)_journalLength)) throw Damaged("a record was changed");
        Settle(file.Length, mark, head);
    }

    private void CheckMark(AcknowledgedMark mark)
    {
        if (mark.Length != 0 && mark.Chain != _chain) throw Damaged("the journal is not the one that was acknowledged");
    }

    private void Apply(JournalRecord record)
    {
        SignedCheckpoint checkpoint;
        try
        {
            checkpoint = SignedCheckpoint.Parse(record.Note.Span);
        }
        catch (MalformedException fault)
        {
            throw Damaged("a checkpoint in the journal is malformed", fault);
        }

        if (record.Kind == RecordKind.Batch)
        {
            Hash(record.Entries);
            Publish(record.Entries, checkpoint);
        }
        else
        {
            Final = checkpoint;
        }

        if (checkpoint.Origin != _origin) throw Damaged("a checkpoint in the journal is of another log");
        if (checkpoint.Size > Size || (record.Kind == RecordKind.Batch && checkpoint.Size != Size) || checkpoint.Root != RootAt(checkpoint.Size))
            throw Damaged("entries and signed root do not agree");
    }

    // Cuts a torn tail, and writes anew what is whole but was never acknowledged: its pages may have failed to reach the disk.
    private void Settle(long fileLength, AcknowledgedMark mark, JournalHead head)
    {
        _journal = File.OpenHandle(JournalPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        _acknowledged = File.OpenHandle(AcknowledgedPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        File.Delete(JournalPath + ".pending");
        File.Delete(AcknowledgedPath + ".pending");
        if (fileLength > _journalLength)
        {
            _files.Cut(_journal, _journalLength);
            _files.Sync(_journal);
        }

        var settled = head.Base == mark.Base ? Math.Max(mark.Length, head.Size + head.SettledRecords) : head.Size + head.SettledRecords;
        if (_journalLength > settled) Roll(_base);
        else Acknowledge();
    }
}
