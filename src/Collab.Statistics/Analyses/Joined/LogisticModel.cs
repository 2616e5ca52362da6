using Collab.Jobs;
using Collab.Primitives;
using BigInteger = System.Numerics.BigInteger;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>
/// The sums of logistic regression over the matching rows of two owners: Σ w·xᵢ·xⱼ, Σ μ·xᵢ and Σ ln(2·cosh(η/2)), each to the precision that the receiver names with β, or not at all. One owner holds
/// the part a of the linear predictor η = a + b, with the intercept, the other b, and a function of η is a sum of products of a function of a and one of b: <see cref="SeparatedFunction"/>.
/// </summary>
/// <remarks>
/// A part of a round is a term of all functions. The sender's covariates are in its columns; those of the receiver multiply sums at the end, as the whole numbers they are, where there is room
/// for them, and else are in its columns. Source: specs/regression.md, "Logistic regression".
/// </remarks>
internal sealed class LogisticModel(IReadOnlyList<Measure> covariates, JoinedTables tables, PartyId receiver) : JoinedModel(covariates, tables, receiver)
{
    /// <summary>The most bits of precision.</summary>
    public const int MostBits = 46;

    /// <summary>The receiver interpolates unless its range is so many times wider: its T_k serve all functions.</summary>
    private const double ReceiverAdvantage = 1.5;

    /// <summary>The rounds of an analysis may take so much work as if all were of this precision, with this half of the narrower range.</summary>
    private const int UsualBits = 40;

    private const double UsualHalfRange = 3;

    private static readonly LogisticSum[] Kinds = [LogisticSum.Weight, LogisticSum.Mean, LogisticSum.Deviance];

    public override int NamedCount => Kinds.Length + CovariateCount + 1;

    public override int MostQuestionsAtPoint => 3;

    public override ReadOnlySpan<double> PointOf(double[] named) => named.AsSpan(Kinds.Length);

    /// <summary>What is named to ask for sums.</summary>
    /// <param name="beta">β for covariates in [−1, 1], with an intercept.</param>
    /// <param name="weight">Bits of Σ w·xᵢ·xⱼ; 0 not to ask for it.</param>
    /// <param name="mean">Of Σ μ·xᵢ.</param>
    /// <param name="deviance">Of Σ ln(2·cosh(η/2)).</param>
    public static double[] Named(ReadOnlySpan<double> beta, int weight, int mean, int deviance) => [weight, mean, deviance, .. beta];

    public override IEnumerable<IReadOnlyList<JoinedRound>> MostRounds(int points) => Enumerable.Repeat(PartsAt(Usual())!, points);

    /// <summary>Bits of products in all terms.</summary>
    public override long WorkOf(double[] named)
    {
        if (LayoutAt(named) is not { } layout) return long.MaxValue;
        var sums = SumsOf(layout).Select(sum => sum.Of).Distinct().ToList();
        return Enumerable.Range(0, layout.TermCount).Sum(term => sums.Where(sum => layout.Has(sum.Kind, term)).Sum(sum => 1L + layout.WidthOf(sum.Kind, term, isReceiver: true)));
    }

    public override long MostWork(int points) => points * WorkOf(Usual());

    public override IReadOnlyList<JoinedRound>? PartsAt(double[] named)
    {
        if (LayoutAt(named) is not { } layout) return null;
        var opened = SumsOf(layout);
        var (sums, after) = (opened.Select(sum => sum.Of).Distinct().ToList(), AfterOf(opened));
        return [.. Enumerable.Range(0, layout.TermCount).Select(term =>
        {
            var (ofSender, ofReceiver) = (ColumnsOf(layout, sums, term, false), ColumnsOf(layout, sums, term, true));
            var there = sums.Index().Where(sum => layout.Has(sum.Item.Kind, term)).ToList();
            var part = new JoinedRound(
                [.. ofSender.Select(column => Extent(layout, column, term, false))], [.. ofReceiver.Select(column => Extent(layout, column, term, true))],
                [.. there.Select(sum => (ofSender.IndexOf(ColumnOf(layout, sum.Item, false)), ofReceiver.IndexOf(ColumnOf(layout, sum.Item, true))))], [.. there.Select(sum => sum.Index)], 0, null);
            return term > 0 ? part : part with
            {
                OfReceiverAfter = [.. after.Select(own => own.I == own.J ? (BigInteger.Zero, LengthOf(own)) : (-LengthOf(own), LengthOf(own)))],
                After = [.. opened.Select(sum => (sums.IndexOf(sum.Of), after.IndexOf(sum.After)))],
            };
        })];
    }

