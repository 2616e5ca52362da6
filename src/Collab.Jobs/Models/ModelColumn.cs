using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>A column that a model is made of: whose, and its name there. Two owners may each have one of the same name.</summary>
/// <param name="Of">The owner.</param>
/// <param name="Column">Its name in the owner's dataset.</param>
public sealed record ModelColumn(PartyId Of, string Column)
{
    /// <summary>The names of an owner's among some columns, in order.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<ModelColumn> columns, PartyId owner) => [.. columns.Where(column => column.Of == owner).Select(column => column.Column)];

    /// <summary>Whether inputs have keys of one shape and these columns.</summary>
    internal static bool Fit(IReadOnlyList<ModelColumn> columns, IReadOnlyList<PlanInput> inputs) =>
        inputs.All(input => input.Key.Count >= 1 && input.Key.Count == inputs[0].Key.Count)
        && columns.All(column => inputs.Any(input => input.Owner == column.Of && input.Columns.Any(held => held.Name == column.Column)));

    internal static void Encode(CanonicalWriter writer, ModelColumn column) => writer.Party(column.Of).Text(column.Column);

    internal static ModelColumn Decode(ref CanonicalReader reader) => new(reader.Party(), reader.Text());
}

/// <summary>The column of the labels.</summary>
/// <param name="Of">The label owner.</param>
/// <param name="Column">Its name.</param>
/// <param name="Positive">The value that counts as 1, all others as 0; null where the column holds the labels as numbers.</param>
public sealed record LabelColumn(PartyId Of, string Column, string? Positive)
{
    internal void Encode(CanonicalWriter writer) => writer.Party(Of).Text(Column).Optional(Positive, (w, value) => w.Text(value));

    internal static LabelColumn Decode(ref CanonicalReader reader) => new(reader.Party(), reader.Text(), reader.Optional((ref r) => r.Text()));
}
