namespace Collab.Console.Tests.Support;

/// <summary>What the tests leave for people to look at: screenshots of every page, and of whatever failed.</summary>
internal static class Artefacts
{
    /// <summary>The folder that <c>tests/run</c> names; beside the tests' program when it is run by hand.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("COLLAB_TEST_ARTEFACTS") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "artefacts");

    /// <summary>A file's full name, in a folder that is there.</summary>
    /// <param name="parts">Folders and the file's name; what a file system may not like in a name becomes a hyphen.</param>
    public static string File(params string[] parts)
    {
        var file = Path.Combine([Folder, .. parts.Select(Plain)]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }

    private static string Plain(string name) => string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));
}
