using Collab.Engine.Ports;

namespace Collab.Engine.Replays;

/// <summary>The store of a part that is recomputed: empty at first, and gone with it.</summary>
internal sealed class MemoryJobStore : IJobStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public void Put(string key, ReadOnlySpan<byte> value)
    {
        lock (_gate) _values[key] = value.ToArray();
    }

    public byte[]? Get(string key)
    {
        lock (_gate) return _values.GetValueOrDefault(key)?.ToArray();
    }

    public IReadOnlyList<string> List(string prefix)
    {
        lock (_gate) return [.. _values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    public void Remove(string key)
    {
        lock (_gate) _values.Remove(key);
    }
}
