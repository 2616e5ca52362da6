using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Replicated.Verification;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <summary>Three parties with an honest majority: x = x₀ + x₁ + x₂, and party i holds x_i and x_{i+1}.</summary>
/// <remarks>
/// Indices are modulo 3. Every component j and every key k_j is known to the parties j and j − 1. One word is sent for each party and
/// product. Source: Araki, Furukawa, Lindell, Nof, Ohara, eprint 2016/768; Mohassel, Rindal, eprint 2018/403. Steps are numbered as in
/// specs/replicated-sharing.md. See <see cref="IVectorEngine"/> for the contract.
/// </remarks>
public sealed partial class ReplicatedEngine : IVectorEngine
{
    internal static readonly StepId KeyStep = new("replicated-sharing.1");
    internal static readonly StepId InputStep = new("replicated-sharing.2");
    internal static readonly StepId ProductStep = new("replicated-sharing.3");
    internal static readonly StepId OpenStep = new("replicated-sharing.4");
    internal static readonly StepId ShuffleStep = new("replicated-sharing.5");
    internal static readonly StepId ProofStep = new("replicated-sharing.10");

    private const int MaskedAtATime = 2048; // words whose masks stay in the first-level cache

    private readonly IChannel _previous, _next;
    private readonly AesPrg _ownStream, _nextStream;
    private readonly ProductLog? _words, _bits; // what is not yet checked, where products are

    private ReplicatedEngine(
        SecurityModel security, IReadOnlyList<PartyId> parties, int index, IChannel previous, IChannel next, Gf128 ownKey, Gf128 nextKey)
    {
        (Security, Parties, Index, _previous, _next) = (security, parties, index, previous, next);
        (_ownStream, _nextStream) = (new AesPrg(ownKey), new AesPrg(nextKey));
        if (IsChecked) (_words, _bits) = (new ProductLog(), new ProductLog());
    }

    /// <inheritdoc/>
    public IReadOnlyList<PartyId> Parties { get; }

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public SecurityModel Security { get; }

    private bool IsChecked => Security == SecurityModel.Malicious;

    /// <inheritdoc/>
    public int ComponentCount => 2;

    /// <inheritdoc/>
    public int ConstantComponent => Index switch { 0 => 0, 2 => 1, _ => -1 };             // the constant goes into x₀

    /// <summary>Opens this party's end: agrees on the keys.</summary>
    /// <param name="parties">The three parties, in the same order at each.</param>
    /// <param name="self">Which of them this one is.</param>
    /// <param name="channels">A channel to each of the two others, for this engine alone. Not disposed here.</param>
    /// <param name="random">Where this party's key comes from.</param>
    /// <param name="security">Whether one party may deviate: then all products are proved before anything is opened.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Not three parties, or this one is none of them.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    public static async Task<ReplicatedEngine> OpenAsync(
        IReadOnlyList<PartyId> parties,
        PartyId self,
        IReadOnlyDictionary<PartyId, IChannel> channels,
        RandomSource random,
        SecurityModel security = SecurityModel.SemiHonest,
        CancellationToken cancellation = default)
    {
        if (parties.Count != 3 || parties.Distinct().Count() != 3) throw new ArgumentException("Three parties.", nameof(parties));
        var index = parties.ToList().IndexOf(self);
        if (index < 0) throw new ArgumentException("This party is one of the three.", nameof(self));
        var (previous, next) = (channels[parties[(index + 2) % 3]], channels[parties[(index + 1) % 3]]);
        using var own = NativeBuffer<ulong>.Allocate(2);
        random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(own.Span));
        using var received = await WordMessages.ExchangeAsync(own, previous, next, KeyStep, cancellation).ConfigureAwait(false); // 1 ←→
        return new ReplicatedEngine(security, parties, index, previous, next, KeyOf(own), KeyOf(received));
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _ownStream.Dispose();
        _nextStream.Dispose();
        _words?.Dispose();
        _bits?.Dispose();
    }

    private static Gf128 KeyOf(NativeBuffer<ulong> words) => new(words.Span[0], words.Span[1]);

    private int IndexOf(PartyId party)
    {
        for (var i = 0; i < 3; i++)
        {
            if (Parties[i] == party) return i;
        }

        throw new ArgumentException($"{party.Name} is none of the three parties.", nameof(party));
    }
}
