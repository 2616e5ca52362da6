using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What one owner brings into a job.</summary>
/// <param name="Owner">The party whose grant is needed.</param>
/// <param name="Dataset">The owner's name of the dataset.</param>
/// <param name="DatasetId">The random id under which the ledger knows it.</param>
/// <param name="Version">
/// The commitment to exactly the rows that were registered; all zeros in a standing job, each run of which takes the dataset as it is
/// registered then.
/// </param>
/// <param name="RowBand">The dataset has fewer than 10^RowBand rows; others never see a closer count.</param>
/// <param name="Columns">The columns that are read, and no others, with their declared types.</param>
/// <param name="Key">
/// Which of them form the key, in order; empty when the job joins nothing. Of several alternative keys one stands after the other
/// (<see cref="IntersectionQuestion.KeysOf"/>).
/// </param>
public sealed record PlanInput(
    PartyId Owner, string Dataset, Digest DatasetId, Digest Version, int RowBand,
    IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> Key)
{
    /// <summary>Which rows take part; null for all. Of statistics and analyses only.</summary>
    public RowFilter? Filter { get; init; }

    /// <summary>The column that names whose a row is, where subjects must consent; null where nobody asks them.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether each run takes the dataset as it is registered then.</summary>
    public bool IsStanding => Version == default;

    /// <summary>Whether rows registered under that version may be read for this input.</summary>
    public bool Admits(Digest version) => IsStanding ? version != default : version == Version;
}