    public override JoinedRoundColumns ColumnsAt(PartyId owner, double[] named, JoinedRows rows)
    {
        var (layout, isReceiver, own, count) = (LayoutAt(named)!, owner == Receiver, OwnOf(owner).ToArray(), rows.Complete.Count);
        var (beta, isCoefficient) = (PointOf(named).ToArray(), isReceiver != layout.IsInterpolatedByReceiver);
        var (x, all) = (new double[CovariateCount + 1], Enumerable.Range(0, CovariateCount + 1).Select(_ => Array.Empty<double>()).ToArray());
        foreach (var k in own) all[k] = new double[count];
        var angles = new double[isCoefficient ? 0 : count]; // of b/h, whose cosine it is
        var values = Kinds.Select(kind => isCoefficient ? new double[count * (layout[kind]?.TermCount ?? 0)] : []).ToArray(); // at a + each node
        for (var row = 0; row < count; row++)
        {
            if (!rows.Complete[row]) continue;
            Read(rows, row, own, x);
            var predictor = isCoefficient ? beta[0] : 0;
            foreach (var k in own) predictor += beta[k] * (all[k][row] = x[k]);
            if (!isCoefficient) angles[row] = Math.Acos(Math.Clamp(predictor / layout.HalfRange, -1, 1));
            else foreach (var kind in Kinds) layout[kind]?.ValuesAt(predictor, values[(int)kind].AsSpan(row * layout[kind]!.TermCount, layout[kind]!.TermCount));
        }

        var opened = SumsOf(layout);
        var sums = opened.Select(sum => sum.Of).Distinct().ToList();
        return new JoinedRoundColumns(OfPart, [], isReceiver ? [.. AfterOf(opened).Select(WholeOf)] : []);

        IReadOnlyList<ReadOnlyMemory<Int128>> OfPart(int term)
        {
            var factors = Kinds.Select(kind => isCoefficient && layout.Has(kind, term) ? CoefficientsOf(layout[kind]!, values[(int)kind], term) : []).ToArray();
            var cosines = Array.ConvertAll(angles, angle => Math.Cos(term * angle));
            return [.. ColumnsOf(layout, sums, term, isReceiver).Select(column => ColumnAt(term, column, isCoefficient ? factors[(int)column.Kind] : cosines))];
        }

        double[] CoefficientsOf(SeparatedFunction function, double[] at, int term)
        {
            var (weights, made) = (function.NodeWeights(term), new double[count]);
            for (var row = 0; row < count; row++) made[row] = Inner(weights, at.AsSpan(row * weights.Length, weights.Length));
            return made;
        }

        ReadOnlyMemory<Int128> ColumnAt(int term, Column column, double[] factors)
        {
            var (scale, made) = (layout.FractionBitsOf(column.Kind, term, isReceiver), new Int128[count]);
            var (low, high) = Extent(layout, column, term, isReceiver);
            var (least, largest) = ((Int128)low, (Int128)high);
            for (var row = 0; row < count; row++)
            {
                if (!rows.Complete[row]) continue;
                var factor = factors[row];
                if (column.Part.I > 0) factor *= all[column.Part.I][row];
                if (column.Part.J > 0) factor *= all[column.Part.J][row];
                made[row] = Int128.Clamp((Int128)Math.Round(Math.ScaleB(factor, scale)), least, largest);
            }

            return made;
        }

        ReadOnlyMemory<Int128> WholeOf(Part part)
        {
            var made = new Int128[count];
            for (var row = 0; row < count; row++)
            {
                if (!rows.Complete[row]) continue;
                made[row] = WholeAt(rows, row, own, part.I) * (part.J > 0 ? WholeAt(rows, row, own, part.J) : 1);
            }

            return made;
        }
    }

    /// <summary>The sums asked for, in units of covariates in [−1, 1]: the upper triangle of Σ w·xᵢ·xⱼ row by row, Σ μ·xᵢ, Σ ln(2·cosh(η/2)); empty where not asked for.</summary>
    public (double[] Weight, double[] Mean, double[] Deviance) Read(IReadOnlyList<BigInteger> totals, double[] named)
    {
        var layout = LayoutAt(named)!;
        var sums = SumsOf(layout).Zip(totals, (sum, total) => (
            sum.Of.Kind, Value: Math.ScaleB((double)total, -layout.FractionBits(sum.Of.Kind)) / (sum.After.I > 0 ? (double)LengthOf(sum.After) : 1))).ToLookup(sum => sum.Kind, sum => sum.Value);
        return ([.. sums[LogisticSum.Weight]], [.. sums[LogisticSum.Mean]], [.. sums[LogisticSum.Deviance]]);
    }

    /// <summary>How far a sum that was asked for may be off for each row.</summary>
    public double ErrorOf(LogisticSum kind, double[] named) => LayoutAt(named)!.ErrorOf(kind, Largest(PointOf(named)));

    /// <summary>The fewest bits at which a sum alone is off by no more for each row; null where <see cref="MostBits"/> are too few, or the terms too many.</summary>
    public int? BitsFor(LogisticSum kind, double[] beta, double error)
    {
        for (var bits = 8; bits <= MostBits; bits++)
        {
            var functions = new SeparatedFunction?[Kinds.Length];
            functions[(int)kind] = FunctionAt(kind, beta, bits);
            if (LogisticLayout.Of(functions, IsInterpolatedByReceiver(beta))?.ErrorOf(kind, Largest(beta)) <= error) return bits;
        }

        return null;
    }

