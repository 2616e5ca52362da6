using Collab.Channels;
using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

public static partial class SecureAggregation
{
    /// <summary>The summing party's part.</summary>
    /// <param name="round">What all know.</param>
    /// <param name="channels">A channel to each client; one that breaks, or whose client breaks the protocol, is not used again.</param>
    /// <param name="patience">How long a client may take for one step before it counts as gone.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="CollabException"><see cref="AggregationErrors.TooFew"/>, with the first reason: fewer clients than the threshold are left. Nothing is told then.</exception>
    /// <remarks>Cost: a stream of the length for each contributor, and for each that went between steps 2 and 3 one for each contributor.</remarks>
    public static async Task<AggregationResult> SumAsync(
        AggregationRound round, IReadOnlyDictionary<PartyId, IChannel> channels, TimeSpan patience, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(channels);
        round.Check();
        if (!round.Clients.All(channels.ContainsKey)) throw new ArgumentException("A channel to each client.", nameof(channels));
        var clients = new Clients(round, channels, patience, cancellation);

        // 1. Keys of whoever is there.
        var keys = await clients.ReceiveAsync<KeysMessage>(
            KeysStep, m => m.Round, (m, client) => m.Entries is [var entry] && entry.Client == client && AggregationKeys.IsPublicKey(entry.Sealing) && AggregationKeys.IsPublicKey(entry.Masking), "two public keys").ConfigureAwait(false);

        // 2. All keys to all; of each client sealed shares for all others.
        var list = new KeysMessage(round.Number, [.. keys.Values.Select(m => m.Entries[0])]);
        await clients.SendAsync(_ => list).ConfigureAwait(false);
        var shares = await clients.ReceiveAsync<SharesMessage>(
            SharesStep, m => m.Round, (m, client) => m.Entries.Select(entry => (int)entry.Client).SequenceEqual(keys.Keys.Where(other => other != client)), "a sealed pair of shares for each other client").ConfigureAwait(false);

        // 3. To each its shares; of each its masked vector.
        var sealedFor = shares.ToDictionary(from => from.Key, from => from.Value.Entries.ToDictionary(entry => (int)entry.Client, entry => entry.Sealed));
        await clients.SendAsync(to => new SharesMessage(round.Number, [.. shares.Keys.Where(from => from != to).Select(from => new SharesMessage.Entry((uint)from, sealedFor[from][to]))])).ConfigureAwait(false);
        var masked = await clients.ReceiveAsync<MaskedMessage>(MaskedStep, m => m.Round, (m, _) => m.Words.Length == round.Length, "a vector of the length of the round").ConfigureAwait(false);

        // 4. Who contributes; of each one share of every client of step 3.
        var contributors = new ContributorsMessage(round.Number, [.. masked.Keys.Select(client => (uint)client)]);
        await clients.SendAsync(_ => contributors).ConfigureAwait(false);
        var answers = await clients.ReceiveAsync<UnmaskingMessage>(UnmaskingStep, m => m.Round, (m, _) => m.Shares.Length == shares.Count, "a share of each client").ConfigureAwait(false);

        // 5. The sum, less own masks, less masks in common with clients whose vectors did not come.
        var sum = new ulong[round.Length];
        foreach (var vector in masked.Values) Add(vector.Words, sum);
        foreach (var (place, client) in shares.Keys.Index())
        {
            var seed = SeedSharing.Join([.. answers.Take(round.Threshold).Select(answer => (answer.Key, answer.Value.Shares[place]))]);
            if (masked.ContainsKey(client))
            {
                AggregationKeys.AddStream(seed, added: false, sum);
                continue;
            }

            if (!AggregationKeys.PublicKeyOf(seed).AsSpan().SequenceEqual(keys[client].Entries[0].Masking))
                throw new CollabException(AggregationErrors.TooFew, $"Shares of the key of {round.Clients[client]}, which went, do not fit its public key; a client gave a wrong one.", round.Clients[client], UnmaskingStep);
            foreach (var contributor in masked.Keys)
                AggregationKeys.AddCommonMask(seed, keys[contributor].Entries[0].Masking, round, contributor, client, inverted: true, sum);
        }

        return new(sum, [.. masked.Keys.Select(client => round.Clients[client])], clients.Gone);
    }

    private static void Add(ReadOnlySpan<ulong> words, Span<ulong> sum)
    {
        unchecked
        {
            for (var i = 0; i < sum.Length; i++) sum[i] += words[i];
        }
    }

    /// <summary>The clients that are left, spoken to at once; one that fails is gone from then on.</summary>
    private sealed class Clients(AggregationRound round, IReadOnlyDictionary<PartyId, IChannel> channels, TimeSpan patience, CancellationToken cancellation)
    {
        private readonly SortedSet<int> _left = [.. Enumerable.Range(0, round.Clients.Count)];
        private readonly Dictionary<PartyId, Fault> _gone = [];

        public IReadOnlyDictionary<PartyId, Fault> Gone => _gone;

        public Task SendAsync<T>(Func<int, T> message)
            where T : IMessage<T> => EachAsync(async (client, ended) =>
        {
            await channels[round.Clients[client]].SendAsync(message(client), ended).ConfigureAwait(false);
            return true;
        });

        public async Task<SortedDictionary<int, T>> ReceiveAsync<T>(StepId step, Func<T, uint> roundOf, Func<T, int, bool> isSound, string rule)
            where T : IMessage<T>
        {
            var received = await EachAsync(async (client, ended) =>
            {
                var message = await channels[round.Clients[client]].ReceiveAsync<T>(step, ended).ConfigureAwait(false);
                PeerFaultException.ThrowUnless(roundOf(message) == round.Number, round.Clients[client], step, "a message of this round");
                PeerFaultException.ThrowUnless(isSound(message, client), round.Clients[client], step, rule);
                return message;
            }).ConfigureAwait(false);
            if (_left.Count >= round.Threshold) return received;
            var reason = _gone.Values.First();
            throw new CollabException(AggregationErrors.TooFew, $"{_left.Count} of {round.Clients.Count} clients are left, {round.Threshold} are needed; among others: {reason.Message}", reason.Party, step);
        }

        private async Task<SortedDictionary<int, T>> EachAsync<T>(Func<int, CancellationToken, Task<T>> turn)
        {
            var turns = _left.Select(async client =>
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                ended.CancelAfter(patience);
                try
                {
                    return (Client: client, Result: await turn(client, ended.Token).ConfigureAwait(false), Fault: (Fault?)null);
                }
                catch (CollabException failure)
                {
                    return (client, default!, failure.ToFault());
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    return (client, default!, new ChannelException(ChannelException.Silent, round.Clients[client], $"{round.Clients[client]} took longer than {patience.TotalSeconds:0} s.").ToFault());
                }
            }).ToList();
            var results = new SortedDictionary<int, T>();
            foreach (var (client, result, fault) in await Task.WhenAll(turns).ConfigureAwait(false))
            {
                if (fault is null)
                {
                    results[client] = result;
                    continue;
                }

                _left.Remove(client);
                _gone[round.Clients[client]] = fault;
            }

            return results;
        }
    }
}
