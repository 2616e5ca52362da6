namespace Collab.Evm.Tests.Sending;

/// <summary>What was done to the senders, and how often.</summary>
internal sealed class StormCount
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int this[string what] => _counts.GetValueOrDefault(what);

    /// <summary>Counts one; always true, so that it can stand in a condition.</summary>
    public bool Add(string what, int count = 1)
    {
        lock (_counts) _counts[what] = _counts.GetValueOrDefault(what) + count;
        return true;
    }

    public override string ToString()
    {
        lock (_counts) return string.Join('\n', _counts.Select(pair => $"{pair.Value,9:N0}  {pair.Key}"));
    }
}
