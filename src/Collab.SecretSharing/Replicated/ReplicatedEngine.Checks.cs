using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Replicated.Verification;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>The proofs that all products were right, before anything is opened.</content>
public sealed partial class ReplicatedEngine
{
    private const int CheckedAtATime = 1 << 20; // words: bounds what is kept to 48 bytes each

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellation = default)
    {
        if (!IsChecked || _words!.Count + _bits!.Count == 0) return;
        if (_words.Count > 0) await CheckAsync<Integers64, GaloisProofRing>(_words, cancellation).ConfigureAwait(false);
        if (_bits.Count > 0) await CheckAsync<Bits64, BinaryProofRing>(_bits, cancellation).ConfigureAwait(false);

        // 10e. Nobody opens before both others have accepted what they checked.
        using var accepted = NativeBuffer<ulong>.AllocateZeroed(1);
        using var one = await WordMessages.ExchangeAsync(accepted, _next, _previous, ProofStep, cancellation).ConfigureAwait(false);
        using var other = await WordMessages.ExchangeAsync(accepted, _previous, _next, ProofStep, cancellation).ConfigureAwait(false);
    }

    private async Task RecordAsync<TRing>(ProductLog? log, NativeBuffer<ulong> received, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        if (log is null) return;
        Complete<TRing>(log, received);
        if (_words!.Count + _bits!.Count > CheckedAtATime) await CheckAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>This party proves its own products, is the first verifier of those of the next party and the second of those of the one before.</summary>
    private async Task CheckAsync<TRing, TProof>(ProductLog log, CancellationToken cancellation)
        where TRing : struct, IWordRing
        where TProof : struct, IProofRing
    {
        // Of the proof of p: masks r from k_p, masks s from k_{p+1}, challenges from k_{p−1}, which p does not have.
        var (own, next) = (new ProofSeeds(_ownStream), new ProofSeeds(_nextStream));
        using var challenge = NativeBuffer<ulong>.Allocate(2);
        (challenge.Span[0], challenge.Span[1]) = (own.Challenge.Low, own.Challenge.High);
        using var mine = await WordMessages.ExchangeAsync(challenge, _next, _previous, ProofStep, cancellation).ConfigureAwait(false);      // 10a → the one proved to
        var count = log.Count;

        NativeBuffer<ulong> shares;
        using (var proof = new ProductProof<TRing, TProof>(count, KeyOf(mine))) shares = Prove(proof, log, own, next);         // 10b
        using var sent = shares;
        using var given = await WordMessages.ExchangeAsync(sent, _next, _previous, ProofStep, cancellation).ConfigureAwait(false);         // 10b →

        RequireElements<TProof>(given, _previous.Peer);
        NativeBuffer<ulong> folded;
        using (var proof = new ProductProof<TRing, TProof>(count, own.Challenge)) folded = FoldFirst(proof, log, own, next);   // 10c
        using var first = folded;
        using var theirs = await WordMessages.ExchangeAsync(first, _previous, _next, ProofStep, cancellation).ConfigureAwait(false);       // 10c →

        RequireElements<TProof>(theirs, _next.Peer);
        bool holds;
        using (var proof = new ProductProof<TRing, TProof>(count, next.Challenge)) holds = Holds(proof, log, own, next, given, theirs);
        PeerFaultException.ThrowUnless(                                                                                        // 10d
            holds, _previous.Peer, ProofStep, $"a proof of its products that holds, unless {_next.Peer.Name} altered its part of the check");
        log.Clear();
    }

    private static void RequireElements<TProof>(NativeBuffer<ulong> received, PartyId peer)
        where TProof : struct, IProofRing =>
        PeerFaultException.ThrowUnless(TProof.AreCanonical(received.Span), peer, ProofStep, "elements of the extension, the last word of each 0");

    /// <summary>The second verifier's shares of the coefficients; the first one's are drawn.</summary>
    private static unsafe NativeBuffer<ulong> Prove<TRing, TProof>(ProductProof<TRing, TProof> proof, ProductLog log, ProofSeeds own, ProofSeeds next)
        where TRing : struct, IWordRing
        where TProof : struct, IProofRing
    {
        var q = proof.Coefficients(log.Column(0), log.Column(2), log.Column(1), log.Column(3), own.FirstMask, next.SecondMask);
        using var drawn = SharesOf<TRing, TProof>(proof, own.Share);
        for (var e = 0; e < proof.CoefficientCount; e++) TProof.Subtract(q.Pointer + (e * TProof.Words), drawn.Pointer + (e * TProof.Words));

        // Coefficient B − 1 is what the verifiers know themselves; it is not theirs to be told.
        q.Span.Slice(proof.ClaimIndex * TProof.Words, TProof.Words).Clear();
        return q;
    }

    /// <summary>u(ξ), and after it the share of q(ξ).</summary>
    private static unsafe NativeBuffer<ulong> FoldFirst<TRing, TProof>(ProductProof<TRing, TProof> proof, ProductLog log, ProofSeeds own, ProofSeeds next)
        where TRing : struct, IWordRing
        where TProof : struct, IProofRing
    {
        using var u = proof.FoldFirst(log.Column(1), log.Column(3), next.FirstMask, own.Point);
        using var shares = SharesOf<TRing, TProof>(proof, next.Share);
        using var value = proof.Evaluate(shares, log.Column(5), own.Point);
        var message = NativeBuffer<ulong>.Allocate(u.Length + value.Length);
        u.Span.CopyTo(message.Span);
        value.Span.CopyTo(message.Span[u.Length..]);
        return message;
    }

    private static unsafe bool Holds<TRing, TProof>(
        ProductProof<TRing, TProof> proof, ProductLog log, ProofSeeds own, ProofSeeds next, NativeBuffer<ulong> given, NativeBuffer<ulong> theirs)
        where TRing : struct, IWordRing
        where TProof : struct, IProofRing
    {
        using var v = proof.FoldSecond(log.Column(0), log.Column(2), own.SecondMask, next.Point);
        using var second = proof.Evaluate(given, log.Column(4), next.Point);
        using NativeBuffer<ulong> u = NativeBuffer<ulong>.Allocate(v.Length), first = NativeBuffer<ulong>.Allocate(second.Length);
        theirs.Span[..u.Length].CopyTo(u.Span);
        theirs.Span[u.Length..].CopyTo(first.Span);
        return proof.Holds(u, v, first, second);
    }

    private static unsafe NativeBuffer<ulong> SharesOf<TRing, TProof>(ProductProof<TRing, TProof> proof, Gf128 seed)
        where TRing : struct, IWordRing
        where TProof : struct, IProofRing
    {
        var shares = ProductProof<TRing, TProof>.Elements(proof.CoefficientCount);
        using var stream = new Collab.Arithmetic.Hashing.AesPrg(seed);
        TProof.Draw(stream, shares.Pointer, proof.CoefficientCount);
        return shares;
    }

    /// <summary>The last column becomes z_{i+1} − x_{i+1}·y_{i+1} − F(k_{i+1}), now that z_{i+1} has come.</summary>
    private static unsafe void Complete<TRing>(ProductLog log, NativeBuffer<ulong> received)
        where TRing : struct, IWordRing
    {
        nint start = log.Count - received.Length;
        ulong* x = log.Column(1) + start, y = log.Column(3) + start, last = log.Column(5) + start, z = received.Pointer;
        for (nint i = 0; i < received.Length; i = unchecked(i + 1))
            last[i] = TRing.Subtract(TRing.Subtract(z[i], TRing.Multiply(x[i], y[i])), unchecked(last[i]));
    }

    /// <summary>What the two holders of a key draw from it for one check.</summary>
    private readonly struct ProofSeeds
    {
        public ProofSeeds(RandomSource stream) =>
            (FirstMask, Share, SecondMask, Challenge, Point) = (Next(stream), Next(stream), Next(stream), Next(stream), Next(stream));

        public Gf128 FirstMask { get; }

        public Gf128 Share { get; }

        public Gf128 SecondMask { get; }

        public Gf128 Challenge { get; }

        public Gf128 Point { get; }

        private static Gf128 Next(RandomSource stream)
        {
            Span<byte> seed = stackalloc byte[Gf128.Size];
            stream.Fill(seed);
            return Gf128.Read(seed);
        }
    }
}
