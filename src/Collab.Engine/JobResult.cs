using Collab.Engine.Models;
using Collab.Engine.Streaming;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Statistics.Analyses;
using Collab.Statistics.Results;
using Collab.Tracing;

namespace Collab.Engine;

/// <summary>What a receiver gets. The commitment covers the canonical encoding.</summary>
public abstract record JobResult
{
    private const byte KindIntersection = 1;
    private const byte KindStatistics = 2;
    private const byte KindLinkedRows = 3;
    private const byte KindDifferences = 4;
    private const byte KindCardinality = 5;
    private const byte KindJoin = 6;
    private const byte KindChanges = 7;
    private const byte KindHolders = 8;
    private const byte KindAnalyses = 16;
    private const byte KindComputation = 17;
    private const byte KindModel = 18;
    private const byte KindPredictions = 19;
    private const byte KindEvaluation = 22;
    private const byte KindPipeline = 20;
    private const byte KindClusters = 21;
    private const byte KindTraced = 25;
    private const byte KindAttested = 23;
    private const byte KindDelivered = 24;

    /// <summary>The keys of the receiver that the other owner has too, in the receiver's order.</summary>
    /// <param name="Columns">The key columns.</param>
    /// <param name="Matches">In the order of the receiver's rows.</param>
    public sealed record Intersection(IReadOnlyList<string> Columns, IReadOnlyList<Match> Matches) : JobResult;

    /// <summary>The rows of the receiver that match by one of several alternative keys.</summary>
    /// <param name="Keys">The alternative keys, each by its columns at the receiver.</param>
    /// <param name="Rows">In the order of the receiver's rows.</param>
    public sealed record LinkedRows(IReadOnlyList<IReadOnlyList<string>> Keys, IReadOnlyList<LinkedRow> Rows) : JobResult;

    /// <summary>The rows of the receiver that do not match by every key: what two books do not agree on.</summary>
    /// <param name="Keys">The alternative keys, each by its columns at the receiver.</param>
    /// <param name="Rows">In the order of the receiver's rows.</param>
    /// <param name="Counts">For each key the numbers of distinct keys.</param>
    public sealed record Differences(
        IReadOnlyList<IReadOnlyList<string>> Keys, IReadOnlyList<LinkedRow> Rows, IReadOnlyList<KeyCounts> Counts) : JobResult;

    /// <summary>How many distinct keys match.</summary>
    /// <param name="Count">The number.</param>
    public sealed record Cardinality(long Count) : JobResult;

    /// <summary>What one run of a standing intersection changed, in the receiver's order.</summary>
    /// <param name="Columns">The key columns.</param>
    /// <param name="Version">The runs that count, this one included: one more than that of the last result, unless a result was withheld.</param>
    /// <param name="Entered">The receiver's keys that match now and did not before.</param>
    /// <param name="Left">Those of the receiver that matched before and do not now.</param>
    /// <param name="Gone">How many matched before and are no longer among the receiver's own.</param>
    /// <param name="Matches">How many match now.</param>
    public sealed record Changes(
        IReadOnlyList<string> Columns, long Version, IReadOnlyList<Match> Entered, IReadOnlyList<Match> Left, long Gone, long Matches) : JobResult;

    /// <summary>Which of the other owners hold each record that the receiver asked for.</summary>
    /// <param name="Columns">The key columns.</param>
    /// <param name="Owners">The owners that were asked, in order.</param>
    /// <param name="Rows">Every record asked for, in the order of the receiver's rows.</param>
    public sealed record Holders(IReadOnlyList<string> Columns, IReadOnlyList<PartyId> Owners, IReadOnlyList<HeldRow> Rows) : JobResult;

