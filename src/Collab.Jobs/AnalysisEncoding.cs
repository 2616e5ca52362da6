using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The canonical encoding of analyses (protocols/specs/plan.md): a byte for the procedure, then its fields in order.</summary>
internal static class AnalysisEncoding
{
    private const int MostAnalyses = 100;
    private const int MostTimes = 10_000;
    private const int MostBins = 1_000;
    private const int MostDecimals = 9;
    private const int MostCovariates = 50;
    private const byte Binomial = 1, Poisson = 2; // the families of generalised linear models
    private const int MostRankedGroups = 50;   // each is a vector of shares beside the values
    private const long MostCells = 1 << 16; // bounds what a peer's question makes every party allocate

    public static void Encode(CanonicalWriter writer, AnalysisQuestion question) =>
        writer.List(question.Analyses, (w, analysis) => Encode(w, analysis)).UInt32((uint)question.MinimumGroupSize);

    public static AnalysisQuestion Decode(ref CanonicalReader reader)
    {
        var analyses = reader.List((ref r) => DecodeOne(ref r));
        var minimum = reader.UInt32();
        return analyses.Length is > 0 and <= MostAnalyses && minimum is >= 1 and <= int.MaxValue
            ? new AnalysisQuestion(analyses, (int)minimum)
            : throw new MalformedException("analyses and a minimum of at least 1");
    }

    private static void Encode(CanonicalWriter writer, Analysis analysis)
    {
        switch (analysis)
        {
            case Analysis.Means means:
                Write(writer.Byte(1), means.Value).Optional(means.Groups, (w, g) => Write(w, g)).Byte((byte)means.Test).Int64(means.Null);
                break;
            case Analysis.PairedMeans paired:
                Write(Write(writer.Byte(2), paired.First), paired.Second);
                break;
            case Analysis.Table table:
                Write(Write(writer.Byte(3), table.Rows), table.Across).Byte((byte)table.Test);
                break;
            case Analysis.Correlation correlation:
                Write(Write(writer.Byte(4), correlation.X), correlation.Y);
                break;
            case Analysis.Shape shape:
                Write(writer.Byte(5), shape.Value);
                break;
            case Analysis.Linear linear:
                Write(writer.Byte(6), linear.Response).List(linear.Covariates, (w, c) => Write(w, c));
                break;
            case Analysis.Survival survival:
                Write(Write(writer.Byte(7), survival.Time), survival.Event).Optional(survival.Groups, (w, g) => Write(w, g))
                    .List(survival.Ends, (w, end) => w.Int64(end));
                break;
            case Analysis.Logistic logistic:
                Write(writer.Byte(8).Byte(Binomial), logistic.Response).List(logistic.Covariates, (w, c) => Write(w, c));
                break;
            case Analysis.Poisson poisson:
                Write(writer.Byte(8).Byte(Poisson), poisson.Response).List(poisson.Covariates, (w, c) => Write(w, c));
                break;
            case Analysis.Cox cox:
                Write(Write(writer.Byte(9), cox.Time), cox.Event).List(cox.Covariates, (w, c) => Write(w, c)).List(cox.Ends, (w, end) => w.Int64(end));
                break;
            case Analysis.Quantiles quantiles:
                Write(writer.Byte(10), quantiles.Value).Optional(quantiles.Groups, (w, g) => Write(w, g)).List(quantiles.Probabilities, (w, p) => w.Int64(p)).Byte((byte)quantiles.Scale)
                    .Int64(quantiles.Low).Int64(quantiles.High);
                break;
            case Analysis.Ranked ranked:
                Write(writer.Byte(11), ranked.Value).Optional(ranked.Groups, (w, g) => Write(w, g)).Optional(ranked.Other, (w, o) => Write(w, o)).Byte((byte)ranked.Test).Byte(ranked.IsDealt ? (byte)1 : (byte)0);
                break;
            case Analysis.Proportion proportion:
                Write(writer.Byte(12), proportion.Property).Int64(proportion.Null).Byte((byte)proportion.Scale);
                break;
            case Analysis.Binned binned:
                Write(writer.Byte(16), binned.Value).Optional(binned.Groups, (w, g) => Write(w, g)).List(binned.Breaks, (w, b) => w.Int64(b)).Byte((byte)binned.Test);
                break;
            default:
                throw new ArgumentException($"{analysis.GetType().Name} has no encoding.", nameof(analysis));
        }
    }

