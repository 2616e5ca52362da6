using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Results;

public sealed partial record StatisticsResult
{
    /// <summary>The domain under which a digest of the encoding is made; it carries the version of the format.</summary>
    public const string Domain = "collab.statistics.result.1";

    private const uint Guarded = 0; // where a private answer has its number of owners

    private const int LargestNumberSize = 64; // bytes; n·Σx² stays below 2^240, n²·10^36 below 2^224, and every such fraction fits a double

    /// <summary>The canonical encoding: what is committed to and kept. Layout: specs/statistics.md, Messages.</summary>
    public byte[] Encode()
    {
        var result = new CanonicalWriter()
            .List(Statistics, (writer, statistic) => writer.Byte((byte)statistic))
            .UInt32((uint)MinimumGroupSize)
            .List(Cells, (writer, cell) =>
            {
                writer.Text(cell.Level).Text(cell.Measure.Column).Byte((byte)cell.Measure.Scale).Boolean(cell.Withheld);
                foreach (var value in cell.Values ?? []) Write(writer, value);
            });
        if (Dominance is { } rule) DominanceRule.Encode(result.UInt32(Guarded), rule);
        if (Noise is { } noise) noise.Choice.Encode(result.UInt32((uint)noise.Owners));
        return result.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> writes, and nothing else.</summary>
    /// <exception cref="MalformedException">
    /// Any other bytes: also a fraction not in lowest terms, or a double that is not the nearest.
    /// </exception>
    public static StatisticsResult Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var statistics = reader.List((ref CanonicalReader r) => (Statistic)r.Byte());
        if (!statistics.All(Enum.IsDefined) || statistics.Distinct().Count() != statistics.Length)
            throw new MalformedException("known statistics, each once");
        var minimum = reader.UInt32();
        if (minimum is 0 or > int.MaxValue) throw new MalformedException("a minimum group size");
        var cells = reader.List((ref CanonicalReader r) => ReadCell(ref r, statistics));
        var result = new StatisticsResult(statistics, (int)minimum, cells);
        if (reader.Remaining > 0) result = ReadGuards(ref reader, result);
        reader.End();
        return result;
    }

    private static StatisticsResult ReadGuards(ref CanonicalReader reader, StatisticsResult result) => reader.UInt32() switch
    {
        Guarded => result with { Dominance = DominanceRule.Decode(ref reader) },
        var owners => result with { Noise = ReadNoise(ref reader, result, owners) },
    };

    private static AnswerNoise ReadNoise(ref CanonicalReader reader, StatisticsResult result, uint owners)
    {
        if (owners is < 2 or > StatisticsPlan.MaximumOwners) throw new MalformedException("the number of owners");
        var choice = PrivacyChoice.Decode(ref reader, result.Measures);
        return choice.Fits(result.Measures, result.Statistics) ? new AnswerNoise(choice, (int)owners) : throw new MalformedException("noise of such an answer");
    }

    private static StatisticsCell ReadCell(ref CanonicalReader reader, Statistic[] statistics)
    {
        var level = reader.Text();
        var measure = new Measure(reader.Text(), reader.Byte());
        if (measure.Scale > ColumnSchema.MaximumScale) throw new MalformedException("a scale in range");
        if (reader.Boolean()) return new StatisticsCell(level, measure, null);
        var values = new StatisticValue[statistics.Length];
        for (var i = 0; i < values.Length; i++) values[i] = ReadValue(ref reader, statistics[i], measure.Scale);
        return new StatisticsCell(level, measure, values);
    }

    private static void Write(CanonicalWriter writer, StatisticValue value)
    {
        switch (value)
        {
            case DecimalValue exact:
                writer.Bytes(exact.Units.ToByteArray());
                break;
            case FractionValue { Fraction: var fraction }:
                WriteFraction(writer.Boolean(true), fraction, value.Nearest!.Value);
                break;
            case RootValue { Square: var square }:
                WriteFraction(writer.Boolean(true), square, value.Nearest!.Value);
                break;
            default:
                writer.Boolean(false); // not defined
                break;
        }
    }

    private static void WriteFraction(CanonicalWriter writer, Fraction fraction, double nearest) => writer
        .Bytes(fraction.Numerator.ToByteArray())
        .Bytes(fraction.Denominator.ToByteArray())
        .Int64(BitConverter.DoubleToInt64Bits(nearest));

    private static StatisticValue ReadValue(ref CanonicalReader reader, Statistic statistic, int scale)
    {
        switch (statistic)
        {
            case Statistic.Count:
                var count = ReadNumber(ref reader);
                return count.Sign > 0 ? new DecimalValue(statistic, count, 0) : throw new MalformedException("a count of a released cell");
            case Statistic.Sum or Statistic.Minimum or Statistic.Maximum:
                return new DecimalValue(statistic, ReadNumber(ref reader), scale);
            case Statistic.Mean:
                if (!reader.Boolean()) throw new MalformedException("a mean, which is always defined");
                return Checked(ref reader, statistic, fraction => new FractionValue(statistic, fraction));
            case Statistic.Variance:
                return reader.Boolean()
                    ? Checked(ref reader, statistic, fraction => new FractionValue(statistic, fraction))
                    : new UndefinedValue(statistic);
            default:
                return reader.Boolean()
                    ? Checked(ref reader, statistic, fraction => new RootValue(statistic, fraction))
                    : new UndefinedValue(statistic);
        }
    }

    private static StatisticValue Checked(ref CanonicalReader reader, Statistic statistic, Func<Fraction, StatisticValue> value)
    {
        var (numerator, denominator) = (ReadNumber(ref reader), ReadNumber(ref reader));
        if (denominator.Sign <= 0) throw new MalformedException("a positive denominator");
        if (numerator.Sign < 0 && statistic != Statistic.Mean) throw new MalformedException("a variance that is not negative");
        var fraction = new Fraction(numerator, denominator);
        if (fraction.Denominator != denominator) throw new MalformedException("a fraction in lowest terms");
        var read = value(fraction);
        if (reader.Int64() != BitConverter.DoubleToInt64Bits(read.Nearest!.Value)) throw new MalformedException("the nearest double");
        return read;
    }

    private static BigInteger ReadNumber(ref CanonicalReader reader)
    {
        var bytes = reader.Bytes();
        if (bytes.Length > LargestNumberSize) throw new MalformedException($"a number of at most {LargestNumberSize} bytes");
        var number = new BigInteger(bytes);
        if (!bytes.SequenceEqual(number.ToByteArray())) throw new MalformedException("a number without needless bytes");
        return number;
    }
}