    /// <summary>The keys of the receiver that the other owner has too, each with columns of the other owner.</summary>
    /// <param name="Keys">The alternative keys, each by its columns at the receiver.</param>
    /// <param name="Of">The owner of the joined columns.</param>
    /// <param name="Columns">The joined columns.</param>
    /// <param name="Rows">In the order of the receiver's rows.</param>
    public sealed record Join(
        IReadOnlyList<IReadOnlyList<string>> Keys, PartyId Of, IReadOnlyList<string> Columns, IReadOnlyList<JoinedRow> Rows) : JobResult;

    /// <summary>Joint statistics, or those over the matches of an intersection.</summary>
    /// <param name="Table">By level and measure.</param>
    public sealed record Statistics(StatisticsResult Table) : JobResult;

    /// <summary>Findings of joint analyses.</summary>
    /// <param name="Result">An outcome for each analysis of the question.</param>
    public sealed record Analyses(AnalysisResult Result) : JobResult;

    /// <summary>What a program opened.</summary>
    /// <param name="Values">In the order of the program.</param>
    public sealed record Computation(IReadOnlyList<OpenedValue> Values) : JobResult;

    /// <summary>A model was trained; each owner keeps its own part of it.</summary>
    /// <param name="Card">What is told of it.</param>
    public sealed record Model(ModelCard Card) : JobResult;

    /// <summary>What a model says of the receiver's rows whose keys all its owners have.</summary>
    /// <param name="Columns">The key columns.</param>
    /// <param name="Rows">In the order of the receiver's rows.</param>
    public sealed record Predictions(IReadOnlyList<string> Columns, IReadOnlyList<Prediction> Rows) : JobResult;

    /// <summary>Centres of clusters.</summary>
    /// <param name="Columns">The columns, in the order of the numbers of a centre.</param>
    /// <param name="Found">Every cluster, also those of which nothing is told.</param>
    public sealed record Clusters(IReadOnlyList<Jobs.ModelColumn> Columns, IReadOnlyList<FoundCluster> Found) : JobResult;

    /// <summary>What the steps of a pipeline gave to this receiver.</summary>
    /// <param name="Steps">In order; steps that tell it nothing are left out.</param>
    public sealed record Pipeline(IReadOnlyList<StepResult> Steps) : JobResult;

    /// <summary>The ways of the loans that this receiver traces; of others, how often it was asked.</summary>
    /// <param name="Outcome">The ways and the counts.</param>
    /// <param name="Scale">Decimal digits of its amounts.</param>
    public sealed record Traced(TraceOutcome Outcome, int Scale) : JobResult;

    /// <summary>How good a model is.</summary>
    /// <param name="Result">What was opened of it.</param>
    public sealed record Evaluation(EvaluationResult Result) : JobResult;

    /// <summary>Records that the receiver attested of its own rows, each as a file for its holder.</summary>
    /// <param name="Attestation">The attestation on the ledger.</param>
    /// <param name="Expires">Until when they are valid.</param>
    /// <param name="Rows">In the order of the rows.</param>
    public sealed record Attested(Digest Attestation, DateTimeOffset Expires, IReadOnlyList<AttestedRow> Rows) : JobResult;

    /// <summary>What an issuer released of its records under the receiver's keys; every record was verified against the ledger.</summary>
    /// <param name="Of">The issuer.</param>
    /// <param name="Keys">The key columns.</param>
    /// <param name="Columns">The columns that are shown of a record that satisfies the rule.</param>
    /// <param name="Rows">Every key that was asked for, in the receiver's order.</param>
    public sealed record Delivered(PartyId Of, IReadOnlyList<string> Keys, IReadOnlyList<string> Columns, IReadOnlyList<DeliveredRow> Rows) : JobResult;

    /// <summary>The canonical encoding: a byte for the kind, then the result.</summary>
    public byte[] Encode()
    {
        using var content = new MemoryStream();
        WriteTo(content);
        return content.ToArray();
    }