    private static Analysis DecodeOne(ref CanonicalReader reader)
    {
        Analysis analysis = reader.Byte() switch
        {
            1 => new Analysis.Means(ReadMeasure(ref reader), reader.Optional((ref r) => ReadGroups(ref r)), (MeanTest)reader.Byte(), reader.Int64()),
            2 => new Analysis.PairedMeans(ReadMeasure(ref reader), ReadMeasure(ref reader)),
            3 => new Analysis.Table(ReadGroups(ref reader), ReadGroups(ref reader), (TableTest)reader.Byte()),
            4 => new Analysis.Correlation(ReadMeasure(ref reader), ReadMeasure(ref reader)),
            5 => new Analysis.Shape(ReadMeasure(ref reader)),
            6 => new Analysis.Linear(ReadMeasure(ref reader), reader.List((ref r) => ReadMeasure(ref r))),
            7 => new Analysis.Survival(
                ReadMeasure(ref reader), ReadGroups(ref reader), reader.Optional((ref r) => ReadGroups(ref r)), reader.List((ref r) => r.Int64())),
            8 => ReadModel(ref reader),
            9 => new Analysis.Cox(
                ReadMeasure(ref reader), ReadGroups(ref reader), reader.List((ref r) => ReadMeasure(ref r)), reader.List((ref r) => r.Int64())),
            10 => new Analysis.Quantiles(
                ReadMeasure(ref reader), reader.Optional((ref r) => ReadGroups(ref r)), reader.List((ref r) => r.Int64()), reader.Byte(), reader.Int64(), reader.Int64()),
            11 => new Analysis.Ranked(
                ReadMeasure(ref reader), reader.Optional((ref r) => ReadGroups(ref r)), reader.Optional((ref r) => ReadMeasure(ref r)), (RankTest)reader.Byte(), ReadFlag(ref reader)),
            12 => new Analysis.Proportion(ReadGroups(ref reader), reader.Int64(), reader.Byte()),
            16 => new Analysis.Binned(
                ReadMeasure(ref reader), reader.Optional((ref r) => ReadGroups(ref r)), reader.List((ref r) => r.Int64()), (BinnedTest)reader.Byte()),
            _ => throw new MalformedException("a known analysis"),
        };
        return IsSound(analysis) ? analysis : throw new MalformedException("an analysis whose columns and levels suit it");
    }

