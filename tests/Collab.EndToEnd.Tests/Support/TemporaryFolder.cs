namespace Collab.EndToEnd.Tests.Support;

/// <summary>A folder that is gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("collab-e2e-").FullName;

    public string this[params string[] parts] => Path.Combine([FullName, .. parts]);

    /// <summary>Writes a file, and its folder when it is not there.</summary>
    public string Write(string name, string content)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