    /// <summary>Writes the canonical encoding piece by piece, for results that are larger than memory.</summary>
    public void WriteTo(Stream destination)
    {
        var writer = new CanonicalWriter();
        switch (this)
        {
            case Intersection result:
                writer.Byte(KindIntersection).List(result.Columns, (w, c) => w.Text(c));
                WriteRows(destination, writer, result.Matches, Encode);
                break;
            case Holders result:
                writer.Byte(KindHolders).List(result.Columns, (w, c) => w.Text(c)).List(result.Owners, (w, o) => w.Party(o))
                    .List(result.Rows, (w, r) =>
                    {
                        Encode(w, r.Asked);
                        w.List(r.By, (b, o) => b.Party(o));
                    });
                break;
            case Changes result:
                writer.Byte(KindChanges).List(result.Columns, (w, c) => w.Text(c)).Int64(result.Version)
                    .List(result.Entered, Encode).List(result.Left, Encode).Int64(result.Gone).Int64(result.Matches);
                break;
            case Statistics result:
                writer.Byte(KindStatistics).Bytes(result.Table.Encode());
                break;
            case Analyses analyses:
                writer.Byte(KindAnalyses).Bytes(analyses.Result.Encode());
                break;
            case Computation computation:
                writer.Byte(KindComputation).List(computation.Values, (w, v) => w
                    .Text(v.Name).Boolean(v.IsTruth).Boolean(v.IsList).Byte((byte)v.Scale).List(v.Units, (u, units) => u.Int64(units)).Int64(v.Divisor));
                break;
            case Clusters clusters:
                writer.Byte(KindClusters).List(clusters.Columns, (w, c) => w.Party(c.Of).Text(c.Column)).List(clusters.Found, (w, found) => w
                    .Int64(found.Size ?? -1).Boolean(found.Centre is not null).List(found.Centre ?? [], (l, x) => l.Int64(BitConverter.DoubleToInt64Bits(x))));
                break;
            case Traced traced:
                TraceOutcomeEncoding.Encode(writer.Byte(KindTraced).Byte((byte)traced.Scale), traced.Outcome);
                break;
            case Attested attested:
                writer.Byte(KindAttested).Digest(attested.Attestation).Time(attested.Expires);
                WriteRows(destination, writer, attested.Rows, AttestedRow.Encode);
                break;
            case Delivered delivered:
                writer.Byte(KindDelivered).Party(delivered.Of).List(delivered.Keys, (w, k) => w.Text(k)).List(delivered.Columns, (w, c) => w.Text(c));
                WriteRows(destination, writer, delivered.Rows, (w, row) =>
                {
                    Encode(w, row.Asked);
                    w.Optional(row.Record, DeliveredRecord.Encode);
                });
                break;
            case Pipeline pipeline:
                writer.Byte(KindPipeline).List(pipeline.Steps, (w, step) => w.Byte((byte)step.Number).Bytes(step.Result.Encode()));
                break;
            case Model model:
                model.Card.Encode(writer.Byte(KindModel));
                break;
            case Evaluation evaluation:
                writer.Byte(KindEvaluation).Bytes(evaluation.Result.Encode());
                break;
            case Predictions result:
                writer.Byte(KindPredictions).List(result.Columns, (w, c) => w.Text(c));
                WriteRows(destination, writer, result.Rows, (w, row) =>
                {
                    Encode(w, row.Match);
                    w.Int64(BitConverter.DoubleToInt64Bits(row.Value));
                });
                break;
            case LinkedRows result:
                WriteRows(destination, Encode(writer.Byte(KindLinkedRows), result.Keys), result.Rows, (w, row) => Encode(w, row));
                break;
            case Differences result:
                WriteRows(destination, Encode(writer.Byte(KindDifferences), result.Keys), result.Rows, (w, row) => Encode(w, row));
                writer.List(result.Counts, (w, c) => w.Int64(c.Here).Int64(c.Matched).Int64(c.There));
                break;
            case Cardinality result:
                writer.Byte(KindCardinality).Int64(result.Count);
                break;
            case Join result:
                Encode(writer.Byte(KindJoin), result.Keys).Party(result.Of).List(result.Columns, (w, c) => w.Text(c));
                WriteRows(destination, writer, result.Rows, (w, r) => Encode(w, r.Matched).List(r.Joined, (v, value) => v.Optional(value, (t, text) => t.Text(text))));
                break;
            default:
                throw new InvalidOperationException($"{GetType().Name} has no encoding.");
        }

        destination.Write(writer.Written);
    }

