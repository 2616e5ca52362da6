using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>One entry of one log, as far as this program can read it.</summary>
/// <param name="Log">Whose log it stands in.</param>
/// <param name="Index">Where.</param>
/// <param name="Envelope">What every operation begins with; null when the entry is no operation at all.</param>
/// <param name="Operation">What it says; null when this program does not understand it.</param>
public sealed record ArchiveEntry(PartyId Log, long Index, OperationEnvelope? Envelope, SignedOperation? Operation)
{
    /// <summary>Where in the log, for people.</summary>
    public string Place => $"entry {Index}";

    /// <summary>Reads an entry; nothing is verified, and nothing refused, by that.</summary>
    public static ArchiveEntry Of(PartyId log, long index, ReadOnlySpan<byte> bytes)
    {
        OperationEnvelope? envelope = null;
        try
        {
            envelope = OperationEnvelope.Decode(bytes);
            return new(log, index, envelope, SignedOperation.Decode(bytes));
        }
        catch (MalformedException)
        {
            return new(log, index, envelope, null); // it is in the log all the same: the verifier must name it, not lose it
        }
    }
}
