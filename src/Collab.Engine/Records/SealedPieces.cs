using System.Buffers;
using Collab.Channels;
using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>A body of a size that both parties know, sealed to one recipient in numbered pieces and padded with zeros: an onlooker sees the size and no more.</summary>
/// <param name="sealing">The suite's sealed delivery.</param>
/// <param name="run">What the run's messages are bound to.</param>
/// <param name="what">What the body is, for example <c>request</c>.</param>
/// <param name="size">The size of the body, in bytes.</param>
/// <param name="step">The step of the spec.</param>
internal sealed class SealedPieces(ISealedDelivery sealing, Digest run, string what, int size, StepId step)
{
    private const int PieceSize = 1 << 20;
    private const string Domain = "collab.delivery.piece.v1";

    private int Count => (size + PieceSize - 1) / PieceSize;

    /// <summary>Pads, seals and sends.</summary>
    /// <param name="channel">To whom it goes, who need not be the recipient.</param>
    /// <param name="publicKey">The recipient's key; one whose signature was checked.</param>
    /// <param name="body">At most the size.</param>
    public async Task SendAsync(IChannel channel, byte[] publicKey, ReadOnlyMemory<byte> body, RandomSource random, CancellationToken cancellation)
    {
        if (body.Length > size) throw new ArgumentException("The body is larger than its size.", nameof(body));
        for (var piece = 0; piece < Count; piece++)
        {
            var plaintext = new byte[SizeOf(piece)];
            var from = Math.Min(piece * PieceSize, body.Length);
            body.Slice(from, Math.Min(plaintext.Length, body.Length - from)).CopyTo(plaintext);
            byte[] delivery;
            try
            {
                delivery = sealing.Seal(publicKey, ContextOf(piece), plaintext, random);
            }
            catch (MalformedException)
            {
                throw new PeerFaultException(channel.Peer, step, "a key that can be sealed to");
            }

            Array.Clear(plaintext);
            await channel.SendAsync(new SealedPiece(delivery), cancellation);
        }
    }

    /// <summary>Receives and opens the body with its padding.</summary>
    /// <exception cref="PeerFaultException">A piece has another size, or does not open.</exception>
    public async Task<byte[]> ReceiveAsync(IChannel channel, IOpeningKey key, CancellationToken cancellation)
    {
        var body = new byte[size];
        for (var piece = 0; piece < Count; piece++)
        {
            var delivery = (await channel.ReceiveAsync<SealedPiece>(step, cancellation)).Bytes;
            PeerFaultException.ThrowUnless(delivery.Length == SizeOf(piece) + sealing.Overhead, channel.Peer, step, "a piece of the size that the plan says");
            var plaintext = key.Open(ContextOf(piece), delivery);
            PeerFaultException.ThrowUnless(plaintext is not null, channel.Peer, step, "a piece that opens with the key of this run");
            plaintext!.CopyTo(body, piece * PieceSize);
            Array.Clear(plaintext);
        }

        return body;
    }

    private int SizeOf(int piece) => Math.Min(PieceSize, size - (piece * PieceSize));

    private byte[] ContextOf(int piece) => new CanonicalWriter().Text(Domain).Digest(run).Text(what).UInt32((uint)piece).UInt32((uint)Count).ToArray();
}

/// <summary>A sealed piece.</summary>
internal sealed record SealedPiece(byte[] Bytes) : IMessage<SealedPiece>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static SealedPiece Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
}