    /// <summary>The same result without its rows: what is small of it.</summary>
    internal JobResult WithoutRows() => this switch
    {
        Intersection result => result with { Matches = [] },
        LinkedRows result => result with { Rows = [] },
        Differences result => result with { Rows = [] },
        _ => throw new InvalidOperationException($"{GetType().Name} has no rows that are set aside."),
    };

    /// <summary>The rows that are set aside on the disk; null when the result is in memory.</summary>
    internal ICanonicalRows? RowsAside => this switch
    {
        Intersection result => result.Matches as ICanonicalRows,
        LinkedRows result => result.Rows as ICanonicalRows,
        Differences result => result.Rows as ICanonicalRows,
        _ => null,
    };

    /// <summary>The same result with rows that are set aside in a file.</summary>
    internal JobResult WithRowsOf(string path, SecretBytes key, int count) => this switch
    {
        Intersection result => result with { Matches = new SealedRows<Match>(path, key, count, ReadMatch) },
        LinkedRows result => result with { Rows = new SealedRows<LinkedRow>(path, key, count, ReadLinkedRow) },
        Differences result => result with { Rows = new SealedRows<LinkedRow>(path, key, count, ReadLinkedRow) },
        _ => throw new InvalidOperationException($"{GetType().Name} has no rows that are set aside."),
    };

    internal static Match ReadMatch(ref CanonicalReader reader) => new(reader.Int64(), reader.List((ref k) => k.Text()));

    internal static LinkedRow ReadLinkedRow(ref CanonicalReader reader) => DecodeRow(ref reader);

    // What the writer holds, then a count and the rows; the writer is empty afterwards.
    private static void WriteRows<T>(Stream destination, CanonicalWriter writer, IReadOnlyList<T> rows, Action<CanonicalWriter, T> write)
    {
        const int piece = 1 << 16;
        writer.UInt32((uint)rows.Count);
        if (rows is ICanonicalRows aside)
        {
            destination.Write(writer.Written);
            aside.CopyTo(destination);
            writer.Clear();
            return;
        }

        foreach (var row in rows)
        {
            write(writer, row);
            if (writer.Written.Length < piece) continue;
            destination.Write(writer.Written);
            writer.Clear();
        }

        destination.Write(writer.Written);
        writer.Clear();
    }

