using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.FederatedLearning.Averaging;

/// <summary>Steps 1 and 4: the model, and who takes part in the round with this number; in the end nobody.</summary>
internal sealed record ModelMessage(uint Round, PartyId[] Clients, double[] Parameters) : IMessage<ModelMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .UInt32(Round).List(Clients, static (w, client) => w.Party(client)).List(Parameters, static (w, x) => w.Int64(BitConverter.DoubleToInt64Bits(x))).Written);

    public static ModelMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new ModelMessage(
            reader.UInt32(), reader.List((ref CanonicalReader r) => r.Party()), reader.List((ref CanonicalReader r) => BitConverter.Int64BitsToDouble(r.Int64())));
        reader.End();
        return message;
    }
}
