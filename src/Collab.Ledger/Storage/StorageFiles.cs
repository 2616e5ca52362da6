using Collab.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Collab.Ledger.Storage;

/// <summary>Every change a log makes to its folder goes through here, so that a test can fail or stop at each of them.</summary>
internal class StorageFiles
{
    public static StorageFiles Disk { get; } = new();

    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    public virtual void Sync(SafeFileHandle file) => DurableFile.Sync(file);

    public virtual void Cut(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void SyncDirectory(string path) => DurableFile.SyncDirectory(path);

    /// <summary>Writes a whole new file and makes its content durable; its name is durable after <see cref="SyncDirectory"/>.</summary>
    public void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        File.Delete(path); // from a seal or a roll that did not finish
        using var file = DurableFile.Create(path);
        Write(file, content, 0);
        Sync(file);
    }

    /// <summary>Puts a whole new content in the place of a file: the old one or the new one is there, never a part.</summary>
    public void Replace(string path, ReadOnlySpan<byte> content)
    {
        WriteWhole(path + ".pending", content);
        Rename(path + ".pending", path);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