    private static double Largest(ReadOnlySpan<double> beta)
    {
        var sum = 0.0;
        foreach (var b in beta) sum += Math.Abs(b);
        return sum;
    }

    private double[] Usual()
    {
        var beta = new double[CovariateCount + 1];
        foreach (var own in new[] { OwnOf(true).ToList(), OwnOf(false).ToList() })
            foreach (var k in own) beta[k] = UsualHalfRange / own.Count;
        return Named(beta, UsualBits, UsualBits, UsualBits);
    }

    private double RangeAt(double[] beta, bool ofReceiver) => OwnOf(ofReceiver).Sum(k => Math.Abs(beta[k]));

    private bool IsInterpolatedByReceiver(double[] beta) => RangeAt(beta, true) <= ReceiverAdvantage * RangeAt(beta, false);

    private SeparatedFunction? FunctionAt(LogisticSum kind, double[] beta, int bits)
    {
        var isReceiver = IsInterpolatedByReceiver(beta);
        return SeparatedFunction.Of(kind, RangeAt(beta, isReceiver), Math.Abs(beta[0]) + RangeAt(beta, !isReceiver), bits);
    }

    /// <summary>How the functions that are asked for are made up; null where what is named asks for nothing that there is.</summary>
    private LogisticLayout? LayoutAt(double[] named)
    {
        var beta = PointOf(named).ToArray();
        var functions = new SeparatedFunction?[Kinds.Length];
        foreach (var (kind, bits) in Kinds.Zip(named))
        {
            if (bits == 0) continue;
            if (!(bits is > 0 and <= MostBits && double.IsInteger(bits)) || (functions[(int)kind] = FunctionAt(kind, beta, (int)bits)) is null) return null;
        }

        return LogisticLayout.Of(functions, IsInterpolatedByReceiver(beta));
    }

    /// <summary>What is opened, kind by kind.</summary>
    private List<OpenedSum> SumsOf(LogisticLayout layout)
    {
        var (sums, all) = (new List<OpenedSum>(), Enumerable.Range(0, CovariateCount + 1));
        if (layout[LogisticSum.Weight] is not null) sums.AddRange(all.SelectMany(i => all.Skip(i), (i, j) => SumOf(LogisticSum.Weight, i, j)));
        if (layout[LogisticSum.Mean] is not null) sums.AddRange(all.Select(i => SumOf(LogisticSum.Mean, 0, i)));
        if (layout[LogisticSum.Deviance] is not null) sums.Add(SumOf(LogisticSum.Deviance, 0, 0));
        return sums;

        OpenedSum SumOf(LogisticSum kind, int i, int j)
        {
            var (ofSender, ofReceiver) = (PartOf(i, j, false), PartOf(i, j, true));
            return ofReceiver.I == 0 || LengthOf(ofReceiver).GetBitLength() > layout.RoomOf(kind) ? new(new(kind, ofSender, ofReceiver), default) : new(new(kind, ofSender, default), ofReceiver);
        }
    }

    private static List<Part> AfterOf(List<OpenedSum> opened) => [.. opened.Select(sum => sum.After).Where(part => part.I > 0).Distinct()];

    /// <summary>The product of the lengths of its covariates' ranges, in their units.</summary>
    private BigInteger LengthOf(Part part) => SpanOf(part.I).Length * (part.J > 0 ? SpanOf(part.J).Length : 1);

    /// <summary>T_k serve all functions; they stand under the first kind that the term has.</summary>
    private static Column ColumnOf(LogisticLayout layout, SumOfParts sum, bool isReceiver) =>
        new(isReceiver == layout.IsInterpolatedByReceiver ? Kinds.First(kind => layout[kind] is not null) : sum.Kind, isReceiver ? sum.OfReceiver : sum.OfSender);

    private static List<Column> ColumnsOf(LogisticLayout layout, List<SumOfParts> sums, int term, bool isReceiver) =>
        [.. sums.Where(sum => layout.Has(sum.Kind, term)).Select(sum => ColumnOf(layout, sum, isReceiver)).Distinct()];

    private static (BigInteger Least, BigInteger Largest) Extent(LogisticLayout layout, Column column, int term, bool isReceiver)
    {
        var one = BigInteger.One << layout.WidthOf(column.Kind, term, isReceiver);
        if (term == 0 && column.Part.I == 0 && isReceiver == layout.IsInterpolatedByReceiver) return (one, one); // T_0 = 1
        return (-one, isReceiver ? one - 1 : one); // a bit less
    }

    private static double Inner(double[] weights, ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var j = 0; j < weights.Length; j++) sum += weights[j] * values[j];
        return sum;
    }

    /// <summary>A sum of f(η) times a factor of either owner.</summary>
    private readonly record struct SumOfParts(LogisticSum Kind, Part OfSender, Part OfReceiver);

    /// <summary>A sum, and the receiver's factor that multiplies it at the end.</summary>
    private readonly record struct OpenedSum(SumOfParts Of, Part After);

    /// <summary>A column of one owner in a term: its factor of f, times its factor of the covariates.</summary>
    private readonly record struct Column(LogisticSum Kind, Part Part);
}
