namespace Collab.SecretSharing;

/// <summary>One round: sends and receives, with several peers, all at once.</summary>
public static class Round
{
    /// <summary>Runs the legs concurrently; the first failure cancels the others and is the one thrown, when all have ended.</summary>
    /// <remarks>A sender waits until it is read, so a party that sent to everyone before it reads could wait for ever.</remarks>
    public static async Task AllAsync(IEnumerable<Func<CancellationToken, Task>> legs, CancellationToken cancellation)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = legs.Select(leg => leg(round.Token)).ToList();
        var all = Task.WhenAll(running);
        Task? failed = null;
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            if (ended.IsCompletedSuccessfully || failed is not null) continue;
            failed = ended;
            await round.CancelAsync();
        }

        await (failed ?? all);
    }
}
