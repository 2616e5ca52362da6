using Collab.Primitives;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses;

/// <summary>What the receiver gets: an outcome for each analysis, in the order of the question.</summary>
/// <param name="Outcomes">The outcomes.</param>
public sealed record AnalysisResult(IReadOnlyList<AnalysisOutcome> Outcomes)
{
    /// <summary>The canonical encoding: what is committed to and kept. Layout: specs/analysis.md.</summary>
    public byte[] Encode() => new CanonicalWriter()
        .List(Outcomes, (writer, outcome) => writer
            .List(outcome.Findings, (w, finding) => w.Text(finding.Method).List(finding.Quantities, (v, quantity) => v
                .Text(quantity.Term).Text(quantity.Name).Int64(BitConverter.DoubleToInt64Bits(quantity.Value)).Byte((byte)quantity.SignificantBits)))
            .Optional(outcome.Reason, (w, reason) => w.Text(reason)))
        .ToArray();

    /// <summary>Reads what <see cref="Encode"/> writes, and nothing else.</summary>
    /// <exception cref="MalformedException">Any other bytes.</exception>
    public static AnalysisResult Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var outcomes = reader.List((ref r) => new AnalysisOutcome(
            r.List((ref f) => new Finding(f.Text(), f.List((ref q) => new Quantity(
                q.Text(), q.Text(), BitConverter.Int64BitsToDouble(q.Int64()), q.Byte())))),
            r.Optional((ref f) => f.Text())));
        reader.End();
        return outcomes.All(outcome => outcome.Findings.Count > 0 == outcome.Reason is null)
            ? new AnalysisResult(outcomes)
            : throw new MalformedException("findings, or a reason why there are none");
    }
}

/// <summary>The outcome of one analysis.</summary>
/// <param name="Findings">What was found; empty when there is nothing.</param>
/// <param name="Reason">Why there is nothing; null when something was found.</param>
public sealed record AnalysisOutcome(IReadOnlyList<Finding> Findings, string? Reason)
{
    /// <summary>Too few rows: not a number of it exists anywhere.</summary>
    public static AnalysisOutcome Withheld { get; } = new([], "withheld: a cell of it rests on too few rows");
}
