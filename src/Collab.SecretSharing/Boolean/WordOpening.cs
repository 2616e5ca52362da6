using System.Buffers.Binary;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Opening of shared integers to one party.</summary>
/// <remarks>Source: specs/boolean-sharing.md, step 8.</remarks>
public static class WordOpening
{
    internal static readonly StepId Shares = new("boolean-sharing.8");

    /// <summary>Opens integers to one party; the other learns nothing.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="words">n shared integers.</param>
    /// <param name="receiver">Who learns them.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The integers, each below 2^w, at the receiver; null at the other.</returns>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<UInt128[]?> OpenAsync(
        BooleanEngine engine, SharedWords words, BooleanParty receiver, CancellationToken cancellation = default)
    {
        if (engine.Party != receiver)
        {
            var bytes = new byte[16 * words.Length];
            for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16 * i), words.Share[i]);
            await engine.SendBitsAsync(bytes, cancellation).ConfigureAwait(false);                                     // 8 →
            return null;
        }

        var shares = await engine.ReceiveBitsAsync(Shares, 128L * words.Length, cancellation).ConfigureAwait(false);    // 8 ←
        var opened = new UInt128[words.Length];
        for (var i = 0; i < opened.Length; i++)
        {
            var share = BinaryPrimitives.ReadUInt128LittleEndian(shares.AsSpan(16 * i));
            PeerFaultException.ThrowUnless(share <= SharedWords.Mask(words.WordBits), engine.Channel.Peer, Shares, "a share below 2^w");
            opened[i] = unchecked(share + words.Share[i]) & SharedWords.Mask(words.WordBits);
        }

        return opened;
    }
}
