namespace Collab.Engine.Ports;

/// <summary>Where a node keeps what must outlive it and is not on the ledger: plans, receipts, results. Small values by key.</summary>
/// <remarks>Keys are of <c>a-z 0-9 - / .</c>. The implementations encrypt at rest; the same contract tests run on each.</remarks>
public interface IJobStore
{
    /// <summary>Stores a value; returns when it is durable. The old value or the new one is there after a crash, never a part.</summary>
    void Put(string key, ReadOnlySpan<byte> value);

    /// <summary>The value, or null.</summary>
    byte[]? Get(string key);

    /// <summary>The keys that begin so, in order.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>Removes a value, if there is one.</summary>
    void Remove(string key);
}
