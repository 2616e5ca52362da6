using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>A part of a model as a node keeps it, encrypted by its store: its own, and where it gets the whole model those of the others.</summary>
/// <param name="Training">The job that trained it.</param>
/// <param name="Model">The run, which names the model.</param>
/// <param name="Of">Whose part.</param>
/// <param name="Salt">32 random bytes, so that a small part cannot be guessed by its commitment.</param>
/// <param name="Part">The canonical bytes of the part, of the kind that the job's plan says.</param>
public sealed record StoredPart(Digest Training, Digest Model, PartyId Of, Digest Salt, ReadOnlyMemory<byte> Part)
{
    private const string Domain = "collab-model-part-1";

    /// <summary>The canonical bytes of the owner's fitted recipe; empty where its columns are taken as they are.</summary>
    public ReadOnlyMemory<byte> Recipe { get; init; }

    /// <summary>What model cards say of it.</summary>
    public Digest Commitment => Digest.Of(Domain, Encode());

    /// <inheritdoc/>
    public override string ToString() => $"{Of}'s part of model {Model.Short}"; // never the numbers

    internal byte[] Encode() => new CanonicalWriter().Text(Domain).Digest(Training).Digest(Model).Party(Of).Digest(Salt).Bytes(Part.Span).Bytes(Recipe.Span).ToArray();

    internal static StoredPart Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a stored part of this version");
        var stored = new StoredPart(reader.Digest(), reader.Digest(), reader.Party(), reader.Digest(), reader.Bytes().ToArray()) { Recipe = reader.Bytes().ToArray() };
        reader.End();
        return stored;
    }
}
