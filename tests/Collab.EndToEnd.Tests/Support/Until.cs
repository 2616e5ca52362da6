namespace Collab.EndToEnd.Tests.Support;

/// <summary>Waits for a state by asking for it.</summary>
internal static class Until
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static async Task<T> HoldsAsync<T>(Func<Task<T>> ask, Func<T, bool> holds, TimeSpan limit, Func<T, string> otherwise)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (holds(answer)) return answer;
            if (clock.Elapsed > limit) throw new TimeoutException($"Not within {limit.TotalSeconds} s: {otherwise(answer)}");
            await Task.Delay(Poll);
        }
    }

    public static Task TrueAsync(Func<bool> ask, TimeSpan limit, string otherwise) =>
        HoldsAsync(() => Task.FromResult(ask()), static holds => holds, limit, _ => otherwise);
}
