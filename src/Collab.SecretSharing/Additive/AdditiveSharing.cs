using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Additive;

/// <summary>Sums of vectors that n ≥ 2 owners hold, opened to one receiver: additive n-out-of-n sharing over Z_{2^256}.</summary>
/// <remarks>
/// Semi-honest; the receiver and n − 1 owners together learn the totals and no more of the last owner's values than the totals
/// tell. An owner who deviates can shift a total, as it can by a false input; no step here detects that.
/// Numbered as in specs/additive-sharing.md.
/// </remarks>
public static class AdditiveSharing
{
    /// <summary>Each owner sends each other owner one share of each of its values.</summary>
    public static readonly StepId ExchangeShares = new("additive-sharing.1");

    /// <summary>Each owner sends the receiver its share of each total that is to be opened.</summary>
    public static readonly StepId OpenTotals = new("additive-sharing.2");

    /// <summary>An owner's part of step 1: deals shares of its values and adds those it is dealt.</summary>
    /// <param name="otherOwners">One channel to each other owner, at least one.</param>
    /// <param name="values">This owner's values, shape [length], the length the same with every owner.</param>
    /// <param name="random">Where the shares come from.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>This owner's shares of the totals, shape [length].</returns>
    /// <exception cref="PeerFaultException">An owner sent another number of shares.</exception>
    /// <remarks>One message of 32·length bytes to each other owner, one round. Timing is independent of the values.</remarks>
    public static async Task<ShareVector256> ShareAndAddAsync(
        IReadOnlyList<IChannel> otherOwners, ReadOnlyMemory<Integer256> values, RandomSource random,
        CancellationToken cancellation = default)
    {
        var dealt = ShareVector256.Split(values.Span, otherOwners.Count + 1, random);
        try
        {
            var received = new ShareVector256[otherOwners.Count];
            await Round.AllAsync(
                [
                    .. otherOwners.Select((owner, i) => (Func<CancellationToken, Task>)(token =>
                        owner.SendAsync(new SharesMessage(dealt[i + 1]), token).AsTask())), // 1 →
                    .. otherOwners.Select((owner, i) => (Func<CancellationToken, Task>)(async token =>
                        received[i] = await ReceiveSharesAsync(owner, ExchangeShares, values.Length, token))), // 1 ←
                ],
                cancellation);
            var sum = ShareVector256.Sum([dealt[0], .. received]); // dealt[0] never left this party
            foreach (var shares in received) shares.Dispose();
            return sum;
        }
        finally
        {
            foreach (var shares in dealt) shares.Dispose();
        }
    }

    /// <summary>An owner's part of step 2: sends its shares of the totals to the receiver.</summary>
    public static ValueTask OpenAsync(IChannel receiver, ShareVector256 shares, CancellationToken cancellation = default) =>
        receiver.SendAsync(new SharesMessage(shares), cancellation); // 2 →

    /// <summary>The receiver's part of step 2: adds the shares of all owners.</summary>
    /// <param name="owners">One channel to each owner.</param>
    /// <param name="length">How many totals are opened.</param>
    /// <param name="ownShares">The receiver's own shares when it is an owner too, shape [length].</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The totals, shape [length].</returns>
    /// <exception cref="PeerFaultException">An owner sent another number of shares.</exception>
    public static async Task<Integer256[]> ReceiveAsync(
        IReadOnlyList<IChannel> owners, int length, ShareVector256? ownShares = null, CancellationToken cancellation = default)
    {
        var received = new ShareVector256[owners.Count];
        await Round.AllAsync(
            owners.Select((owner, i) => (Func<CancellationToken, Task>)(async token =>
                received[i] = await ReceiveSharesAsync(owner, OpenTotals, length, token))), // 2 ←
            cancellation);
        using var total = ShareVector256.Sum(ownShares is null ? received : [.. received, ownShares]);
        foreach (var shares in received) shares.Dispose();
        return total.Open();
    }

    private static async Task<ShareVector256> ReceiveSharesAsync(
        IChannel owner, StepId step, int length, CancellationToken cancellation)
    {
        var message = await owner.ReceiveAsync<SharesMessage>(step, cancellation);
        PeerFaultException.ThrowUnless(message.Shares.Length == length, owner.Peer, step, "one share of each total in question");
        return message.Shares;
    }
}
