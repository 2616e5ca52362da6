using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>Steps 2 and 5: a mailbox of summaries, or all sealed details of a bank; of one size whatever is in it.</summary>
/// <param name="Bytes">The content.</param>
internal sealed record PaddedBox(byte[] Bytes) : IMessage<PaddedBox>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static PaddedBox Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());

    /// <summary>Sends each other bank its box and receives one of the same size from each, all at once.</summary>
    /// <exception cref="PeerFaultException">A bank sent another size.</exception>
    public static async Task<byte[][]> ExchangeAsync(
        IReadOnlyList<IChannel?> channels, Func<int, byte[]> boxOf, StepId step, CancellationToken cancellation)
    {
        var received = new byte[channels.Count][];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(channels.Index().Where(entry => entry.Item is not null).SelectMany(entry => new[] { SendAsync(entry.Index), ReceiveAsync(entry.Index) })).ConfigureAwait(false);
        return received;

        Task SendAsync(int bank) => StoppingAsync(async () => await channels[bank]!.SendAsync(new PaddedBox(boxOf(bank)), stop.Token).ConfigureAwait(false));

        Task ReceiveAsync(int bank) => StoppingAsync(async () =>
        {
            var box = await channels[bank]!.ReceiveAsync<PaddedBox>(step, stop.Token).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(box.Bytes.Length == boxOf(bank).Length, channels[bank]!.Peer, step, "a box of the size that follows from the plan");
            received[bank] = box.Bytes;
        });

        async Task StoppingAsync(Func<Task> leg)
        {
            try
            {
                await leg().ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false); // without one bank's box the round is not done
                throw;
            }
        }
    }
}