    /// <summary>Reads the canonical encoding.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a result.</exception>
    public static JobResult Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        JobResult result = reader.Byte() switch
        {
            KindIntersection => new Intersection(
                reader.List((ref r) => r.Text()),
                DecodeMatches(ref reader, bytes)),
            KindHolders => new Holders(
                reader.List((ref r) => r.Text()), reader.List((ref r) => r.Party()),
                reader.List((ref r) => new HeldRow(new Match(r.Int64(), r.List((ref k) => k.Text())), r.List((ref o) => o.Party())))),
            KindChanges => new Changes(
                reader.List((ref r) => r.Text()), reader.Int64(), DecodeMatches(ref reader, bytes), DecodeMatches(ref reader, bytes), reader.Int64(), reader.Int64()),
            KindStatistics => new Statistics(StatisticsResult.Decode(reader.Bytes())),
            KindAnalyses => new Analyses(AnalysisResult.Decode(reader.Bytes())),
            KindComputation => new Computation(reader.List((ref r) => ReadOpened(ref r))),
            KindClusters => new Clusters(
                reader.List((ref r) => new Jobs.ModelColumn(r.Party(), r.Text())),
                reader.List((ref r) =>
                {
                    var size = r.Int64() switch { -1 => (int?)null, var told and >= 0 and <= int.MaxValue => (int)told, _ => throw new MalformedException("a size, or none") };
                    var isTold = r.Boolean();
                    var centre = r.List((ref c) => BitConverter.Int64BitsToDouble(c.Int64()));
                    return isTold || centre.Length == 0 ? new FoundCluster(size, isTold ? centre : null) : throw new MalformedException("no centre of a cluster that is not told");
                })),
            KindPipeline => new Pipeline(reader.List((ref r) => new StepResult(r.Byte(), Decode(r.Bytes())) is { Result: not Pipeline } step ? step : throw new MalformedException("no pipeline in a pipeline"))),
            KindTraced => DecodeTraced(ref reader),
            KindModel => new Model(ModelCard.Decode(ref reader)),
            KindEvaluation => new Evaluation(EvaluationResult.Decode(reader.Bytes())),
            KindPredictions => new Predictions(
                reader.List((ref r) => r.Text()),
                DecodeLazily(ref reader, bytes, (ref r) => new Prediction(new Match(r.Int64(), r.List((ref k) => k.Text())), BitConverter.Int64BitsToDouble(r.Int64())))),
            KindLinkedRows => new LinkedRows(DecodeKeys(ref reader), DecodeRows(ref reader, bytes)),
            KindDifferences => new Differences(
                DecodeKeys(ref reader), DecodeRows(ref reader, bytes), reader.List((ref r) => new KeyCounts(r.Int64(), r.Int64(), r.Int64()))),
            KindCardinality => new Cardinality(reader.Int64()),
            KindJoin => new Join(
                DecodeKeys(ref reader), reader.Party(), reader.List((ref r) => r.Text()),
                DecodeLazily(ref reader, bytes, (ref r) => new JoinedRow(DecodeRow(ref r), r.List((ref v) => v.Optional((ref t) => t.Text()))))),
            KindAttested => new Attested(reader.Digest(), reader.Time(), DecodeLazily(ref reader, bytes, AttestedRow.Decode)),
            KindDelivered => new Delivered(
                reader.Party(), reader.List((ref r) => r.Text()), reader.List((ref r) => r.Text()),
                reader.List((ref r) => new DeliveredRow(ReadMatch(ref r), r.Optional(DeliveredRecord.Decode)))),
            _ => throw new MalformedException("a known kind of result"),
        };
        reader.End();
        return result;
    }

    private static Traced DecodeTraced(ref CanonicalReader reader)
    {
        var scale = reader.Byte();
        return scale <= Jobs.ColumnSchema.MaximumScale ? new Traced(TraceOutcomeEncoding.Decode(ref reader), scale) : throw new MalformedException("a scale of amounts");
    }

    private static OpenedValue ReadOpened(ref CanonicalReader reader)
    {
        var value = new OpenedValue(reader.Text(), reader.Boolean(), reader.Boolean(), reader.Byte(), reader.List((ref u) => u.Int64()), reader.Int64());
        return value.Scale <= Jobs.ColumnSchema.MaximumScale && value.Divisor >= 1 ? value : throw new MalformedException("an opened value with its scale and divisor");
    }

    private static CanonicalWriter Encode(CanonicalWriter writer, IReadOnlyList<IReadOnlyList<string>> keys) =>
        writer.List(keys, (w, key) => w.List(key, (k, column) => k.Text(column)));

    private static void Encode(CanonicalWriter writer, Match match) => writer.Int64(match.Row).List(match.Key, (k, part) => k.Text(part));

    private static CanonicalWriter Encode(CanonicalWriter writer, LinkedRow row) =>
        writer.Int64(row.Row).List(row.Values, (v, value) => v.Text(value)).List(row.By, (b, number) => b.Byte((byte)number));

    private static LinkedRow DecodeRow(ref CanonicalReader reader) =>
        new(reader.Int64(), reader.List((ref v) => v.Text()), reader.List((ref b) => (int)b.Byte()));

    private static IReadOnlyList<string>[] DecodeKeys(ref CanonicalReader reader) =>
        reader.List(IReadOnlyList<string> (ref r) => r.List((ref c) => c.Text()));

    private static LazyList<Match> DecodeMatches(ref CanonicalReader reader, ReadOnlySpan<byte> all) =>
        DecodeLazily(ref reader, all, (ref r) => new Match(r.Int64(), r.List((ref k) => k.Text())));

    private static LazyList<LinkedRow> DecodeRows(ref CanonicalReader reader, ReadOnlySpan<byte> all) =>
        DecodeLazily(ref reader, all, (ref r) => DecodeRow(ref r));

    // Every item is read and checked here, and made anew when it is asked for: of millions of rows only bytes and places stay.
    private static LazyList<T> DecodeLazily<T>(ref CanonicalReader reader, ReadOnlySpan<byte> all, CanonicalReader.Item<T> read)
    {
        var count = reader.UInt32();
        if (count > (uint)reader.Remaining) throw new MalformedException("a count within the message");
        var begin = all.Length - reader.Remaining;
        var places = new int[count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = all.Length - reader.Remaining - begin;
            _ = read(ref reader);
        }

        var bytes = all[begin..^reader.Remaining].ToArray();
        return new LazyList<T>(places.Length, i =>
        {
            var item = new CanonicalReader(bytes.AsSpan(places[i]));
            return read(ref item);
        });
    }
}

