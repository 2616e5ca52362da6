using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Who chooses the protocol of an intersection.</summary>
public enum ProtocolChoice
{
    /// <summary>The planner, by sizes, line and security.</summary>
    Automatic = 1,

    /// <summary>The requester: Diffie-Hellman, fewest bytes of set-up.</summary>
    Ecdh = 2,

    /// <summary>The requester: vector OLE and a key-value store (RR22), fastest for large sets.</summary>
    Rr22 = 3,

    /// <summary>The requester: homomorphic encryption against what one owner has prepared, fewest bytes for a few keys against many.</summary>
    Unbalanced = 4,
}

/// <summary>Which keys do the owners share, and what is told of it?</summary>
/// <param name="KeyRule">How keys are made equal before they are compared.</param>
/// <param name="KeyParts">Of several alternative keys: how many columns each has. Empty for one key of all key columns.</param>
/// <param name="Reveal">What the receivers are told.</param>
/// <param name="AtLeast">In how many of the owners' lists a key must be; 0 for all.</param>
/// <param name="Choice">Who chose the protocol.</param>
/// <param name="Bandwidth">The line the planner reckons with, in Mbit/s; 0 for the product's assumption.</param>
/// <param name="ExpectedRows">
/// How many rows the requester expects of each input, in their order, for choice and estimate only; 0 where the row band is reckoned
/// with; empty when none was said.
/// </param>
public sealed record IntersectionQuestion(
    KeyRule KeyRule,
    IReadOnlyList<int> KeyParts,
    Reveal Reveal,
    int AtLeast,
    ProtocolChoice Choice,
    int Bandwidth,
    IReadOnlyList<long> ExpectedRows) : Question
{
    /// <summary>One key, and the rows that match are told; the planner chooses.</summary>
    public IntersectionQuestion(KeyRule keyRule)
        : this(keyRule, [], new Reveal.Rows(), 0, ProtocolChoice.Automatic, 0, [])
    {
    }

    /// <summary>Whether this is a question with nothing but a key rule, whose encoding is the short one.</summary>
    public bool IsPlain => KeyParts.Count == 0 && Reveal is Reveal.Rows && AtLeast == 0
        && Choice == ProtocolChoice.Automatic && Bandwidth == 0 && ExpectedRows.Count == 0;

    /// <inheritdoc/>
    public override string Kind => "intersection";

    /// <inheritdoc/>
    public override bool IsStanding => Reveal.IsStanding;

    /// <summary>How many alternative keys there are.</summary>
    public int KeyCount => Math.Max(1, KeyParts.Count);

    /// <summary>How many records the receiver may ask for in one run of <see cref="Jobs.Reveal.Holders"/>: the rows that were said of it, or one.</summary>
    public long RecordsOf(IReadOnlyList<PlanInput> inputs, PartyId receiver) =>
        ExpectedRows.Count == inputs.Count && inputs.Index().FirstOrDefault(entry => entry.Item.Owner == receiver) is { Item: not null } at && ExpectedRows[at.Index] > 0
            ? ExpectedRows[at.Index]
            : 1;

    /// <summary>The alternative keys of an input, in order, each by its columns.</summary>
    public IReadOnlyList<IReadOnlyList<string>> KeysOf(PlanInput input)
    {
        if (KeyParts.Count == 0) return [input.Key];
        var keys = new List<IReadOnlyList<string>>();
        var start = 0;
        foreach (var parts in KeyParts)
        {
            keys.Add([.. input.Key.Skip(start).Take(parts)]);
            start += parts;
        }

        return keys;
    }

    /// <summary>Whether every input has the keys, columns and rows that the question speaks of.</summary>
    internal bool Fits(IReadOnlyList<PlanInput> inputs) =>
        (KeyParts.Count == 0 || inputs.All(i => i.Key.Count == KeyParts.Sum()))
        && (ExpectedRows.Count == 0 || ExpectedRows.Count == inputs.Count)
        && AtLeast <= inputs.Count
        && Reveal switch
        {
            Reveal.Aggregates a => inputs.Any(i => i.Owner == a.Of && a.Measures.All(m => i.Columns.Any(c => c.Name == m.Column))),
            Reveal.Join j => inputs.Any(i => i.Owner == j.Of && j.Columns.All(name => i.Columns.Any(c => c.Name == name))),
            _ => true,
        };
}
