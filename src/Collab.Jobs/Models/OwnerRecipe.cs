using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What an owner makes of its columns before they are trained on.</summary>
/// <param name="Of">The owner.</param>
/// <param name="Recipe">The canonical bytes of its recipe (protocols/specs/features.md), whose columns are the owner's features in their order.</param>
public sealed record OwnerRecipe(PartyId Of, ReadOnlyMemory<byte> Recipe)
{
    internal static void Encode(CanonicalWriter writer, OwnerRecipe recipe) => writer.Party(recipe.Of).Bytes(recipe.Recipe.Span);

    internal static OwnerRecipe Decode(ref CanonicalReader reader) => new(reader.Party(), reader.Bytes().ToArray());
}
