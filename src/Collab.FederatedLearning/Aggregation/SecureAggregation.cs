using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>The sum of vectors of many clients, told to one party, of which some clients may go at any time: what is told is the sum of those that stayed.</summary>
/// <remarks>
/// Steps are numbered as in specs/secure-aggregation.md. Source: Bonawitz et al., Practical secure aggregation for privacy-preserving machine learning, CCS 2017, figure 4 in the semi-honest
/// model. Clients have a channel to the summing party alone.
/// </remarks>
public static partial class SecureAggregation
{
    private static readonly StepId KeysStep = new("aggregation.1-keys");
    private static readonly StepId SharesStep = new("aggregation.2-shares");
    private static readonly StepId MaskedStep = new("aggregation.3-masked");
    private static readonly StepId UnmaskingStep = new("aggregation.4-unmasking");

    /// <summary>A client's part: brings its vector into the sum.</summary>
    /// <param name="round">What all know.</param>
    /// <param name="self">This client.</param>
    /// <param name="channel">The channel to the summing party.</param>
    /// <param name="words">The vector, taken modulo 2^64.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The summing party broke the protocol; nothing that would unmask this vector was sent.</exception>
    /// <exception cref="ChannelException">The way to it failed.</exception>
    /// <remarks>Timing depends on lengths and numbers of clients. Cost: one exponentiation and one stream of the length for each other client, 100 bytes each, and the vector once.</remarks>
    public static async Task ContributeAsync(
        AggregationRound round, PartyId self, IChannel channel, ReadOnlyMemory<ulong> words, RandomSource random, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(channel);
        round.Check();
        var own = round.Clients.ToList().IndexOf(self);
        if (own < 0 || words.Length != round.Length) throw new ArgumentException("A client's vector of the length of the round.", nameof(words));
        using var keys = new AggregationKeys(round, random);

        // 1. Fresh public keys.
        await channel.SendAsync(new KeysMessage(round.Number, [new((uint)own, keys.SealingKey, keys.MaskingKey)]), cancellation).ConfigureAwait(false);

        // 2. To each client that has keys a share of both seeds, sealed.
        var listed = await channel.ReceiveAsync<KeysMessage>(KeysStep, cancellation).ConfigureAwait(false);
        Require(listed.Round == round.Number && IsEnough(round, [.. listed.Entries.Select(entry => entry.Client)], own), KeysStep, "more than half of the clients, this one among them, of this round");
        Require(listed.Entries.All(entry => AggregationKeys.IsPublicKey(entry.Sealing) && AggregationKeys.IsPublicKey(entry.Masking)), KeysStep, "public keys");
        Require(listed.Entries.Any(entry => entry.Client == own && entry.Sealing.AsSpan().SequenceEqual(keys.SealingKey) && entry.Masking.AsSpan().SequenceEqual(keys.MaskingKey)), KeysStep, "this client's own keys");
        var known = listed.Entries.ToDictionary(entry => (int)entry.Client);
        var (ofMasking, ofMask) = (SeedSharing.Share(keys.MaskingSeed, round.Threshold, round.Clients.Count, random), SeedSharing.Share(keys.OwnMask, round.Threshold, round.Clients.Count, random));
        await channel.SendAsync(
            new SharesMessage(round.Number, [.. known.Keys.Where(other => other != own).Order().Select(other => new SharesMessage.Entry((uint)other, SealedFor(other)))]), cancellation).ConfigureAwait(false);

        // 3. Of each client whose shares came, its two; then the vector under its own mask and a mask in common with each of them.
        var given = await channel.ReceiveAsync<SharesMessage>(SharesStep, cancellation).ConfigureAwait(false);
        Require(given.Round == round.Number && IsEnough(round, [.. given.Entries.Select(entry => entry.Client).Append((uint)own).Order()], own), SharesStep, "shares of more than half of the clients, of this round");
        Require(given.Entries.All(entry => known.ContainsKey((int)entry.Client)), SharesStep, "shares of clients that have keys");
        var held = new SortedDictionary<int, (Gf128 OfMasking, Gf128 OfMask)> { [own] = (ofMasking[own], ofMask[own]) };
        foreach (var (client, text) in given.Entries) held[(int)client] = Opened((int)client, text);
        var masked = words.ToArray();
        AggregationKeys.AddStream(keys.OwnMask, added: true, masked);
        foreach (var other in held.Keys.Where(other => other != own)) AggregationKeys.AddCommonMask(keys.MaskingSeed, known[other].Masking, round, own, other, inverted: false, masked);
        await channel.SendAsync(new MaskedMessage(round.Number, masked), cancellation).ConfigureAwait(false);

        // 4. Of each of these clients one share: of the own mask if its vector came, else of its masking key; never both.
        var came = await channel.ReceiveAsync<ContributorsMessage>(MaskedStep, cancellation).ConfigureAwait(false);
        Require(came.Round == round.Number && IsEnough(round, came.Clients, own), MaskedStep, "more than half of the clients, this one among them, of this round");
        Require(came.Clients.All(client => held.ContainsKey((int)client)), MaskedStep, "contributors whose shares came");
        await channel.SendAsync(
            new UnmaskingMessage(round.Number, [.. held.Select(entry => came.Clients.Contains((uint)entry.Key) ? entry.Value.OfMask : entry.Value.OfMasking)]), cancellation).ConfigureAwait(false);

        byte[] SealedFor(int other)
        {
            var text = new CanonicalWriter().UInt64(ofMasking[other].Low).UInt64(ofMasking[other].High).UInt64(ofMask[other].Low).UInt64(ofMask[other].High);
            var sealedText = new byte[AggregationKeys.SealedSize];
            using var cipher = keys.CipherWith(known[other].Sealing, own, other);
            cipher.Seal(text.Written, sealedText);
            return sealedText;
        }

        (Gf128, Gf128) Opened(int from, byte[] sealedText)
        {
            var text = new byte[2 * Gf128.Size];
            using var cipher = keys.CipherWith(known[from].Sealing, from, own);
            Require(cipher.TryOpen(sealedText, text), SharesStep, $"shares that {round.Clients[from]} sealed for this client");
            return (Gf128.Read(text), Gf128.Read(text.AsSpan(Gf128.Size)));
        }

        void Require(bool holds, StepId step, string rule) => PeerFaultException.ThrowUnless(holds, channel.Peer, step, rule);
    }

    // Numbers of clients, ascending, as many as the threshold, a certain one among them.
    private static bool IsEnough(AggregationRound round, uint[] clients, int own) =>
        clients.Length >= round.Threshold && clients.All(client => client < round.Clients.Count) && clients.Contains((uint)own) && clients.Zip(clients.Skip(1)).All(pair => pair.First < pair.Second);
}
