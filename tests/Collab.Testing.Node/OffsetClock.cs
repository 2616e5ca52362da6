using System.Globalization;
using Collab.Node.Configuration;

namespace Collab.Testing.Node;

/// <summary>The system's clock, wrong by so many seconds as a file in the node's folder says.</summary>
internal sealed class OffsetClock(TimeSpan offset) : TimeProvider
{
    /// <summary>The name of the file in the node's folder.</summary>
    public const string FileName = "clock-offset-seconds";

    public static TimeProvider Of(NodeHome home)
    {
        var file = Path.Combine(home.Folder, FileName);
        return File.Exists(file) ? new OffsetClock(TimeSpan.FromSeconds(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))) : System;
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
}
