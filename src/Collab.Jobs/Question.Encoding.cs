using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The canonical encoding of questions (protocols/specs/plan.md): one byte for the kind, then its fields in order.</summary>
public static class QuestionEncoding
{
    private const byte Intersection = 1;
    private const byte Statistics = 2;
    private const byte FullIntersection = 3;
    private const byte GuardedStatistics = 4;
    private const byte TotalledStatistics = 5;
    private const byte Analyses = 16;
    private const byte Computation = 17;
    private const byte PrivateStatistics = 18;
    private const byte PrivateTotalledStatistics = 22;
    private const byte ContributedStatistics = 23;
    private const byte JoinedAnalyses = 19;
    private const byte Retrieval = 20;
    private const byte Training = 21;
    private const byte Prediction = 24;
    private const byte Evaluation = 25;
    private const byte Attest = 26;
    private const byte Deliver = 28;
    private const byte Trace = 27;
    private const byte Pipeline = 29;
    private const byte RowTraining = 30;
    private const byte Cluster = 31;

    /// <summary>Writes the kind and the fields.</summary>
    public static void Encode(CanonicalWriter writer, Question question)
    {
        switch (question)
        {
            case IntersectionQuestion { IsPlain: true } plain:
                writer.Byte(Intersection);
                KeyRule.Encode(writer, plain.KeyRule);
                break;
            case IntersectionQuestion intersection:
                writer.Byte(FullIntersection);
                IntersectionEncoding.Encode(writer, intersection);
                break;
            case StatisticsQuestion statistics:
                writer.Byte(statistics switch { { Privacy: not null, Total: true } => PrivateTotalledStatistics, { Privacy: not null } => PrivateStatistics, { Contributor: not null } => ContributedStatistics, { Total: true } => TotalledStatistics, { IsPlain: false } => GuardedStatistics, _ => Statistics })
                    .List(statistics.Measures, (w, m) => w.Text(m.Column).Byte((byte)m.Scale))
                    .Optional(statistics.GroupBy, (w, g) => w.Text(g.Column).List(g.Levels, (v, level) => v.Text(level)))
                    .List(statistics.Statistics, (w, s) => w.Byte((byte)s))
                    .UInt32((uint)statistics.MinimumGroupSize);
                statistics.Privacy?.Encode(writer);
                if (statistics is { Privacy: null, IsPlain: false }) writer.Optional(statistics.Dominance, DominanceRule.Encode);
                if (statistics is { Privacy: null, Contributor: { } contributor }) writer.Boolean(statistics.Total).Text(contributor);
                break;
            case AnalysisQuestion analyses:
                writer.Byte(analyses.Join is null ? Analyses : JoinedAnalyses);
                AnalysisEncoding.Encode(writer, analyses);
                analyses.Join?.Encode(writer);
                break;
            case ComputationQuestion computation:
                writer.Byte(Computation);
                computation.Encode(writer);
                break;
            case RetrievalQuestion retrieval:
                writer.Byte(Retrieval);
                retrieval.Encode(writer);
                break;
            case TrainingQuestion training:
                writer.Byte(Training);
                training.Encode(writer);
                break;
            case PredictionQuestion prediction:
                writer.Byte(Prediction);
                prediction.Encode(writer);
                break;
            case RowTrainingQuestion training:
                writer.Byte(RowTraining);
                training.Encode(writer);
                break;
            case ClusterQuestion cluster:
                writer.Byte(Cluster);
                cluster.Encode(writer);
                break;
            case TraceQuestion trace:
                writer.Byte(Trace);
                trace.Encode(writer);
                break;
            case EvaluationQuestion evaluation:
                writer.Byte(Evaluation);
                evaluation.Encode(writer);
                break;
            case PipelineQuestion pipeline:
                writer.Byte(Pipeline);
                pipeline.Encode(writer);
                break;
            case AttestQuestion attest:
                writer.Byte(Attest);
                attest.Encode(writer);
                break;
            case DeliverQuestion deliver:
                writer.Byte(Deliver);
                deliver.Encode(writer);
                break;
            default:
                throw new ArgumentException($"{question.GetType().Name} has no encoding.", nameof(question));
        }
    }

