using System.Runtime.ExceptionServices;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Testing;

/// <summary>What one party of a test run has at its end.</summary>
/// <param name="Result">What its program returned.</param>
/// <param name="Usage">Its traffic with each other party.</param>
/// <param name="Transcripts">Its transcript with each other party.</param>
public sealed record PartyRun<T>(
    T Result, IReadOnlyDictionary<PartyId, ChannelUsage> Usage, IReadOnlyDictionary<PartyId, Transcript> Transcripts);

/// <summary>Runs a protocol of any number of parties in one process, each pair over its own connection.</summary>
public static class Parties
{
    /// <summary>The context every test run opens its connections for.</summary>
    public static Digest RunContext { get; } = Digest.Of("collab.test.run", []);

    /// <summary>
    /// Limits for tests: a lost frame shows at the next sign of life, so these come often; real silence has a generous limit, since
    /// the machine may be busy.
    /// </summary>
    public static ChannelOptions Options { get; } = new() { KeepAlive = TimeSpan.FromMilliseconds(100) };

    /// <summary>Names <c>party-1</c> to <c>party-n</c>.</summary>
    public static PartyId[] Named(int count) => [.. Enumerable.Range(1, count).Select(i => PartyId.Parse($"party-{i}"))];

    /// <summary>Runs one program at each party. When one fails, all fail, and the first failure is thrown.</summary>
    /// <param name="parties">Who takes part.</param>
    /// <param name="program">The party and its root channel to each of the others.</param>
    /// <param name="options">Limits; null for <see cref="Options"/>.</param>
    /// <param name="fault">What breaks on the way between the first party and the second, if anything; the second is the fault's receiver.</param>
    public static async Task<IReadOnlyDictionary<PartyId, PartyRun<T>>> RunAsync<T>(
        IReadOnlyList<PartyId> parties,
        Func<PartyId, IReadOnlyDictionary<PartyId, IChannel>, Task<T>> program,
        ChannelOptions? options = null,
        ChannelFault? fault = null)
    {
        var ends = new Dictionary<PartyId, Dictionary<PartyId, IFrameTransport>>();
        foreach (var party in parties) ends.Add(party, []);
        for (var i = 0; i < parties.Count; i++)
        {
            for (var j = i + 1; j < parties.Count; j++)
                (ends[parties[i]][parties[j]], ends[parties[j]][parties[i]]) = MemoryTransport.CreatePair();
        }

        if (fault is not null)
        {
            ends[parties[0]][parties[1]] = fault.Around(ends[parties[0]][parties[1]], receiver: false);
            ends[parties[1]][parties[0]] = fault.Around(ends[parties[1]][parties[0]], receiver: true);
        }

        var failures = new FirstFailure();
        var runs = parties.ToDictionary(
            party => party, party => Task.Run(() => failures.WatchAsync(
                () => RunOneAsync(party, ends[party], (self, channels) => failures.WatchAsync(() => program(self, channels)), options ?? Options))));
        await failures.WhenAllAsync(runs.Values);
        return runs.ToDictionary(run => run.Key, run => run.Value.Result);
    }

    /// <summary>One party's whole life: open, run, close; on failure it tells the others and closes.</summary>
    internal static async Task<PartyRun<T>> RunOneAsync<T>(
        PartyId self,
        IReadOnlyDictionary<PartyId, IFrameTransport> transports,
        Func<PartyId, IReadOnlyDictionary<PartyId, IChannel>, Task<T>> program,
        ChannelOptions options)
    {
        var connections = new Dictionary<PartyId, ChannelConnection>();
        try
        {
            var opening = transports.ToDictionary(
                end => end.Key, end => ChannelConnection.OpenAsync(end.Value, self, end.Key, RunContext, options));
            foreach (var (peer, opened) in opening) connections.Add(peer, await opened);
            foreach (var connection in connections.Values) _ = FailTogetherAsync(connection, connections.Values);
            var result = await program(self, connections.ToDictionary(c => c.Key, c => c.Value.Root));
            var closing = connections.ToDictionary(c => c.Key, c => c.Value.CloseAsync());
            await Task.WhenAll(closing.Values);
            return new PartyRun<T>(
                result, connections.ToDictionary(c => c.Key, c => c.Value.Usage), closing.ToDictionary(c => c.Key, c => c.Value.Result));
        }
        catch (CollabException failure)
        {
            foreach (var connection in connections.Values) await connection.AbortAsync(failure.ToFault());
            throw;
        }
        finally
        {
            foreach (var connection in connections.Values) await connection.DisposeAsync();
            foreach (var transport in transports.Values) await transport.DisposeAsync();
        }
    }

    /// <summary>One failed connection fails the others, for the program may be waiting on any of them.</summary>
    private static async Task FailTogetherAsync(ChannelConnection connection, IEnumerable<ChannelConnection> all)
    {
        var fault = (await connection.Failed).ToFault();
        foreach (var other in all) await other.AbortAsync(fault);
    }
}

/// <summary>
/// Keeps the failure that came first; the others follow from it. Programs are watched themselves: once a party has told the others why it
/// ends, one of them may be done failing before it is.
/// </summary>
internal sealed class FirstFailure
{
    private ExceptionDispatchInfo? _first;

    public async Task<T> WatchAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _first, ExceptionDispatchInfo.Capture(failure), null);
            throw;
        }
    }

    public async Task WhenAllAsync(IEnumerable<Task> tasks)
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (Exception) when (_first is not null)
        {
            _first.Throw();
        }
    }
}
