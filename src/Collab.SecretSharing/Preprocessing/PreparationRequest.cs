using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>Step 5: what a party's operator asked for, where its numbers go on, and its half of the session's name.</summary>
/// <param name="Asked">Units of each kind.</param>
/// <param name="NextWords">The least number that a new unit of words may have.</param>
/// <param name="NextBits">The same of bits.</param>
/// <param name="Nonce">Drawn for this session.</param>
internal sealed record PreparationRequest(TripleStock Asked, ulong NextWords, ulong NextBits, Digest Nonce) : IMessage<PreparationRequest>
{
    private const ulong MostNumber = 1UL << 39; // has 12 digits

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .UInt32((uint)Asked.WordUnits).UInt32((uint)Asked.BitUnits).UInt64(NextWords).UInt64(NextBits).Digest(Nonce).Written);

    public static PreparationRequest Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        uint words = reader.UInt32(), bits = reader.UInt32();
        ulong nextWords = reader.UInt64(), nextBits = reader.UInt64();
        var nonce = reader.Digest();
        reader.End();
        return words <= TripleStore.MostUnits && bits <= TripleStore.MostUnits && nextWords < MostNumber && nextBits < MostNumber
            ? new(new((int)words, (int)bits), nextWords, nextBits, nonce)
            : throw new MalformedException("numbers of units that a store takes");
    }
}
