using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated;

namespace Collab.SecretSharing;

/// <summary>Vectors of words on their way between two parties, as <see cref="WordsMessage"/>: the same for every engine.</summary>
internal static class WordMessages
{
    /// <summary>Sends a vector to one party and receives one of the same length from another, at once.</summary>
    public static async Task<NativeBuffer<ulong>> ExchangeAsync(
        NativeBuffer<ulong> sent, IChannel to, IChannel from, StepId step, CancellationToken cancellation)
    {
        NativeBuffer<ulong>? received = null;
        await Round.AllAsync(
            [
                token => SendAsync(sent, to, token),
                async token => received = await ReceiveAsync(sent.Length, from, step, token).ConfigureAwait(false),
            ],
            cancellation).ConfigureAwait(false);
        return received!;
    }

    /// <summary>Sends a vector, in as many messages as it takes.</summary>
    public static async Task SendAsync(NativeBuffer<ulong> words, IChannel to, CancellationToken cancellation)
    {
        for (var start = 0; start < words.Length; start += WordsMessage.LargestCount)
        {
            var part = new ReadOnlyWords(words, start, Math.Min(WordsMessage.LargestCount, words.Length - start));
            await to.SendAsync(new WordsMessage(part), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Receives exactly so many words; a vector of one message is taken over without a copy.</summary>
    public static async Task<NativeBuffer<ulong>> ReceiveAsync(int count, IChannel from, StepId step, CancellationToken cancellation)
    {
        NativeBuffer<ulong>? whole = null;
        for (var start = 0; start < count; start += WordsMessage.LargestCount)
        {
            var message = await from.ReceiveAsync<WordsMessage>(step, cancellation).ConfigureAwait(false);
            var part = message.Words.Buffer;
            PeerFaultException.ThrowUnless(
                part.Length == Math.Min(WordsMessage.LargestCount, count - start), from.Peer, step, "as many words as the step has");
            if (part.Length == count) return part;
            whole ??= NativeBuffer<ulong>.Allocate(count);
            part.Span.CopyTo(whole.Span[start..]);
            part.Dispose();
        }

        return whole ?? NativeBuffer<ulong>.Allocate(0);
    }
}
