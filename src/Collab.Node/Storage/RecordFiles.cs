using System.Globalization;
using Collab.Engine;

namespace Collab.Node.Storage;

/// <summary>The records of a result as files beside it, one each, as their holders carry them (protocols/specs/record.md).</summary>
internal static class RecordFiles
{
    private const string Folder = "records";

    /// <summary>The file of a row's record, relative to the result's folder.</summary>
    public static string NameOf(long row) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{row:d6}.record");

    /// <summary>Writes the files of a result that has records; nothing for any other.</summary>
    /// <remarks>Not synced one by one: the result's canonical bytes, which are, hold them too.</remarks>
    public static void Write(string folder, JobResult result)
    {
        var files = result switch
        {
            JobResult.Attested attested => attested.Rows.Select(row => (row.Row, row.File)),
            JobResult.Delivered delivered => delivered.Rows.Where(row => row.Record is not null).Select(row => (row.Asked.Row, row.Record!.File)),
            _ => [],
        };
        if (result is not (JobResult.Attested or JobResult.Delivered)) return;
        Directory.CreateDirectory(Path.Combine(folder, Folder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (row, file) in files)
        {
            using var stream = new FileStream(
                Path.Combine(folder, NameOf(row)),
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            stream.Write(file);
        }
    }
}
