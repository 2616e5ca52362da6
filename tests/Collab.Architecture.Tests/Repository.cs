namespace Collab.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The cells of every table row of a page, header and rule lines included.</summary>
    public static IEnumerable<string[]> TableRows(string page) =>
        from line in File.ReadLines(Path.Combine(Root, page))
        where line.StartsWith('|')
        select line.Trim('|').Split('|', StringSplitOptions.TrimEntries);

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Collab.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests run inside a checkout.");
        return folder;
    }
}
