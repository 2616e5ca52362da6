using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>A program over the columns of two or three owners, who compute it together (protocols/specs/computation.md).</summary>
/// <param name="Inputs">The columns under the names that the program has for them; at least one.</param>
/// <param name="SkipsMissing">Whether a row without one of the values is left out; else it fails the job at its owner.</param>
/// <param name="Program">The program as it is written. Whether it has a meaning is the language's to say.</param>
/// <param name="Dealer">A party, no owner, whom two owners trust to deal them triples; null where they do without.</param>
public sealed record ComputationQuestion(IReadOnlyList<ComputationInput> Inputs, bool SkipsMissing, string Program, PartyId? Dealer = null) : Question
{
    private const int MostInputs = 64, LongestProgram = 16_384;

    /// <inheritdoc/>
    public override string Kind => "computation";

    /// <inheritdoc/>
    public override IReadOnlyList<PartyId> Servers => Dealer is null ? [] : [Dealer];

    /// <summary>The digest of inputs, program and dealer, by which a policy names what may be computed.</summary>
    public Digest ProgramDigest
    {
        get
        {
            var writer = new CanonicalWriter();
            Encode(writer);
            return Digest.Of("collab/program/v1", writer.Written);
        }
    }

    /// <summary>The columns that an owner reads, each once.</summary>
    public IReadOnlyList<string> ColumnsOf(PartyId owner) => [.. Inputs.Where(input => input.IsOf(owner)).Select(input => input.Column).Distinct()];

    internal void Encode(CanonicalWriter writer) => writer
        .List(Inputs, (w, input) => w
            .Text(input.Name).Text(input.Column).Optional(input.Of, (o, of) => o.Party(of))
            .Byte((byte)input.Scale).Int64(input.Low).Int64(input.High))
        .Boolean(SkipsMissing).Text(Program).Optional(Dealer, (w, dealer) => w.Party(dealer));

    internal static ComputationQuestion Decode(ref CanonicalReader reader)
    {
        var inputs = reader.List((ref r) => new ComputationInput(
            r.Text(), r.Text(), r.Optional((ref o) => o.Party()), r.Byte(), r.Int64(), r.Int64()));
        var skips = reader.Boolean();
        var program = reader.Text();
        var dealer = reader.Optional((ref o) => o.Party());
        return program.Length is > 0 and <= LongestProgram && inputs.Length is > 0 and <= MostInputs
            && inputs.DistinctBy(i => i.Name).Count() == inputs.Length && Array.TrueForAll(inputs, i => i.Scale <= ColumnSchema.MaximumScale && i.Low <= i.High)
            ? new ComputationQuestion(inputs, skips, program, dealer)
            : throw new MalformedException("inputs of different names with their ranges, and a program");
    }
}

/// <summary>A column that a program computes with.</summary>
/// <param name="Name">Its name in the program.</param>
/// <param name="Column">The column.</param>
/// <param name="Of">Whose; null for that of every owner.</param>
/// <param name="Scale">Decimal digits behind the point in the program: the largest that an owner or the range has.</param>
/// <param name="Low">The smallest value that it may have, in units of 10^(−Scale).</param>
/// <param name="High">The largest.</param>
public sealed record ComputationInput(string Name, string Column, PartyId? Of, int Scale, long Low, long High)
{
    /// <summary>Whether that owner brings it.</summary>
    public bool IsOf(PartyId owner) => Of is null || Of == owner;
}
