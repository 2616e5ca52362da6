using Collab.FederatedLearning.Trees;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>A step with all that training told: what is applied to every row, of training or later.</summary>
/// <param name="Column">The column as its owner declares it.</param>
/// <param name="Missing">What stands for missing values; a mean or median has become a number.</param>
/// <param name="Fill">The number that stands for missing values; NaN where none does.</param>
/// <param name="Map">How a value becomes features.</param>
internal sealed record FittedStep(ColumnSchema Column, MissingRule Missing, double Fill, FeatureMap Map)
{
    private string IndicatorName => $"{Column.Name}?missing";

    /// <summary>The names of the features, in order.</summary>
    public IEnumerable<string> Names => Missing.Indicator ? [.. Map.Names(Column.Name), IndicatorName] : Map.Names(Column.Name);

    /// <summary>Features of some rows, row by row, in units of the recipe.</summary>
    /// <param name="column">The values.</param>
    /// <param name="power">10^scale of the recipe.</param>
    /// <param name="features">Receives a vector for each name.</param>
    public void Apply(Column column, double power, IReadOnlyList<long[]> features)
    {
        CheckColumn(Column, column);
        var rows = column is TextColumn t ? t.Values.Count : ((NumberColumn)column).Values.Length;
        var indicator = Missing.Indicator ? features[^1] : null;
        if (column is NumberColumn numbers)
        {
            var unit = FeatureRange.PowerOfTen(Column.Scale);
            var values = numbers.Values.Span;
            var present = numbers.Present.Span;
            for (var row = 0; row < rows; row++)
            {
                if (present[row] && !FeatureRange.HoldsNumber(values[row])) throw FeatureRange.Over(Column.Name);
                if (!present[row] && Missing.Kind == MissingValues.Refuse) throw Refused(Column.Name);
                if (indicator is not null) indicator[row] = present[row] ? 0 : (long)power;
                Map.Apply(present[row] ? values[row] / unit : Fill, power, features, row, Column.Name);
            }
        }
        else if (column is TextColumn text)
        {
            for (var row = 0; row < rows; row++)
            {
                var value = text.Values[row];
                if (value is null && Missing.Kind == MissingValues.Refuse) throw Refused(Column.Name);
                if (indicator is not null) indicator[row] = value is null ? (long)power : 0;
                ((BinMap)Map).Apply(value ?? Missing.Level, power, features, row, Column.Name);
            }
        }
    }

    /// <summary>The bins of some rows; a level that counts nowhere is in the last.</summary>
    public void Bin(Column column, List<byte> bins)
    {
        CheckColumn(Column, column);
        var map = (BinMap)Map;
        if (column is NumberColumn numbers)
        {
            var unit = FeatureRange.PowerOfTen(Column.Scale);
            var values = numbers.Values.Span;
            var present = numbers.Present.Span;
            for (var row = 0; row < values.Length; row++)
            {
                if (!present[row] && Missing.Kind == MissingValues.Refuse) throw Refused(Column.Name);
                bins.Add(map.Bins.BinOf(present[row] ? values[row] / unit : Fill));
            }
        }
        else if (column is TextColumn text)
        {
            foreach (var value in text.Values)
            {
                if (value is null && Missing.Kind == MissingValues.Refuse) throw Refused(Column.Name);
                var bin = map.BinOf(value ?? Missing.Level, Column.Name);
                bins.Add((byte)(bin < 0 ? map.Bins.MissingBin : bin));
            }
        }
    }

    internal static CollabException Refused(string column) => new(FeatureErrors.ValueMissing, $"Column {column} has a missing value, which the recipe refuses.");

    internal static void CheckColumn(ColumnSchema expected, Column column)
    {
        if (column.Schema != expected || column is TextColumn != (expected.Type == ColumnType.Text))
            throw new CollabException(FeatureErrors.ColumnUnfit, $"Column {expected.Name} is not of the type and scale of the recipe.");
    }

    public static void Encode(CanonicalWriter writer, FittedStep step)
    {
        ColumnSchema.Encode(writer, step.Column);
        MissingRule.Encode(writer, step.Missing);
        FeatureMap.Encode(writer.Int64(BitConverter.DoubleToInt64Bits(step.Fill)), step.Map);
    }

    public static FittedStep Decode(ref CanonicalReader reader)
    {
        var step = new FittedStep(ColumnSchema.Decode(ref reader), MissingRule.Decode(ref reader), BitConverter.Int64BitsToDouble(reader.Int64()), FeatureMap.Decode(ref reader));
        var text = step.Column.Type == ColumnType.Text;
        var filled = !text && step.Missing.Kind is MissingValues.Constant or MissingValues.Mean or MissingValues.Median;
        var fits = step.Missing.Fits(text, step.Map is BinMap) && (step.Map is BinMap bins ? bins.OwnMissing == (step.Missing.Kind == MissingValues.Own) && bins.Bins.IsCategory == text && bins.Bins.Name == step.Column.Name : !text)
            && (filled ? double.IsFinite(step.Fill) : BitConverter.DoubleToInt64Bits(step.Fill) == BitConverter.DoubleToInt64Bits(double.NaN));
        return fits ? step : throw new MalformedException("a fitted step that fits its column");
    }
}
