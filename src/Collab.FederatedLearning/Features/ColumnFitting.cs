using Collab.FederatedLearning.Trees;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>What is learned of one column on the way to its fitted step.</summary>
internal sealed class ColumnFitting
{
    private readonly NumberSummary? _numbers;
    private readonly LevelSummary? _levels;
    private double _median;
    private FeatureBins? _bins;

    public ColumnFitting(FeatureStep step)
    {
        Step = step;
        var (kind, missing) = (step.Transformation.Bins?.Kind, step.Missing.Kind);
        Sorts = kind == BinningKind.EqualFrequency || missing == MissingValues.Median;
        if (kind == BinningKind.LearnedLevels) _levels = new(step.Column, step.Transformation.Bins!.Count, step.Missing.Level);
        else if (Sorts || kind == BinningKind.EqualWidth || missing == MissingValues.Mean || step.Transformation is Standardize or ScaleToRange) _numbers = new(step.Column);
    }

    public FeatureStep Step { get; }

    /// <summary>Whether anything is to be learned.</summary>
    public bool Reads => _numbers is not null || _levels is not null;

    /// <summary>Whether it takes the values in order.</summary>
    public bool Sorts { get; }

    /// <summary>Numbers that are there.</summary>
    public long Present => _numbers!.Present;

    public void Add(Column column)
    {
        FittedStep.CheckColumn(Step.Column, column);
        if (column is NumberColumn numbers)
        {
            if (Step.Missing.Kind == MissingValues.Refuse && numbers.Present.Span.Contains(false)) throw FittedStep.Refused(Step.Column.Name);
            _numbers!.Add(numbers);
        }
        else if (column is TextColumn text)
        {
            if (Step.Missing.Kind == MissingValues.Refuse && text.Values.Contains(null)) throw FittedStep.Refused(Step.Column.Name);
            _levels!.Add(text);
        }
    }

    /// <summary>Copies the numbers of a batch.</summary>
    /// <returns>The place after the last.</returns>
    public int Gather(NumberColumn numbers, double[] buffer, int at, int end)
    {
        var unit = FeatureRange.PowerOfTen(Step.Column.Scale);
        var values = numbers.Values.Span;
        var present = numbers.Present.Span;
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row]) continue;
            if (at == end) throw new InvalidOperationException("The rows of training are others than those read before.");
            buffer[at++] = values[row] / unit;
        }

        return at;
    }

    public void LearnFrom(ReadOnlySpan<double> sorted)
    {
        if (sorted.Length > 0) _median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        if (Step.Transformation.Bins is { Kind: BinningKind.EqualFrequency, Count: var count }) _bins = FeatureBins.OfSorted(Step.Column.Name, sorted, count);
    }

    /// <summary>The step, its weights of evidence still open.</summary>
    public FittedStep Prepared()
    {
        if (_numbers is { Present: 0 }) throw new CollabException(FeatureErrors.ColumnEmpty, $"Column {Step.Column.Name} has no number in the rows of training.");
        var fill = Step.Column.Type == ColumnType.Text ? double.NaN : Step.Missing.Kind switch
        {
            MissingValues.Constant => Step.Missing.Number / FeatureRange.PowerOfTen(Step.Column.Scale),
            MissingValues.Mean => _numbers!.Mean,
            MissingValues.Median => _median,
            _ => double.NaN,
        };
        return new(Step.Column, Step.Missing, fill, Step.Transformation switch
        {
            Standardize => _numbers!.Standardized(fill),
            ScaleToRange => _numbers!.ScaledToRange(fill),
            BinIndicators indicators => Map(indicators.LeaveFirstOut ? BinOutput.IndicatorsButFirst : BinOutput.Indicators),
            BinNumber => Map(BinOutput.Number),
            WeightOfEvidence => Map(BinOutput.Weight),
            _ => AffineMap.Identity,
        });
    }

    private BinMap Map(BinOutput output)
    {
        var binning = Step.Transformation.Bins!;
        var (name, unit) = (Step.Column.Name, FeatureRange.PowerOfTen(Step.Column.Scale));
        var bins = binning.Kind switch
        {
            BinningKind.EqualWidth => FeatureBins.Ordered(name, _numbers!.EqualWidthEdges(binning.Count)),
            BinningKind.EqualFrequency => _bins!,
            BinningKind.Edges => FeatureBins.Ordered(name, [.. binning.Edges.Select(edge => edge / unit)]),
            BinningKind.LearnedLevels => FeatureBins.Categorical(name, _levels!.Levels),
            _ => FeatureBins.Categorical(name, binning.Levels),
        };
        return new(bins, binning.Unseen, Step.Missing.Kind == MissingValues.Own, output, output == BinOutput.Weight ? new long[bins.Count] : []);
    }
}
