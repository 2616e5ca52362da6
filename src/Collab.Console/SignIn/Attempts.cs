namespace Collab.Console.SignIn;

/// <summary>Counts what failed, by person and by address, and makes the next try wait: five are free, then 2, 4, 8 … seconds, at most 15 minutes.</summary>
/// <param name="clock">The clock.</param>
/// <remarks>A try counts as failed from its beginning, so that many at once gain nothing.</remarks>
public sealed class Attempts(TimeProvider clock)
{
    private const int Free = 5;
    private const int MostKept = 100_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly Dictionary<string, (int Failures, DateTimeOffset Next)> _kept = [];
    private readonly Lock _gate = new();

    /// <summary>Begins a try.</summary>
    /// <returns>Zero, or how long to wait before the next one.</returns>
    public TimeSpan Begin(params IReadOnlyList<string> keys)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_kept.Count >= MostKept) Forget(now);
            var wait = keys.Max(key => _kept.TryGetValue(key, out var k) ? k.Next - now : TimeSpan.Zero);
            if (wait > TimeSpan.Zero) return wait;
            foreach (var key in keys)
            {
                var failures = (_kept.TryGetValue(key, out var k) && now - k.Next < Forgotten ? k.Failures : 0) + 1;
                _kept[key] = (failures, now + WaitAfter(failures));
            }

            return TimeSpan.Zero;
        }
    }

    /// <summary>The try succeeded: what was counted is forgotten.</summary>
    public void Succeed(params IReadOnlyList<string> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys) _kept.Remove(key);
        }
    }

    private static TimeSpan WaitAfter(int failures) => failures < Free
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(failures - Free + 1, 20))));

    private void Forget(DateTimeOffset now)
    {
        foreach (var key in _kept.Where(k => now - k.Value.Next >= Forgotten).Select(k => k.Key).ToList()) _kept.Remove(key);
        foreach (var key in _kept.OrderBy(k => k.Value.Failures).ThenBy(k => k.Value.Next).Select(k => k.Key).Take(_kept.Count - (MostKept / 2)).ToList()) _kept.Remove(key);
    }
}
