using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Who, beside the owners, must agree to a plan, and how many of them (protocols/specs/endorsement.md). Endorsers see the plan, and no data.</summary>
/// <param name="Of">The parties that may endorse, ordered, each once; none of them takes part in the run or asked for it.</param>
/// <param name="AtLeast">How many of them must, from 1 to all.</param>
public sealed record EndorsementRule(IReadOnlyList<PartyId> Of, int AtLeast)
{
    /// <summary>The most parties that a plan may name.</summary>
    public const int MostEndorsers = 16;

    /// <summary>Whether the rule can be met, and by its order has one encoding.</summary>
    internal bool IsSound =>
        Of.Count is >= 1 and <= MostEndorsers && AtLeast >= 1 && AtLeast <= Of.Count && Of.Zip(Of.Skip(1)).All(p => p.First.CompareTo(p.Second) < 0);

    /// <inheritdoc/>
    public bool Equals(EndorsementRule? other) => other is not null && AtLeast == other.AtLeast && Of.SequenceEqual(other.Of);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(AtLeast, Of.Count, Of.Count > 0 ? Of[0] : null);

    internal static void Encode(CanonicalWriter writer, EndorsementRule? rule) =>
        writer.List(rule?.Of ?? [], (w, party) => w.Party(party)).Byte((byte)(rule?.AtLeast ?? 0));

    internal static EndorsementRule? Decode(ref CanonicalReader reader)
    {
        var rule = new EndorsementRule(reader.List((ref r) => r.Party()), reader.Byte());
        if (rule is { Of.Count: 0, AtLeast: 0 }) return null;
        return rule.IsSound ? rule : throw new MalformedException("endorsers in order, each once, and a number of them that must endorse");
    }
}
