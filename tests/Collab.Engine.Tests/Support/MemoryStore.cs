using System.Collections.Concurrent;
using Collab.Engine.Ports;

namespace Collab.Engine.Tests.Support;

/// <summary>A store in memory; it outlives an engine as a disk does.</summary>
internal sealed class MemoryStore : IJobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new();

    /// <summary>Is asked before a value is stored; what it throws is a failing disk.</summary>
    public Action<string>? BeforePut { get; set; }

    public void Put(string key, ReadOnlySpan<byte> value)
    {
        BeforePut?.Invoke(key);
        _values[key] = value.ToArray();
    }

    public byte[]? Get(string key) => _values.GetValueOrDefault(key)?.ToArray();

    public IReadOnlyList<string> List(string prefix) =>
        [.. _values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void Remove(string key) => _values.TryRemove(key, out _);
}
