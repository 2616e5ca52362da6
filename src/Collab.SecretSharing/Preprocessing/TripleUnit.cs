using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>Names a unit of <see cref="TripleStore.UnitWords"/> triples, the same at both parties.</summary>
/// <param name="Kind">What they are of.</param>
/// <param name="Number">Counts the units of a kind that a pair ever made.</param>
/// <param name="Binding">Names the session that made it, its kind and its number: H(session ‖ kind ‖ number).</param>
internal sealed record TripleUnit(TripleKind Kind, ulong Number, Digest Binding)
{
    /// <summary>The unit of a session.</summary>
    public static TripleUnit Of(Digest session, TripleKind kind, ulong number) => new(
        kind, number, Digest.Of("collab.preprocessing.unit", new CanonicalWriter().Digest(session).Byte((byte)kind).UInt64(number).Written));
}
