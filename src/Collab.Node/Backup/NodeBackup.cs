using System.Formats.Tar;
using System.Text.Json;
using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Backup;

/// <summary>What a backup says of itself; the first thing in it.</summary>
/// <param name="Format">The form of the folder (<see cref="NodeConfiguration.CurrentFormat"/>).</param>
/// <param name="Party">The party.</param>
/// <param name="Software">The program that made it.</param>
/// <param name="Made">When.</param>
/// <param name="Files">How many files follow.</param>
/// <param name="Bytes">How many bytes they have together.</param>
public sealed record BackupManifest(int Format, string Party, string Software, DateTimeOffset Made, int Files, long Bytes);

/// <summary>A node's folder in one sealed file, and back (protocols/specs/backup.md).</summary>
public static class NodeBackup
{
    private const string ManifestName = "backup.json";
    private const int ShortestPassphrase = 12;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    // What is not here is left out: spill/ and pending files are of runs that ended with the node, prepared/ and standing/ must not be used twice.
    private static readonly string[] Content =
    [
        "node.yaml", "party.yaml", "consortium.yaml", "policy.yaml", "chain.yaml", "chain-card.yaml", "events.jsonl", "identity", "keys", "ledger", "store", "results", "replays", "console", "received",
    ];

    /// <summary>Writes a backup of a node that does not run; an older file of that name stays until the new one is whole.</summary>
    /// <exception cref="CollabException">The node runs, the passphrase is short, or the disk failed.</exception>
    public static BackupManifest Write(NodeHome home, string path, SecretBytes passphrase, TimeProvider clock)
    {
        if (passphrase.Size < ShortestPassphrase) throw new CollabException(BackupErrors.PassphraseShort, $"The passphrase has fewer than {ShortestPassphrase} characters.");
        var configuration = NodeConfiguration.Load(home);
        using var standstill = Standstill(home);
        var files = FilesOf(home);
        var manifest = new BackupManifest(
            NodeConfiguration.CurrentFormat, configuration.Party.Name, NodeHost.Software, clock.GetUtcNow(), files.Count, files.Sum(name => new FileInfo(At(home, name)).Length));
        DurableFile.Replace(path, file =>
        {
            using var sealing = new SealingStream(file, passphrase, RandomSource.System);
            using (var tar = new TarWriter(sealing, TarEntryFormat.Pax, leaveOpen: true))
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, ManifestName) { DataStream = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, OperatorJson.Options)) });
                foreach (var name in files)
                {
                    using var content = File.OpenRead(At(home, name));
                    tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = OwnerFile });
                }
            }

            sealing.Finish();
        });
        return manifest;
    }

    /// <summary>Puts a backup into a folder that is not there or is empty: all of it, once every byte was checked, or nothing.</summary>
    /// <remarks>The node waits at its next start until every other party has shown what it holds, and takes back what it lacks.</remarks>
    /// <exception cref="CollabException">One of <see cref="BackupErrors"/>.</exception>
    public static BackupManifest Restore(string path, NodeHome home, SecretBytes passphrase, TimeProvider clock)
    {
        var isThere = Directory.Exists(home.Folder);
        if (File.Exists(home.Folder) || (isThere && Directory.EnumerateFileSystemEntries(home.Folder).Any()))
            throw new CollabException(BackupErrors.HomeExists, $"There is something in '{home.Folder}' already.");
        var pending = new NodeHome(home.Folder + ".restoring");
        if (Directory.Exists(pending.Folder)) Directory.Delete(pending.Folder, recursive: true); // left over from a restoring that was killed
        try
        {
            using var file = File.OpenRead(path);
            using var opened = new OpeningStream(file, passphrase);
            Directory.CreateDirectory(pending.Folder, OwnerFolder);
            var manifest = Unpack(opened, pending);
            DurableFile.Replace(pending.RestoredFile, JsonSerializer.SerializeToUtf8Bytes(new { manifest.Made, Restored = clock.GetUtcNow() }, OperatorJson.Options));
            if (isThere) Directory.Delete(home.Folder);
            Directory.Move(pending.Folder, home.Folder);
            DurableFile.SyncDirectory(Path.GetDirectoryName(home.Folder)!);
            return manifest;
        }
        catch
        {
            if (Directory.Exists(pending.Folder)) Directory.Delete(pending.Folder, recursive: true);
            throw;
        }
    }

    private static BackupManifest Unpack(OpeningStream opened, NodeHome home)
    {
        try
        {
            using var tar = new TarReader(opened, leaveOpen: true);
            var manifest = tar.GetNextEntry() is { Name: ManifestName, DataStream: { } first } ? JsonSerializer.Deserialize<BackupManifest>(first, OperatorJson.Options) : null;
            if (manifest is null) throw new CollabException(BackupErrors.NotABackup, "The backup does not say what it is.");
            NodeConfiguration.RequireKnown(manifest.Format);
            var (files, bytes) = (0, 0L);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType != TarEntryType.RegularFile || !IsOurs(entry.Name)) throw new CollabException(BackupErrors.NotABackup, "The backup holds something that a node's folder does not.");
                var place = At(home, entry.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(place)!, OwnerFolder);
                DurableFile.Replace(place, stream => entry.DataStream?.CopyTo(stream));
                (files, bytes) = (files + 1, bytes + entry.Length);
            }

            opened.CopyTo(Stream.Null); // to the end, where a cut would show
            return files == manifest.Files && bytes == manifest.Bytes ? manifest : throw new CollabException(BackupErrors.Damaged, "The backup holds fewer files than it says.");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw new CollabException(BackupErrors.NotABackup, "The backup's content is not that of a node.", inner: e);
        }
    }

    // Whoever has this file has the node's log: a node that starts meanwhile is told so, and one that runs is found.
    private static FileStream? Standstill(NodeHome home)
    {
        if (!Directory.Exists(home.LedgerFolder)) return null; // it has joined no consortium yet
        try
        {
            return new FileStream(Path.Combine(home.LedgerFolder, "log", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new CollabException(BackupErrors.NodeRuns, "The node runs, and what it writes meanwhile would be half in the backup.", inner: e);
        }
    }

    private static List<string> FilesOf(NodeHome home) =>
    [
        .. Content.Select(name => At(home, name)).SelectMany(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : File.Exists(path) ? [path] : [])
            .Select(path => Path.GetRelativePath(home.Folder, path)).Where(name => !name.EndsWith(".pending", StringComparison.Ordinal) && !name.EndsWith("/lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsOurs(string name) =>
        name.Split('/') is [var first, ..] parts && Content.Contains(first) && Array.TrueForAll(parts, part => part is not ("" or "." or ".."));

    private static string At(NodeHome home, string name) => Path.Combine(home.Folder, name);
}
