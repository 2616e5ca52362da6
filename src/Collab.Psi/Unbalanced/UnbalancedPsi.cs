using System.Diagnostics;
using Collab.Channels;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Unbalanced;

/// <summary>What a sender knows of a query it answered.</summary>
/// <param name="Revision">The version of the database that was asked.</param>
/// <param name="Computing">The time spent computing: F of blinded elements, reading ciphertexts, evaluating.</param>
public sealed record AnsweredQuery(long Revision, TimeSpan Computing);

/// <summary>Private set intersection of a few items with many that are prepared once: the receiver learns which of its items the sender has, and their labels.</summary>
/// <remarks>
/// An oblivious pseudorandom function hides what the receiver asks and makes what the sender has uniform; the receiver's points are encrypted in the slots of
/// BFV, and the sender evaluates polynomials through its tags and encrypted labels at them. The sender learns that a query took place; the receiver at most M
/// values of F, and sizes. Source: Chen, Laine, Rindal, CCS 2017; Chen, Huang, Laine, Rindal, CCS 2018; Cong et al., CCS 2021. Steps: specs/psi-unbalanced.md.
/// The caller makes items canonical and distinct, and closes the channel, which compares the transcripts; the result is not to be used before.
/// </remarks>
public static partial class UnbalancedPsi
{
    private static readonly StepId Hello = new("psi-unbalanced.1");
    private static readonly StepId Blinded = new("psi-unbalanced.2");
    private static readonly StepId Evaluated = new("psi-unbalanced.3");
    private static readonly StepId Query = new("psi-unbalanced.4");
    private static readonly StepId Answer = new("psi-unbalanced.5");

    /// <summary>The sender's part: answers one query from the version that the database has at its beginning.</summary>
    /// <param name="channel">To the receiver.</param>
    /// <param name="database">What is asked; it may be updated meanwhile.</param>
    /// <param name="options">Threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>M multiplications of points, and for each of c·G·V polynomials B − 1 products by plaintexts of as many ciphertexts. No secret of the sender's
    /// is in the timing.</remarks>
    public static async Task<AnsweredQuery> AnswerAsync(
        IChannel channel, SenderDatabase database, UnbalancedPsiOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        var (snapshot, threads, computing) = (database.Current, options.Threads(cancellation), new Stopwatch());
        var (parameters, peer) = (snapshot.Parameters, channel.Peer);
        await channel.SendAsync(new DatabaseHello(parameters.Id, snapshot.Salt, snapshot.Revision), cancellation).ConfigureAwait(false); // 1 →
        var hello = await channel.ReceiveAsync<QueryHello>(Hello, cancellation).ConfigureAwait(false);               // 1 ←
        PeerFaultException.ThrowUnless(hello.Parameters == parameters.Id, peer, Hello, "the parameters of the database");

        var blinded = await channel.ReceiveAsync<QueryPart>(Blinded, cancellation).ConfigureAwait(false);            // 2 ←  r·H(y)
        PeerFaultException.ThrowUnless(blinded.Bytes.Length == ItemRequests.ElementSize * parameters.ReceiverItems, peer, Blinded, $"{parameters.ReceiverItems} elements");
        computing.Start();
        var evaluated = database.Key.BlindEvaluate(blinded.Bytes);
        computing.Stop();
        PeerFaultException.ThrowUnless(evaluated is not null, peer, Blinded, "elements of the group, none neutral");
        await channel.SendAsync(new QueryPart(evaluated), cancellation).ConfigureAwait(false);                       // 3 →  k·r·H(y)

        var powers = new Ciphertext[parameters.Places - 1];
        for (var table = 0; table < parameters.Tables; table++)
        {
            try
            {
                for (var j = 0; j < powers.Length; j++)                                                              // 4 ←  Enc(x^(j+1))
                {
                    var part = await channel.ReceiveAsync<QueryPart>(Query, cancellation).ConfigureAwait(false);
                    computing.Start();
                    powers[j] = Read(parameters, part.Bytes, peer);
                    computing.Stop();
                }

                for (var bundle = 0; bundle < parameters.Bundles; bundle++)                                          // 5 →  Enc(T_v(x))
                {
                    computing.Start();
                    var polynomials = snapshot.Bundles[(table * parameters.Bundles) + bundle];
                    var answers = new byte[parameters.Values][];
                    Parallel.For(0, answers.Length, threads, v => answers[v] = Evaluate(parameters, powers, polynomials, v));
                    computing.Stop();
                    await channel.SendAsync(new QueryPart(answers.SelectMany(answer => answer).ToArray()), cancellation).ConfigureAwait(false);
                }
            }
            finally
            {
                foreach (var power in powers) power?.Dispose();
            }
        }

        return new(snapshot.Revision, computing.Elapsed);
    }

    private static Ciphertext Read(UnbalancedParameters parameters, ReadOnlyMemory<byte> bytes, PartyId peer)
    {
        try
        {
            using var seeded = SeededCiphertext.Decode(parameters.Encryption, bytes.Span);
            return seeded.Expand();
        }
        catch (MalformedException)
        {
            throw new PeerFaultException(peer, Query, "a fresh ciphertext of the agreed parameters");
        }
    }

    // Σ_j c_j·x^j, in the rows v·B to v·B + B − 1, under the first prime alone.
    private static byte[] Evaluate(UnbalancedParameters parameters, Ciphertext[] powers, PlaintextMatrix polynomials, int v)
    {
        var first = v * parameters.Places;
        using var sum = Evaluator.SumOfProducts(powers, polynomials, first + 1);
        using var constant = polynomials.ToPlaintext(first);
        using var value = Evaluator.Add(sum, constant);
        return Encode(value);
    }

    private static byte[] Encode(Ciphertext value)
    {
        if (value.Level == 1) return value.Encode();
        using var lower = Evaluator.SwitchModulus(value);
        return Encode(lower);
    }
}
