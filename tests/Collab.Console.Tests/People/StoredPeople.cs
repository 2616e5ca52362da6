using Collab.Console.People;
using Collab.Node.Storage;
using Collab.Primitives;

namespace Collab.Console.Tests.People;

/// <summary>A register in an encrypted store of a folder of its own.</summary>
internal sealed class StoredPeople : IPeopleStore, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-people-").FullName;
    private readonly FileStore _store;
    private readonly SemaphoreSlim _lock = new(1);

    public StoredPeople() => _store = new FileStore(_folder, SecretBytes.Random(32, RandomSource.System));

    public byte[]? Read() => _store.Get("console/people");

    public void Write(ReadOnlySpan<byte> value) => _store.Put("console/people", value);

    public IDisposable Lock()
    {
        _lock.Wait();
        return new Held(_lock);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