    /// <summary>Reads and checks one question.</summary>
    public static Question Decode(ref CanonicalReader reader) => reader.Byte() switch
    {
        Intersection => new IntersectionQuestion(KeyRule.Decode(ref reader)),
        Statistics => DecodeStatistics(ref reader),
        PrivateStatistics => DecodePrivate(ref reader),
        PrivateTotalledStatistics => (DecodePrivate(ref reader) with { Total = true }) is { FitsTotal: true } totalled
            ? totalled
            : throw new MalformedException("a total beside groups that have names"),
        ContributedStatistics => DecodeContributed(ref reader),
        GuardedStatistics => DecodeGuarded(ref reader),
        TotalledStatistics => DecodeTotalled(ref reader),
        FullIntersection => IntersectionEncoding.Decode(ref reader),
        Analyses => AnalysisEncoding.Decode(ref reader),
        JoinedAnalyses => AnalysisEncoding.Decode(ref reader) with { Join = JoinedTables.Decode(ref reader) },
        Computation => ComputationQuestion.Decode(ref reader),
        Retrieval => RetrievalQuestion.Decode(ref reader),
        Training => TrainingQuestion.Decode(ref reader),
        Prediction => PredictionQuestion.Decode(ref reader),
        Evaluation => EvaluationQuestion.Decode(ref reader),
        Pipeline => PipelineQuestion.Decode(ref reader),
        RowTraining => RowTrainingQuestion.Decode(ref reader),
        Cluster => ClusterQuestion.Decode(ref reader),
        Attest => AttestQuestion.Decode(ref reader),
        Deliver => DeliverQuestion.Decode(ref reader),
        Trace => TraceQuestion.Decode(ref reader),
        _ => throw new MalformedException("a known kind of question"),
    };

    private static StatisticsQuestion DecodePrivate(ref CanonicalReader reader)
    {
        var question = DecodeStatistics(ref reader);
        var choice = PrivacyChoice.Decode(ref reader, question.Measures);
        return choice.Fits(question.Measures, question.Statistics)
            ? question with { Privacy = choice }
            : throw new MalformedException("epsilon, delta and ranges in bounds, neither minimum nor maximum, a mean with its count, and a variance with its mean");
    }

    private static StatisticsQuestion DecodeGuarded(ref CanonicalReader reader)
    {
        var question = DecodeStatistics(ref reader) with { Dominance = reader.Optional(DominanceRule.Decode) };
        return !question.IsPlain && (question.Dominance is null || question.TellsSums)
            ? question
            : throw new MalformedException("guards that the short form cannot say, and dominance only of sums");
    }

    private static StatisticsQuestion DecodeTotalled(ref CanonicalReader reader)
    {
        var question = DecodeStatistics(ref reader) with { Dominance = reader.Optional(DominanceRule.Decode), Total = true };
        return question.FitsTotal && (question.Dominance is null || question.TellsSums)
            ? question
            : throw new MalformedException("a total beside groups that have names, no minimum or maximum, and dominance only of sums");
    }

    private static StatisticsQuestion DecodeContributed(ref CanonicalReader reader)
    {
        var question = DecodeStatistics(ref reader) with { Dominance = reader.Optional(DominanceRule.Decode), Total = reader.Boolean(), Contributor = reader.Text() };
        return question.FitsContributor && (!question.Total || question.FitsTotal) && (question.Dominance is null || question.TellsSums)
            ? question
            : throw new MalformedException("a contributor's column that is no measure and does not group, a total that fits, and dominance only of sums");
    }

    private static StatisticsQuestion DecodeStatistics(ref CanonicalReader reader)
    {
        var measures = reader.List((ref r) => new Measure(r.Text(), r.Byte()));
        var groupBy = reader.Optional((ref r) => new GroupBy(r.Text(), r.List((ref v) => v.Text())));
        var statistics = reader.List((ref r) => (Statistic)r.Byte());
        var minimum = reader.UInt32();

        var sound = measures.Length > 0
            && measures.All(m => m.Scale <= ColumnSchema.MaximumScale)
            && measures.DistinctBy(m => m.Column).Count() == measures.Length
            && (groupBy is null || (groupBy.Levels.Count > 0 && groupBy.Levels.Distinct().Count() == groupBy.Levels.Count))
            && statistics.Length > 0
            && statistics.All(Enum.IsDefined)
            && statistics.Distinct().Count() == statistics.Length
            && minimum is >= 1 and <= int.MaxValue;
        return sound
            ? new StatisticsQuestion(measures, groupBy, statistics, (int)minimum)
            : throw new MalformedException("measures, levels and statistics without repetition, and a minimum of at least 1");
    }
}
