using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Statistics.Analyses;

/// <summary>Where a regression's receiver asks for sums next: the start (no coefficients), a β, or nowhere any more (null).</summary>
/// <remarks>Source: specs/regression.md, message 1.</remarks>
internal sealed record CoefficientsMessage(double[]? Coefficients) : IMessage<CoefficientsMessage>
{
    public static long SizeOf(int columns) => 5 + ((long)sizeof(double) * columns);

    public static CoefficientsMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var message = new CoefficientsMessage(reader.Optional((ref r) => r.List((ref c) => BitConverter.Int64BitsToDouble(c.Int64()))));
        reader.End();
        return message;
    }

    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter()
        .Optional(Coefficients, (writer, beta) => writer.List(beta, (w, b) => w.Int64(BitConverter.DoubleToInt64Bits(b)))).Written);
}
