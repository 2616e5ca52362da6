using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collab.Primitives;

/// <summary>Writes that have happened when the call returns: content, name and directory are on the disk.</summary>
/// <remarks>
/// A new or renamed file is durable only after its <em>directory</em> was synchronised too; .NET opens no directories, so this asks libc.
/// Linux is what this is tested on.
/// </remarks>
public static partial class DurableFile
{
    private const int CloseOnExec = 0x8_0000;

    /// <summary>Puts the content in place of whatever is there, or of nothing: a reader sees the old or the new file, never a part.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its whole content.</param>
    /// <param name="mode">Rights of the new file; by default its owner alone may read and write it.</param>
    /// <exception cref="IOException">The disk is full or failed; the old file is still there.</exception>
    public static void Replace(
        string path, ReadOnlySpan<byte> content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var pending = path + ".pending";
        File.Delete(pending); // left over from a crash
        using (var file = Create(pending, mode))
        {
            RandomAccess.Write(file, content, 0);
            Sync(file);
        }

        File.Move(pending, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>As the other, for content that is written piece by piece and may be larger than memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the whole content, from the beginning to the end.</param>
    /// <param name="mode">Rights of the new file; by default its owner alone may read and write it.</param>
    /// <exception cref="IOException">The disk is full or failed; the old file is still there.</exception>
    public static void Replace(
        string path, Action<Stream> write, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var pending = path + ".pending";
        File.Delete(pending); // left over from a crash
        using (var file = Create(pending, mode))
        {
            using var stream = new FileStream(file, FileAccess.Write, bufferSize: 1 << 16);
            write(stream);
            stream.Flush();
            Sync(file);
        }

        File.Move(pending, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Creates a file that must not exist yet.</summary>
    /// <exception cref="IOException">It exists, or the disk failed.</exception>
    public static SafeFileHandle Create(string path, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Collab runs on Linux.");
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = mode,
        }).Dispose();
        return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>Makes the content of an open file durable.</summary>
    /// <remarks>
    /// Asks libc itself: <see cref="RandomAccess.FlushToDisk"/> was seen to return normally while fsync failed with EIO (.NET 10.0.12).
    /// </remarks>
    /// <exception cref="IOException">The disk failed; what was written since the last success may be lost even if a later call succeeds.</exception>
    public static void Sync(SafeFileHandle file)
    {
        if (Synchronise(file) != 0) throw Failure("fsync", "a file");
    }

    /// <summary>Makes the names in a directory durable: files created in it, renamed into it or deleted from it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncDirectory(string path)
    {
        using var directory = new SafeFileHandle(Open(path, CloseOnExec), ownsHandle: true); // read-only, which is enough
        if (directory.IsInvalid) throw Failure("open", $"the directory '{path}'");
        if (Synchronise(directory) != 0) throw Failure("fsync", $"the directory '{path}'");
    }

    private static IOException Failure(string call, string what) => new($"{call} of {what} failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(SafeFileHandle file);
}
