using Collab.Console.People;
using Collab.Node.Configuration;
using Collab.Node.Storage;
using Collab.Primitives;

namespace Collab.Cli.Browsers;

/// <summary>The register of people as one value of the node's encrypted store. A node that runs and the command line both open it; a file of its own is the lock.</summary>
internal sealed class PeopleFile(NodeHome home, SecretBytes? passphrase) : IPeopleStore, IDisposable
{
    private const string Key = "console/people";
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10);

    private readonly FileStore _store = new(home.StoreFolder, StorageKeyFile.Load(home.StorageKeyFile, passphrase));

    public byte[]? Read() => _store.Get(Key);

    public void Write(ReadOnlySpan<byte> value) => _store.Put(Key, value);

    public IDisposable Lock()
    {
        Directory.CreateDirectory(home.ConsoleFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(home.ConsoleFolder, "people.lock");
        for (var until = DateTime.UtcNow + LockLimit; ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
                Thread.Sleep(10); // the other process holds it for milliseconds
            }
        }
    }

    public void Dispose() => _store.Dispose();
}
