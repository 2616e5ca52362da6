using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The canonical encoding of an intersection that is more than a plain one (protocols/specs/plan.md).</summary>
internal static class IntersectionEncoding
{
    private const byte Rows = 1;
    private const byte Differences = 2;
    private const byte Cardinality = 3;
    private const byte Aggregates = 4;
    private const byte Join = 5;
    private const byte Changes = 6;
    private const byte Holders = 7;

    public static void Encode(CanonicalWriter writer, IntersectionQuestion question)
    {
        KeyRule.Encode(writer, question.KeyRule);
        writer.List(question.KeyParts, (w, parts) => w.Byte((byte)parts));
        Encode(writer, question.Reveal);
        writer.Byte((byte)question.AtLeast).Byte((byte)question.Choice).UInt32((uint)question.Bandwidth)
            .List(question.ExpectedRows, (w, rows) => w.Int64(rows));
    }

    public static IntersectionQuestion Decode(ref CanonicalReader reader)
    {
        var question = new IntersectionQuestion(
            KeyRule.Decode(ref reader), reader.List((ref r) => (int)r.Byte()), DecodeReveal(ref reader),
            reader.Byte(), (ProtocolChoice)reader.Byte(), Bandwidth(ref reader), reader.List((ref r) => r.Int64()));
        var sound = !question.IsPlain // which has an encoding of its own
            && question.KeyParts.Count != 1 && question.KeyParts.All(parts => parts >= 1)
            && question.AtLeast != 1 // in one list at least: every key
            && Enum.IsDefined(question.Choice)
            && question.ExpectedRows.All(rows => rows >= 0);
        return sound ? question : throw new MalformedException("keys of at least a column, a known choice and counts of rows");
    }

    private static int Bandwidth(ref CanonicalReader reader) =>
        reader.UInt32() is var bandwidth and <= int.MaxValue ? (int)bandwidth : throw new MalformedException("a bandwidth below 2^31 Mbit/s");

    private static void Encode(CanonicalWriter writer, Reveal reveal)
    {
        switch (reveal)
        {
            case Reveal.Rows:
                writer.Byte(Rows);
                break;
            case Reveal.Differences:
                writer.Byte(Differences);
                break;
            case Reveal.Cardinality:
                writer.Byte(Cardinality);
                break;
            case Reveal.Changes:
                writer.Byte(Changes);
                break;
            case Reveal.Holders:
                writer.Byte(Holders);
                break;
            case Reveal.Aggregates a:
                writer.Byte(Aggregates).Party(a.Of)
                    .List(a.Measures, (w, m) => w.Text(m.Column).Byte((byte)m.Scale))
                    .List(a.Statistics, (w, s) => w.Byte((byte)s))
                    .UInt32((uint)a.Minimum);
                break;
            case Reveal.Join j:
                writer.Byte(Join).Party(j.Of).List(j.Columns, (w, name) => w.Text(name));
                break;
            default:
                throw new ArgumentException($"{reveal.GetType().Name} has no encoding.", nameof(reveal));
        }
    }

    private static Reveal DecodeReveal(ref CanonicalReader reader) => reader.Byte() switch
    {
        Rows => new Reveal.Rows(),
        Differences => new Reveal.Differences(),
        Cardinality => new Reveal.Cardinality(),
        Aggregates => DecodeAggregates(ref reader),
        Join => DecodeJoin(ref reader),
        Changes => new Reveal.Changes(),
        Holders => new Reveal.Holders(),
        _ => throw new MalformedException("a known way to tell an intersection"),
    };

    private static Reveal.Aggregates DecodeAggregates(ref CanonicalReader reader)
    {
        var of = reader.Party();
        var measures = reader.List((ref r) => new Measure(r.Text(), r.Byte()));
        var statistics = reader.List((ref r) => (Statistic)r.Byte());
        var minimum = reader.UInt32();
        var sound = measures.Length > 0 && measures.DistinctBy(m => m.Column).Count() == measures.Length
            && measures.All(m => m.Scale <= ColumnSchema.MaximumScale)
            && statistics.Length > 0 && statistics.Distinct().Count() == statistics.Length
            && statistics.All(s => Enum.IsDefined(s) && Reveal.IsOfMoments(s))
            && minimum is >= 1 and <= int.MaxValue;
        return sound
            ? new Reveal.Aggregates(of, measures, statistics, (int)minimum)
            : throw new MalformedException("measures and statistics of matches without repetition, and a minimum of at least 1");
    }

    private static Reveal.Join DecodeJoin(ref CanonicalReader reader)
    {
        var join = new Reveal.Join(reader.Party(), reader.List((ref r) => r.Text()));
        return join.Columns.Count > 0 && join.Columns.Distinct().Count() == join.Columns.Count
            ? join
            : throw new MalformedException("at least one joined column, each once");
    }
}
