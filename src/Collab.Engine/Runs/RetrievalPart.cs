using System.Buffers.Binary;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Pir.Keyword;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>retrieval-keyword/1</c>: the owner makes a table of its records under a key of the run and answers, and counts; the receiver asks for
/// its keys, filled up to as many as the plan says (protocols/specs/retrieval.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's keys.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record RetrievalPart(EnginePorts Ports, Plan Plan, RetrievalQuestion Question, KeyedRows Rows, SnapshotReference Read)
    : ProtocolPart(Read)
{
    private const string Asked = "asked";

    private OprfKey? _key;
    private KeywordDatabase? _database;

    private PartyId Receiver => Plan.Receivers[0];

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, RetrievalQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);
        var labels = question.Of == ports.Self ? new JoinLabels(question.Columns) : null;
        var rows = await KeyedRowReader.ReadAsync(
            data.ReadAsync(cancellation), [input.Key], question.KeyRule, (batch, row, key) => labels?.Add(batch, row, key), cancellation);
        var part = new RetrievalPart(ports, plan, question, rows, data.Close(ports.Random));
        if (labels is null)
        {
            if (rows.Keys.Count < 1 || rows.Keys.Count > question.Keys)
                throw new CollabException(RunErrors.RecordsUnsuited, $"A run asks for 1 to {question.Keys} keys.", ports.Self, RunSteps.Read);
            return part;
        }

        // A key for this run alone: what was told of it opens nothing of a later table.
        part._key = OprfKey.Generate(OprfSuite.Ristretto255Sha512, OprfMode.Voprf, ports.Random);
        try
        {
            var values = labels.Unpadded;
            KeywordRecord[] records = [.. rows.Keys.Select((key, i) => new KeywordRecord(key, values[i]))];
            part._database = await Task.Run(
                () => KeywordDatabase.Create(part._key, RetrievalPlanner.ShapeOf(question), records, ports.Random, Environment.ProcessorCount, cancellation), cancellation);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var options = new KeywordOptions(ContextOf(Plan, run)) { MaximumKeys = Question.Keys, MaximumHint = 1L << 31 };
        if (_database is not null)
        {
            await KeywordRetrieval.ServeAsync(channels[Receiver], _database, Ports.Random, options with { Meter = CountAsync }, cancellation);
            return null;
        }

        // As many as the plan says, whatever there are: the rest are keys that nobody has.
        ReadOnlyMemory<byte>[] keys = [.. Rows.Keys, .. Enumerable.Range(Rows.Keys.Count, Question.Keys - Rows.Keys.Count).Select(_ => (ReadOnlyMemory<byte>)Ports.Random.Bytes(32))];
        var (values, _) = await KeywordRetrieval.RetrieveAsync(channels[Question.Of], null, keys, Ports.Random, options, cancellation);
        return Told(values);
    }

    public override void Dispose()
    {
        _database?.Dispose();
        _key?.Dispose();
    }

    /// <summary>Counts keys before one is answered, against what all uses of the grant buy; on disk before it returns.</summary>
    private Task CountAsync(int count, CancellationToken cancellation)
    {
        var path = Path.Combine(Ports.RequireStanding().Of(Plan.Digest, Receiver), Asked);
        var before = File.Exists(path) ? BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path)) : 0;
        if (count > (long)Plan.Uses * Question.Keys - before)
            throw new CollabException(KeywordErrors.QuotaSpent, $"{Receiver} has asked for {before} keys of the {(long)Plan.Uses * Question.Keys} that the grant allows.", Receiver, RunSteps.Protocol);
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, before + count);
        DurableFile.Replace(path, bytes);
        return Task.CompletedTask;
    }

    private JobResult Told(byte[]?[] values)
    {
        int[] found = [.. Enumerable.Range(0, Rows.Keys.Count).Where(i => values[i] is not null)];
        var labels = new byte[found.Length * Question.ValueSize];
        foreach (var (i, key) in found.Index()) values[key]!.CopyTo(labels, i * Question.ValueSize);
        var join = new Reveal.Join(Question.Of, Question.Columns);
        var asked = new IntersectionQuestion(Question.KeyRule, [], join, 0, ProtocolChoice.Automatic, 0, []);
        return new IntersectionOutcome(asked, Plan.InputOf(Ports.Self)!, Rows).Of(join, found, labels, Question.ValueSize);
    }
}