    /// <summary>Whether columns, levels and times suit the procedure: checked of what people write and of what comes from a peer.</summary>
    internal static bool IsSound(Analysis analysis) => analysis.Columns.Distinct().Count() == analysis.Columns.Count && analysis switch
    {
        Analysis.Means means => Enum.IsDefined(means.Test) && (means.Test == MeanTest.OneSample || means.Null == 0) && means.Test switch
        {
            MeanTest.OneSample => means.Groups is null,
            MeanTest.AnalysisOfVariance => means.Groups?.Levels.Count >= 2,
            _ => means.Groups?.Levels.Count == 2,
        },
        Analysis.PairedMeans paired => paired.First.Scale == paired.Second.Scale,
        Analysis.Table table => Enum.IsDefined(table.Test) && table.Rows.Levels.Count >= 2 && table.Across.Levels.Count >= 2
            && (long)table.Rows.Levels.Count * table.Across.Levels.Count <= MostCells
            && (table.Test is not (TableTest.Ratios or TableTest.Proportions) || (table.Rows.Levels.Count == 2 && table.Across.Levels.Count == 2)),
        Analysis.Linear linear => linear.Covariates.Count is >= 1 and <= MostCovariates,
        Analysis.Logistic logistic => logistic.Response.Levels.Count == 2 && logistic.Covariates.Count is >= 1 and <= MostCovariates,
        Analysis.Poisson poisson => poisson.Covariates.Count is >= 1 and <= MostCovariates,
        Analysis.Cox cox => cox.Event.Levels.Count == 2 && cox.Covariates.Count is >= 1 and <= MostCovariates && cox.Ends.Count is >= 1 and <= MostTimes
            && (long)(cox.Covariates.Count + 1) * (cox.Covariates.Count + 2) * cox.Ends.Count <= MostCells
            && cox.Ends.Zip(cox.Ends.Skip(1)).All(pair => pair.First < pair.Second),
        Analysis.Survival survival => survival.Event.Levels.Count == 2 && survival.Groups is null or { Levels.Count: >= 2 } && survival.Ends.Count is >= 1 and <= MostTimes
            && (long)(survival.Groups?.Levels.Count ?? 1) * survival.Ends.Count <= MostCells
            && survival.Ends.Zip(survival.Ends.Skip(1)).All(pair => pair.First < pair.Second),
        Analysis.Proportion { Property.Levels.Count: 2, Scale: >= 1 and <= MostDecimals } proportion =>
            proportion.Null > 0 && proportion.Null < Math.Pow(10, proportion.Scale),
        Analysis.Proportion => false,
        Analysis.Quantiles { Scale: >= 1 and <= MostDecimals, Groups: null or { Levels.Count: >= 2 } } quantiles => quantiles.Probabilities.Count is >= 1 and <= MostBins
            && (quantiles.Groups?.Levels.Count ?? 1L) * quantiles.Probabilities.Count <= MostCells / 2
            && quantiles.Probabilities.Zip(quantiles.Probabilities.Skip(1)).All(pair => pair.First < pair.Second)
            && quantiles.Probabilities[0] > 0 && quantiles.Probabilities[^1] < Math.Pow(10, quantiles.Scale) && quantiles.Low < quantiles.High,
        Analysis.Quantiles => false,
        Analysis.Ranked ranked => ranked.Test switch
        {
            RankTest.MannWhitney or RankTest.KolmogorovSmirnov => ranked is { Groups.Levels.Count: 2, Other: null },
            RankTest.KruskalWallis => ranked is { Groups.Levels.Count: >= 2 and <= MostRankedGroups, Other: null },
            RankTest.Spearman => ranked is { Groups: null, Other: not null },
            _ => false,
        },
        Analysis.Binned binned => binned.Breaks.Count is >= 1 and < MostBins && binned.Breaks.Zip(binned.Breaks.Skip(1)).All(pair => pair.First < pair.Second)
            && (binned.Groups?.Levels.Count ?? 1L) * (binned.Breaks.Count + 1) <= MostCells && binned.Test switch
            {
                BinnedTest.Histogram => binned.Groups is null,
                BinnedTest.KruskalWallis => binned.Groups?.Levels.Count >= 2,
                BinnedTest.Stability or BinnedTest.MannWhitney or BinnedTest.KolmogorovSmirnov => binned.Groups?.Levels.Count == 2,
                _ => false,
            },
        _ => true,
    };

    private static Analysis ReadModel(ref CanonicalReader reader) => reader.Byte() switch
    {
        Binomial => new Analysis.Logistic(ReadGroups(ref reader), reader.List((ref r) => ReadMeasure(ref r))),
        Poisson => new Analysis.Poisson(ReadMeasure(ref reader), reader.List((ref r) => ReadMeasure(ref r))),
        _ => throw new MalformedException("a known family"),
    };

    private static CanonicalWriter Write(CanonicalWriter writer, Measure measure) => writer.Text(measure.Column).Byte((byte)measure.Scale);

    private static CanonicalWriter Write(CanonicalWriter writer, GroupBy groups) =>
        writer.Text(groups.Column).List(groups.Levels, (w, level) => w.Text(level));

    private static bool ReadFlag(ref CanonicalReader reader) => reader.Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw new MalformedException("0 or 1"),
    };

    private static Measure ReadMeasure(ref CanonicalReader reader)
    {
        var measure = new Measure(reader.Text(), reader.Byte());
        return measure.Scale <= ColumnSchema.MaximumScale ? measure : throw new MalformedException("a scale in range");
    }

    private static GroupBy ReadGroups(ref CanonicalReader reader)
    {
        var groups = new GroupBy(reader.Text(), reader.List((ref r) => r.Text()));
        return groups.Levels.Count > 0 && groups.Levels.Distinct().Count() == groups.Levels.Count
            ? groups
            : throw new MalformedException("levels without repetition");
    }
}