/// <summary>A cluster.</summary>
/// <param name="Size">How many rows; null where that is not told.</param>
/// <param name="Centre">Its mean in the units of the columns; null of a cluster that is too small.</param>
public sealed record FoundCluster(int? Size, IReadOnlyList<double>? Centre);

/// <summary>What a step of a pipeline gave.</summary>
/// <param name="Number">The step, from 1.</param>
/// <param name="Result">Its result.</param>
public sealed record StepResult(int Number, JobResult Result);

/// <summary>What a model says of a row.</summary>
/// <param name="Match">The row and its key.</param>
/// <param name="Value">A chance, or a number in the units of the labels.</param>
public sealed record Prediction(Match Match, double Value);

/// <summary>A key of the receiver that the other owner has too.</summary>
/// <param name="Row">The row of the receiver's own dataset in which it first stands, from 1.</param>
/// <param name="Key">Its parts, as they were compared.</param>
public sealed record Match(long Row, IReadOnlyList<string> Key);

/// <summary>A record that the receiver asked for.</summary>
/// <param name="Asked">Its row and key.</param>
/// <param name="By">The owners that hold it, in order; none when it is free.</param>
public sealed record HeldRow(Match Asked, IReadOnlyList<PartyId> By);

/// <summary>A row of the receiver, with what was compared of it and by which keys it matches.</summary>
/// <param name="Row">The row of the receiver's own dataset, from 1.</param>
/// <param name="Values">The distinct columns of all keys, in order, as they were compared; empty where a key of the row is blank.</param>
/// <param name="By">The numbers, from 1, of the keys by which it matches.</param>
public sealed record LinkedRow(long Row, IReadOnlyList<string> Values, IReadOnlyList<int> By);

/// <summary>Distinct keys of two owners.</summary>
/// <param name="Here">Of the receiver.</param>
/// <param name="Matched">Of both.</param>
/// <param name="There">Of the other owner.</param>
public sealed record KeyCounts(long Here, long Matched, long There);

/// <summary>A row of the receiver that matches, with what the other owner tells of it.</summary>
/// <param name="Matched">The row, what was compared of it, and by which keys it matches.</param>
/// <param name="Joined">The joined columns as text, by the first key that matches; null where the other owner has no value.</param>
public sealed record JoinedRow(LinkedRow Matched, IReadOnlyList<string?> Joined);
