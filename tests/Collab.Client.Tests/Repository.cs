using System.Runtime.CompilerServices;

namespace Collab.Client.Tests;

/// <summary>Where the files of the repository are that the tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
