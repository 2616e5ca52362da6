using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Which of the two parties of the engine this one is. The first is the sender of the transfers where an operation has only one direction.</summary>
public enum BooleanParty
{
    /// <summary>The first party: its share takes the constants.</summary>
    First = 0,

    /// <summary>The second party.</summary>
    Second = 1,
}

/// <summary>One party's end of the two-party engine over shared bits: the channel, the transfers, the hash and its running tweaks.</summary>
/// <remarks>
/// Semi-honest. Both parties make one, with the same context, and call the same operations in the same order; every operation is on
/// a vector. Numbered as in specs/boolean-sharing.md. One operation at a time.
/// </remarks>
public sealed class BooleanEngine : IDisposable
{
    /// <summary>Transfers taken at a time: bounds the memory to 16 bytes each and party, whatever the length of the vectors.</summary>
    public const int TransfersAtATime = 1 << 20;

    private readonly AesHash _hash;
    private ulong _sentTweak, _receivedTweak;

    /// <summary>One party's end.</summary>
    /// <param name="party">Which party this is; the peer is the other one.</param>
    /// <param name="channel">To the peer, for this engine alone. Not disposed here.</param>
    /// <param name="transfers">Where transfers come from.</param>
    /// <param name="context">Names this run: the hash that masks is keyed with it. Never used twice.</param>
    public BooleanEngine(BooleanParty party, IChannel channel, ICorrelatedTransfers transfers, Digest context)
    {
        Party = party;
        Channel = channel;
        Transfers = transfers;
        var key = Digest.Of("collab.boolean-sharing.hash", context.ToArray()).ToArray();
        _hash = new AesHash(Gf128.Read(key));
    }

    /// <summary>Which party this is.</summary>
    public BooleanParty Party { get; }

    internal IChannel Channel { get; }

    internal ICorrelatedTransfers Transfers { get; }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _hash.Dispose();

    /// <summary>The tweak of the next sent or received transfer; both parties count alike.</summary>
    internal ulong TakeSentTweaks(int count)
    {
        var first = _sentTweak;
        unchecked
        {
            _sentTweak += (ulong)count;
        }

        return first;
    }

    /// <summary>As <see cref="TakeSentTweaks"/> for the other direction.</summary>
    internal ulong TakeReceivedTweaks(int count)
    {
        var first = _receivedTweak;
        unchecked
        {
            _receivedTweak += (ulong)count;
        }

        return first;
    }

    /// <summary>H(x[i], tweak + i), in place.</summary>
    internal void Hash(Span<Gf128> blocks, ulong firstTweak) => _hash.Hash(blocks, firstTweak, blocks);
}
