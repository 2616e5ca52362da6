using System.Buffers;
using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Additive;

/// <summary>Shares, one after the other: 32 bytes each, little-endian. The count follows from the length.</summary>
/// <remarks>Source: specs/additive-sharing.md, messages 1 and 2.</remarks>
internal sealed record SharesMessage(ShareVector256 Shares) : IMessage<SharesMessage>
{
    public static SharesMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % Integer256.Size != 0) throw new MalformedException($"whole shares of {Integer256.Size} bytes");
        var shares = new ShareVector256(payload.Length / Integer256.Size);
        for (var i = 0; i < shares.Length; i++)
            shares.Shares[i] = new Share256(Integer256.Read(payload[(i * Integer256.Size)..]));
        return new SharesMessage(shares);
    }

    public void Encode(IBufferWriter<byte> destination)
    {
        foreach (var share in Shares.Shares)
        {
            share.Word.Write(destination.GetSpan(Integer256.Size));
            destination.Advance(Integer256.Size);
        }
    }
}
