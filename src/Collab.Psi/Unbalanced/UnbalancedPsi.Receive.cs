using System.Security.Cryptography;
using Collab.Channels;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Vole;

namespace Collab.Psi.Unbalanced;

public static partial class UnbalancedPsi
{
    /// <summary>The receiver's part: asks for its items.</summary>
    /// <param name="channel">To the sender.</param>
    /// <param name="parameters">What was agreed; the sender must have the same.</param>
    /// <param name="items">Canonical, distinct items, at most <see cref="UnbalancedParameters.ReceiverItems"/>; their number does not show.</param>
    /// <param name="random">Blinds, keys, the points of empty bins.</param>
    /// <param name="options">Threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The indices, ascending, of those items that the sender has, and their labels.</returns>
    /// <exception cref="ArgumentException">Two items are equal, one is too long, or there are too many.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>All answers are decrypted and compared whatever they say; putting the labels of matches together takes microseconds each, after the last message.</remarks>
    public static async Task<LabelledMatches> QueryAsync(
        IChannel channel, UnbalancedParameters parameters, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, UnbalancedPsiOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        var (threads, peer) = (options.Threads(cancellation), channel.Peer);
        using var requests = new ItemRequests(items, parameters.ReceiverItems, random);
        await channel.SendAsync(new QueryHello(parameters.Id), cancellation).ConfigureAwait(false);                  // 1 →
        var hello = await channel.ReceiveAsync<DatabaseHello>(Hello, cancellation).ConfigureAwait(false);            // 1 ←
        PeerFaultException.ThrowUnless(hello.Parameters == parameters.Id, peer, Hello, "the parameters that were agreed");

        await channel.SendAsync(new QueryPart(requests.Blinded()), cancellation).ConfigureAwait(false);              // 2 →  r·H(y)
        var evaluated = await channel.ReceiveAsync<QueryPart>(Evaluated, cancellation).ConfigureAwait(false);        // 3 ←  k·r·H(y)
        var seeds = requests.Seeds(evaluated.Bytes);
        PeerFaultException.ThrowUnless(seeds is not null, peer, Evaluated, $"{parameters.ReceiverItems} elements of the group, none neutral");

        var function = new ItemFunction(parameters, hello.Salt);
        var places = QueryTable.Place(parameters, function.Bins(seeds!));
        var query = new QueryTable(parameters, function, seeds!, places, random);
        using var secret = SecretKey.Generate(parameters.Encryption, random);
        var encoder = new BatchEncoder(parameters.Encryption);
        for (var table = 0; table < parameters.Tables; table++)
        {
            foreach (var power in query.Powers(table))                                                               // 4 →  Enc(x^j)
            {
                using var plaintext = encoder.Encode(power);
                using var ciphertext = secret.Encrypt(plaintext, random);
                await channel.SendAsync(new QueryPart(ciphertext.Encode()), cancellation).ConfigureAwait(false);
            }

            for (var bundle = 0; bundle < parameters.Bundles; bundle++)                                              // 5 ←  Enc(T_v(x))
            {
                var answer = await channel.ReceiveAsync<QueryPart>(Answer, cancellation).ConfigureAwait(false);
                var numbers = Decrypt(parameters, answer.Bytes, secret, encoder, threads, peer);
                query.Compare(table, numbers);
            }
        }

        var matches = query.Matches();                                                                               // 6
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(seeds.AsSpan()));
        return matches;
    }

    // The V numbers of all bins, shape [V][N].
    private static ulong[][] Decrypt(
        UnbalancedParameters parameters, ReadOnlyMemory<byte> bytes, SecretKey secret, BatchEncoder encoder, ParallelOptions threads, PartyId peer)
    {
        var size = bytes.Length / parameters.Values;
        PeerFaultException.ThrowUnless(bytes.Length == size * parameters.Values, peer, Answer, $"{parameters.Values} ciphertexts");
        var answers = new Ciphertext[parameters.Values];
        try
        {
            for (var v = 0; v < answers.Length; v++)
            {
                answers[v] = Ciphertext.Decode(parameters.Encryption, bytes.Span.Slice(v * size, size));
                if (answers[v].Level != 1 || answers[v].Parts != 2) throw new MalformedException("answers of two parts under one prime");
            }

            var numbers = new ulong[parameters.Values][];
            Parallel.For(0, numbers.Length, threads, v =>
            {
                using var plaintext = secret.Decrypt(answers[v]);
                numbers[v] = encoder.Decode(plaintext);
            });
            return numbers;
        }
        catch (MalformedException)
        {
            throw new PeerFaultException(peer, Answer, "ciphertexts of the agreed parameters, of two parts under one prime");
        }
        finally
        {
            foreach (var answer in answers) answer?.Dispose();
        }
    }
}