/// <summary>Everything a job will do, settled before anyone is asked. Its digest is the job's name; a grant is for exactly one.</summary>
/// <param name="Consortium">The consortium in which it runs.</param>
/// <param name="Nonce">32 random bytes, so that the digest of a guessable plan cannot be guessed.</param>
/// <param name="Protocol">The protocol and its version, which fix the messages: <c>psi-ecdh/1</c>, <c>psi-vole/1</c>, <c>joint-statistics/1</c>.</param>
/// <param name="Question">What is computed.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Security">The adversary the protocol withstands.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Inputs">What each owner brings, ordered by owner; one input an owner.</param>
/// <param name="Receivers">Who gets the result, ordered.</param>
/// <param name="Created">When it was planned.</param>
/// <param name="Expires">After this moment nobody starts a run.</param>
/// <param name="Uses">How many runs may start.</param>
/// <param name="RunLimit">How long one run may last, in whole seconds.</param>
public sealed record Plan(
    string Consortium,
    Digest Nonce,
    string Protocol,
    Question Question,
    string Purpose,
    SecurityModel Security,
    PartyId Requester,
    IReadOnlyList<PlanInput> Inputs,
    IReadOnlyList<PartyId> Receivers,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    int Uses,
    TimeSpan RunLimit)
{
    private const string Domain = "collab/plan/v1";
    private const uint Version = 1, VersionWithFilters = 2, VersionWithConsent = 3, VersionWithTerms = 4; // what needs less is said with less, so that it has one encoding

    /// <summary>The longest run: grants are given for weeks, not for good.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromDays(30);

    /// <summary>Whether only rows of subjects who consent take part; then each input names its <see cref="PlanInput.Subject"/>.</summary>
    public ConsentRule Consent { get; init; }

    /// <summary>The version of an algorithm that the question must be; null where nobody provides one.</summary>
    public AlgorithmReference? Algorithm { get; init; }

    /// <summary>Who beside the owners must agree; null for nobody.</summary>
    public EndorsementRule? Endorsers { get; init; }

    /// <summary>Whether each party seals a seed and keeps a recording, so that its side of a run can be recomputed (protocols/specs/job.md).</summary>
    public bool Replay { get; init; }

    /// <summary>The digest of the canonical encoding.</summary>
    public Digest Digest => Digest.Of(Domain, Encode());

    /// <summary>All who take part in a run, ordered: owners, receivers, and who serves them. The requester alone only asks.</summary>
    public IReadOnlyList<PartyId> Parties => [.. Owners.Concat(Receivers).Concat(Question.Servers).Distinct().Order()];

    /// <summary>The owners, ordered.</summary>
    public IReadOnlyList<PartyId> Owners => [.. Inputs.Select(i => i.Owner)];

    /// <summary>The input of that owner, or null.</summary>
    public PlanInput? InputOf(PartyId owner) => Inputs.FirstOrDefault(i => i.Owner == owner);

    /// <summary>The canonical encoding (protocols/specs/plan.md).</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        var hasTerms = Algorithm is not null || Endorsers is not null || Replay;
        var hasConsent = hasTerms || Consent != ConsentRule.None;
        var hasFilters = hasConsent || Inputs.Any(i => i.Filter is not null);
        writer.UInt32(hasTerms ? VersionWithTerms : hasConsent ? VersionWithConsent : hasFilters ? VersionWithFilters : Version).Text(Consortium).Digest(Nonce).Text(Protocol);
        QuestionEncoding.Encode(writer, Question);
        writer
            .Text(Purpose).Byte((byte)Security).Party(Requester)
            .List(Inputs, (w, i) =>
            {
                w.Party(i.Owner).Text(i.Dataset).Digest(i.DatasetId).Digest(i.Version).Byte((byte)i.RowBand)
                    .List(i.Columns, ColumnSchema.Encode)
                    .List(i.Key, (k, name) => k.Text(name));
                if (hasFilters) w.Optional(i.Filter, RowFilterEncoding.Encode);
                if (hasConsent) w.Text(i.Subject ?? "");
            })
            .List(Receivers, (w, r) => w.Party(r))
            .Time(Created).Time(Expires).UInt32((uint)Uses).UInt32((uint)RunLimit.TotalSeconds)
            .Raw(hasConsent ? [(byte)Consent] : []);
        if (hasTerms)
        {
            writer.Optional(Algorithm, AlgorithmReference.Encode);
            EndorsementRule.Encode(writer, Endorsers);
            writer.Boolean(Replay);
        }

        return writer.ToArray();
    }

    /// <summary>Reads a plan strictly: what is accepted has one encoding, and it is the bytes given.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static Plan Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var version = reader.UInt32();
        if (version is not (Version or VersionWithFilters or VersionWithConsent or VersionWithTerms)) throw new MalformedException("version 1 to 4 of the plan encoding");
        var plan = new Plan(
            reader.Text(), reader.Digest(), reader.Text(), QuestionEncoding.Decode(ref reader),
            reader.Text(), (SecurityModel)reader.Byte(), reader.Party(),
            reader.List((ref r) => new PlanInput(
                r.Party(), r.Text(), r.Digest(), r.Digest(), r.Byte(),
                r.List((ref c) => ColumnSchema.Decode(ref c)),
                r.List((ref k) => k.Text()))
            {
                Filter = version >= VersionWithFilters ? r.Optional(RowFilterEncoding.Decode) : null,
                Subject = version >= VersionWithConsent ? SubjectOf(r.Text()) : null,
            }),
            reader.List((ref r) => r.Party()),
            reader.Time(), reader.Time(), Count(ref reader),
            TimeSpan.FromSeconds(reader.UInt32()))
        {
            Consent = version >= VersionWithConsent ? ConsentOf(ref reader, version) : ConsentRule.None,
            Algorithm = version == VersionWithTerms ? reader.Optional(AlgorithmReference.Decode) : null,
            Endorsers = version == VersionWithTerms ? EndorsementRule.Decode(ref reader) : null,
            Replay = version == VersionWithTerms && reader.Boolean(),
        };
        reader.End();
        if (version == VersionWithFilters && plan.Inputs.All(input => input.Filter is null)) throw new MalformedException("a filter in version 2 of the plan encoding");
        if (version == VersionWithTerms && plan is { Algorithm: null, Endorsers: null, Replay: false }) throw new MalformedException("a term in version 4 of the plan encoding");
        plan.Check();
        return plan;
    }

    private static int Count(ref CanonicalReader reader) =>
        reader.UInt32() is var count and >= 1 and <= int.MaxValue ? (int)count : throw new MalformedException("at least one use");

    /// <summary>A subject's column; in version 4, where a plan need not require consent, an empty text for none.</summary>
    private static string? SubjectOf(string text) => text.Length == 0 ? null : text; // whose it must be is checked with the question

    private static ConsentRule ConsentOf(ref CanonicalReader reader, uint version) => reader.Byte() switch
    {
        (byte)ConsentRule.None when version == VersionWithTerms => ConsentRule.None,
        (byte)ConsentRule.Required => ConsentRule.Required,
        (byte)ConsentRule.Throughout => ConsentRule.Throughout,
        _ => throw new MalformedException("a known rule of consent in the plan encoding"),
    };

    private void Check()
    {
        Require(Enum.IsDefined(Security), "a known security model");
        Require(Inputs.Count is >= 1 and <= 16, "1 to 16 inputs");
        Require(Inputs.Zip(Inputs.Skip(1)).All(p => p.First.Owner.CompareTo(p.Second.Owner) < 0), "one input an owner, in order");
        Require(Receivers.Count >= 1, "a receiver");
        Require(Receivers.Zip(Receivers.Skip(1)).All(p => p.First.CompareTo(p.Second) < 0), "each receiver once, in order");
        Require(RunLimit > TimeSpan.Zero && RunLimit <= LongestRun, "a run limit of at most 30 days");
        Require(Expires > Created, "an expiry after the planning");
        foreach (var input in Inputs)
        {
            Require(input.RowBand is >= 1 and <= 19, "a row band of 1 to 19");
            Require(input.Columns.Count >= 1, "a column an input");
            Require(input.Columns.DistinctBy(c => c.Name).Count() == input.Columns.Count, "each column once");
            Require(input.Key.All(k => input.Columns.Any(c => c.Name == k)), "key columns among the columns");
            Require(
                input.Filter is null || (Question is not RetrievalQuestion && input.Filter.Fits(input.Columns)),
                "no filter of a retrieval, and filters on columns of the input, with constants of their types");
        }

        Require(
            Inputs.All(input => Consent == ConsentRule.None || !Question.AsksConsentOf(input.Owner) ? input.Subject is null : input.Columns.Any(c => c.Name == input.Subject && c.NamesSubjects)),
            "a subject of each input among its columns, of text or whole numbers, where consent is required, and none elsewhere");
        Require(
            Endorsers is not { } rule || (rule.IsSound && !rule.Of.Any(party => party == Requester || party == Algorithm?.Provider || Parties.Contains(party))),
            "endorsers who neither take part, nor ask, nor provide the algorithm");
        Require(Inputs.All(input => input.IsStanding == Question.IsStanding), "no version of any dataset in a standing job, and one of each in any other");
        Require(Question is not (PredictionQuestion { IsOfThisRun: true } or EvaluationQuestion { Of.IsOfThisRun: true }), "a model that is there, but in a pipeline that trains it");
        foreach (var question in Question is PipelineQuestion pipeline ? pipeline.Steps : [Question]) CheckInputs(question);
    }

    /// <summary>Whether the inputs have what a question asks of them.</summary>
    private void CheckInputs(Question question)
    {
        if (question is IntersectionQuestion { IsPlain: false } intersection)
        {
            Require(intersection.Fits(Inputs), "keys, columns and rows of an intersection that its inputs have");
        }

        if (question is RetrievalQuestion retrieval) Require(retrieval.Fits(Inputs), "two inputs with keys, and the columns that are retrieved");
        if (question is TrainingQuestion training) Require(training.Fits(Inputs), "inputs with keys, and with the columns of the model");
        if (question is TraceQuestion trace) Require(trace.Fits(Inputs), "two banks or more without keys, each with the columns of transfers");
        if (question is RowTrainingQuestion rows) Require(rows.Fits(Inputs), "two inputs or more without keys, each with the columns of the model");
        if (question is ClusterQuestion cluster) Require(cluster.Fits(Inputs), "inputs with keys, and with the columns of the clusters");
        if (question is EvaluationQuestion evaluation) Require(evaluation.Fits(Inputs), "inputs with keys, and with the columns of the model and its labels");
        if (question is PredictionQuestion prediction) Require(prediction.Fits(Inputs), "inputs with keys, and with the columns of the model");
        if (question is AttestQuestion attest) Require(attest.Fits(Inputs), "one input without a key, with the columns of a record");
        if (question is DeliverQuestion deliver) Require(deliver.Fits(Inputs), "two inputs with keys, the issuer's with the columns, and a rule that fits them");
        if (question is AnalysisQuestion { Join: { } join } joined) Require(join.Fits(Inputs, joined.Columns), "two inputs with keys and with the columns that the question joins");
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new MalformedException(rule);
    }
}
