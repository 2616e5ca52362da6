namespace Collab.Cli;

/// <summary>The files that the program carries with it, so that one file is enough: the demo's data, the unit, the container file.</summary>
internal static class Embedded
{
    /// <summary>A file's bytes.</summary>
    public static Stream Open(string name) => typeof(Embedded).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"The program was built without '{name}'.");

    /// <summary>A file's text.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }
}
