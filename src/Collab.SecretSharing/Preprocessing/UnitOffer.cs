using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>Step 1: the units that a party has for a run, or that it gives none to it.</summary>
/// <param name="IsOpen">Whether this run has the party's store.</param>
/// <param name="Units">Its units, by kind and number, each once; none where it has not.</param>
internal sealed record UnitOffer(bool IsOpen, IReadOnlyList<TripleUnit> Units) : IMessage<UnitOffer>
{
    private const int UnitSize = 1 + sizeof(ulong) + Digest.Size;

    public void Encode(IBufferWriter<byte> destination)
    {
        var size = 1 + (Units.Count * UnitSize);
        var payload = destination.GetSpan(size);
        payload[0] = IsOpen ? (byte)1 : (byte)0;
        foreach (var (i, unit) in Units.Index())
        {
            var at = payload.Slice(1 + (i * UnitSize), UnitSize);
            at[0] = (byte)unit.Kind;
            BinaryPrimitives.WriteUInt64LittleEndian(at[1..], unit.Number);
            unit.Binding.CopyTo(at[(1 + sizeof(ulong))..]);
        }

        destination.Advance(size);
    }

    public static UnitOffer Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 1 || payload[0] > 1 || (payload.Length - 1) % UnitSize != 0 || (payload.Length - 1) / UnitSize > (payload[0] == 0 ? 0 : 2 * TripleStore.MostUnits))
            throw new MalformedException("an open store's units, or none");
        var units = new List<TripleUnit>();
        for (var at = payload[1..]; !at.IsEmpty; at = at[UnitSize..])
        {
            var unit = new TripleUnit((TripleKind)at[0], BinaryPrimitives.ReadUInt64LittleEndian(at[1..]), new Digest(at.Slice(1 + sizeof(ulong), Digest.Size)));
            if (!Enum.IsDefined(unit.Kind) || (units.Count > 0 && (units[^1].Kind, units[^1].Number).CompareTo((unit.Kind, unit.Number)) >= 0))
                throw new MalformedException("units in their order, each once");
            units.Add(unit);
        }

        return new(payload[0] == 1, units);
    }
}
