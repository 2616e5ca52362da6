using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>What steps 1 to 6 of a run of <see cref="CircuitPsi"/> cost, both ways together, without the channel's own frames.</summary>
/// <param name="Bytes">Payload bytes beside those of the vector OLE and of the transfers.</param>
/// <param name="Transfers">Random correlated transfers.</param>
/// <param name="OleLength">Elements of the vector OLE.</param>
/// <param name="Flights">Messages or streams of them that wait for one another, beside those of OLE and transfers.</param>
/// <param name="MemoryBytes">The larger party's memory beside its items, in bytes; an estimate.</param>
public sealed record CircuitPsiCost(long Bytes, long Transfers, long OleLength, long Flights, long MemoryBytes)
{
    private const int LargestPieces = 64;

    /// <summary>The formulas of specs/psi-circuit.md, "Cost".</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="plan">What is opened: squares of the sender cost a second store.</param>
    public static CircuitPsiCost Of(int senderItems, int receiverItems, CircuitPlan plan)
    {
        const int Announcements = 2 * CircuitAnnouncement.Size;
        if (senderItems == 0 || receiverItems == 0) return new(Announcements, 0, 0, 1, 0);
        var layout = BinLayout.Of(receiverItems);
        var ole = OkvsParameters.Create(receiverItems).Size;
        var programmed = OkvsParameters.Create((long)BinLayout.Choices * senderItems).Size;
        var stores = plan is { Values: CircuitValues.OfSender, Squares: true } ? 2 : 1;
        var (bytes, transfers, flights) = Equality(layout.BinCount, layout.StringBits);
        var sender = (Gf128.Size * ((4 * BinLayout.Choices * (long)senderItems) + programmed + ole)) + (24L * layout.BinCount);
        var receiver = (Gf128.Size * ((2 * (long)receiverItems) + Math.Max(3 * ole, programmed))) + (24L * layout.BinCount);
        return new(
            Announcements + Gf128.Size + StoreParts.TotalBytes(ole) + (stores * (Gf128.Size + StoreParts.TotalBytes(programmed))) + bytes,
            transfers,
            ole,
            3 + flights,
            Math.Max(sender, receiver) + (LargestPieces * (long)BooleanEngine.TransfersAtATime));
    }

    private static (long Bytes, long Transfers, long Flights) Equality(int count, int bits)
    {
        long bytes = 0, transfers = 0, flights = 0;
        for (; bits > EqualityTest.TableBits; bits = DistanceBits(bits))
        {
            for (var (start, piece) = (0, Piece(bits)); start < count; start += piece)
            {
                var size = (long)Math.Min(piece, count - start) * bits;
                bytes += ((size + 7) / 8) + (((size * DistanceBits(bits)) + 7) / 8);
                transfers += size;
                flights += 2;
            }
        }

        for (var (start, piece) = (0, Piece(bits)); start < count; start += piece)
        {
            var words = (Math.Min(piece, count - start) + 63) / 64;
            bytes += 8L * words * (bits + (1 << bits) - 1);
            transfers += 64L * words * bits;
            flights += 2;
        }

        return (bytes, transfers, flights);
    }

    private static int DistanceBits(int bits) => System.Numerics.BitOperations.Log2((uint)bits) + 1;

    private static int Piece(int bits) => BooleanEngine.TransfersAtATime / bits / 64 * 64;
}
