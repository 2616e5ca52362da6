using Collab.Engine.Datasets;
using Collab.Primitives;

namespace Collab.Node.Storage;

/// <summary>Files that people send to their node to register them, for those who have no other way to its machine (protocols/specs/node.md).</summary>
/// <remarks>
/// The node names a file, never the sender. A file lies there as it was sent, readable by the node's user alone; it goes when no
/// dataset names it and a day has passed. Pieces come in order: a piece at another place than the end is refused.
/// </remarks>
/// <param name="folder">Where they lie.</param>
/// <param name="clock">For the age of a file.</param>
internal sealed class ReceivedFiles(string folder, TimeProvider clock)
{
    /// <summary>The largest file, in bytes: 2 GiB.</summary>
    public const long MostBytes = 1L << 31;

    /// <summary>The largest piece, in bytes: 1 MiB.</summary>
    public const int MostPieceBytes = 1 << 20;

    private const int NameBytes = 16;
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private readonly Lock _writing = new();

    /// <summary>Begins a file with its first piece, and deletes what was sent and not registered.</summary>
    /// <param name="content">The piece.</param>
    /// <param name="inUse">The paths that datasets name.</param>
    public (string Name, long Bytes) Begin(ReadOnlySpan<byte> content, IEnumerable<string> inUse)
    {
        lock (_writing)
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            var kept = inUse.ToHashSet(StringComparer.Ordinal);
            foreach (var old in Directory.EnumerateFiles(folder).Where(file => !kept.Contains(file) && clock.GetUtcNow() - File.GetLastWriteTimeUtc(file) > Forgotten))
                File.Delete(old);
            var name = Convert.ToHexStringLower(RandomSource.System.Bytes(NameBytes));
            Write(name, FileMode.CreateNew, 0, content);
            return (name, content.Length);
        }
    }

    /// <summary>Adds a piece at the end of a file.</summary>
    /// <exception cref="CollabException">There is no such file, the place is not its end, or it would become too large.</exception>
    public long Append(string name, long offset, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            Write(name, FileMode.Open, offset, content);
            return offset + content.Length;
        }
    }

    /// <summary>Where a file lies.</summary>
    /// <exception cref="CollabException">No file of that name was received, or it was not registered in time.</exception>
    public string PathOf(string name)
    {
        var path = name.Length == 2 * NameBytes && name.All(char.IsAsciiHexDigitLower) ? Path.Combine(folder, name + ".csv") : null;
        return path is not null && File.Exists(path)
            ? path
            : throw new CollabException(DatasetDescription.Invalid, "The node has received no file of that name, or it was not registered within a day. Send it again.");
    }

    private void Write(string name, FileMode mode, long offset, ReadOnlySpan<byte> content)
    {
        if (content.Length > MostPieceBytes) throw new CollabException(DatasetDescription.Invalid, "A piece of a file has at most 1 MiB.");
        if (offset + content.Length > MostBytes) throw new CollabException(DatasetDescription.Invalid, "A file that is sent to the node has at most 2 GiB; put a larger one on its machine.");
        var path = mode == FileMode.CreateNew ? Path.Combine(folder, name + ".csv") : PathOf(name);
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, UnixCreateMode = mode == FileMode.CreateNew ? OwnerFile : null };
        using var file = new FileStream(path, options);
        if (file.Length != offset) throw new CollabException(DatasetDescription.Invalid, "A piece of a file does not begin where the one before it ended. Send the file again.");
        file.Position = offset;
        file.Write(content);
    }
}
