using System.Globalization;
using Collab.Node.Configuration;

namespace Collab.Testing.Node;

/// <summary>Keys of a bucket of a streamed run, as a file in the node's folder says: many buckets of few rows.</summary>
internal static class SmallBuckets
{
    /// <summary>The name of the file in the node's folder.</summary>
    public const string FileName = "bucket-keys";

    public static int? Of(NodeHome home)
    {
        var file = Path.Combine(home.Folder, FileName);
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }
}
