using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>One party's part of a trained linear model: the weights of its columns, and at the label owner the intercept. The score of a row is the sum of the parts' scores.</summary>
/// <param name="Weights">Of the standardized columns.</param>
/// <param name="Intercept">Of the standardized columns; 0 at parties without labels.</param>
/// <param name="Columns">How the columns were standardized.</param>
/// <param name="LabelScale">How labels of regression were; null elsewhere.</param>
/// <param name="Losses">The mean squared error of each epoch, every row's taken before the step that it takes part in; of logistic regression the Brier score.</param>
public sealed record LinearPart(
    IReadOnlyList<double> Weights, double Intercept, IReadOnlyList<Standardization> Columns, Standardization? LabelScale, IReadOnlyList<double> Losses)
{
    /// <summary>The part's coefficients for columns as they are, in units of standardized labels where those are standardized.</summary>
    public IReadOnlyList<double> Coefficients => [.. Weights.Zip(Columns, (w, column) => w / column.Deviation)];

    /// <summary>What goes with them: the part's intercept for columns as they are.</summary>
    public double Constant => Intercept - Weights.Zip(Columns, (w, column) => w * column.Mean / column.Deviation).Sum();

    /// <summary>This part's share of a row's score.</summary>
    public double Score(ReadOnlySpan<double> row)
    {
        if (row.Length != Weights.Count) throw new ArgumentException("A value for each column.", nameof(row));
        var score = Intercept;
        for (var j = 0; j < row.Length; j++) score += Weights[j] * Columns[j].Apply(row[j]);
        return score;
    }

    private const string Domain = "collab-linear-part-1";

    /// <summary>The canonical bytes: weights, intercept, how columns and labels were standardized, losses.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain)
        .List(Weights, Number).Int64(BitConverter.DoubleToInt64Bits(Intercept)).List(Columns, Scale).Optional(LabelScale, Scale).List(Losses, Number).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly such a part.</exception>
    public static LinearPart Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a part of a linear model of this version");
        var part = new LinearPart(reader.List(ReadNumber), ReadNumber(ref reader), reader.List(ReadScale), reader.Optional(ReadScale), reader.List(ReadNumber));
        reader.End();
        return part.Weights.Count == part.Columns.Count ? part : throw new MalformedException("a weight for each column");
    }

    private static void Number(CanonicalWriter writer, double number) => writer.Int64(BitConverter.DoubleToInt64Bits(number));

    private static void Scale(CanonicalWriter writer, Standardization scale)
    {
        Number(writer, scale.Mean);
        Number(writer, scale.Deviation);
    }

    private static double ReadNumber(ref CanonicalReader reader)
    {
        var number = BitConverter.Int64BitsToDouble(reader.Int64());
        return double.IsFinite(number) ? number : throw new MalformedException("finite numbers");
    }

    private static Standardization ReadScale(ref CanonicalReader reader)
    {
        var scale = new Standardization(ReadNumber(ref reader), ReadNumber(ref reader));
        return scale.Deviation > 0 ? scale : throw new MalformedException("a deviation above 0");
    }
}
