using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
using Collab.Statistics.Analyses;

namespace Collab.Engine.Planning;

/// <summary>Makes a plan of a request: looks every dataset and column up in the owners' offers and settles what was left open.</summary>
public static class Planner
{
    /// <summary>A dataset that its owner does not offer.</summary>
    public static readonly ErrorCode DatasetUnknown = new(
        "plan.dataset-unknown", ErrorKind.InvalidInput, "See what the party offers with 'collab dataset list'.");

    /// <summary>A column that the dataset does not have.</summary>
    public static readonly ErrorCode ColumnUnknown = new(
        "plan.column-unknown", ErrorKind.InvalidInput, "See the dataset's columns with 'collab dataset list'.");

    /// <summary>A column whose type does not suit the question.</summary>
    public static readonly ErrorCode ColumnUnsuited = new(
        "plan.column-unsuited", ErrorKind.InvalidInput, "Choose a number column for statistics, and one type for a column in all datasets.");

    /// <summary>A party that is not in the consortium.</summary>
    public static readonly ErrorCode PartyUnknown = new(
        "plan.party-unknown", ErrorKind.InvalidInput, "Name parties of the consortium ('collab consortium members').");

    /// <summary>The protocol cannot keep its promise with these parties.</summary>
    public static readonly ErrorCode PartiesUnsuited = new(
        "plan.parties-unsuited", ErrorKind.Refused, "Choose other owners or another receiver, as the message says.");

    /// <summary>No protocol does what is asked for, or not the one that was asked for.</summary>
    public static readonly ErrorCode ProtocolUnsuited = new(
        "plan.protocol-unsuited", ErrorKind.InvalidInput, "Ask for less to be told, for another security or leave the protocol to the planner; 'job.md' has the table.");

    /// <summary>The protocol of joint statistics.</summary>
    public const string StatisticsProtocol = "joint-statistics/1";

    /// <summary>Makes the plan.</summary>
    /// <param name="specification">What is asked for.</param>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="members">Its parties.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="offers">The datasets that the owners named in the request offer.</param>
    /// <param name="now">The moment of planning.</param>
    /// <param name="random">For the nonce.</param>
    /// <param name="machine">What estimates are made for; the reference machine when null.</param>
    /// <param name="models">The training's plan and the run of a model that the requester has a part of, by the first digits of its name; null where it has none.</param>
    /// <exception cref="CollabException">One of the codes of this class.</exception>
    public static Plan Make(
        JobSpecification specification,
        string consortium,
        IReadOnlyCollection<PartyId> members,
        PartyId requester,
        IReadOnlyCollection<DatasetOffer> offers,
        DateTimeOffset now,
        RandomSource random,
        Machine? machine = null,
        Func<string, (Plan Training, Digest Model)>? models = null)
    {
        PartyId[] servers = specification.Kind is JobKind.Computation { Dealer: { } dealer } ? [dealer] : [];
        foreach (var party in specification.Parties.Select(p => p.Owner).Concat(specification.Receivers).Concat(servers).Concat(specification.Endorsers?.Of ?? []))
        {
            if (members.Contains(party)) continue;
            var hint = NearestName.Hint(party.Name, members.Select(m => m.Name));
            throw new CollabException(PartyUnknown, $"'{party}' is not a party of the consortium{hint}", party);
        }

        var sources = specification.Parties.Select(p => (Request: p, Offer: FindOffer(p, offers))).ToList();
        var question = QuestionOf(specification, sources.ConvertAll(s => s.Offer), models);
        var filters = FilterPlanner.FiltersOf(specification, sources.ConvertAll(s => s.Offer), question);
        var subjects = ConsentPlanner.SubjectsOf(specification, sources.ConvertAll(s => s.Offer), question);
        var inputs = sources.ConvertAll(s => new PlanInput(
            s.Request.Owner, s.Offer.Name, s.Offer.Id, question.IsStanding ? default : s.Offer.Version, s.Offer.RowBand,
            [.. ColumnsOf(question, s.Request).Union(filters.GetValueOrDefault(s.Request.Owner)?.Columns ?? []).Union(subjects.TryGetValue(s.Request.Owner, out var subject) ? [subject] : []).Select(name => FindColumn(s.Offer, name))],
            [.. s.Request.Keys.SelectMany(key => key)])
        {
            Filter = filters.GetValueOrDefault(s.Request.Owner),
            Subject = subjects.GetValueOrDefault(s.Request.Owner),
        });
        var created = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var plan = new Plan(
            consortium,
            new Digest(random.Bytes(Digest.Size)),
            question is IntersectionQuestion intersection
                ? IntersectionPlanner.Choose(intersection, specification.Security, inputs, specification.Receivers, requester, machine ?? Machine.Reference)
                : ProtocolOf(question),
            question,
            specification.Purpose,
            specification.Security,
            requester,
            inputs,
            specification.Receivers,
            created,
            created + specification.Lifetime,
            specification.Uses,
            specification.RunLimit)
        {
            Consent = specification.Consent,
            Endorsers = specification.Endorsers,
            Replay = specification.Replay,
        };
        RequireSuitedParties(plan);
        if (plan.Endorsers?.Of.FirstOrDefault(e => e == requester || plan.Parties.Contains(e)) is { } endorser)
            throw new CollabException(PartiesUnsuited, $"'{endorser}' takes part in the job or asks for it, and endorses none of its own.", endorser);
        return plan;
    }

    /// <summary>Checks, at an owner, that a plan asks for what the owner still offers, and that its protocol can keep its promise.</summary>
    /// <param name="plan">A plan that came from another party.</param>
    /// <param name="own">The owner's offer of the dataset that the plan names, or null when there is none.</param>
    /// <param name="input">The owner's input in the plan.</param>
    public static void Review(Plan plan, PlanInput input, DatasetOffer? own)
    {
        if (own is null || own.Id != input.DatasetId)
            throw new CollabException(DatasetUnknown, $"{input.Owner} offers no dataset '{input.Dataset}' under that id.", input.Owner);
        if (!input.Admits(own.Version))
            throw new CollabException(Authorization.GrantOtherVersion, $"{input.Owner} offers another version of '{input.Dataset}'.", input.Owner);
        foreach (var column in input.Columns)
        {
            if (FindColumn(own, column.Name) != column)
                throw new CollabException(ColumnUnsuited, $"Column '{column.Name}' of {input.Owner} has another type than the plan says.", input.Owner);
        }

        if (input.Filter is { } filter) FilterPlanner.Require(filter, own);
        if (plan.Consent != ConsentRule.None && plan.Question.AsksConsentOf(input.Owner)) ConsentPlanner.Require(input, own);

        RequireSuitedParties(plan);
    }

    /// <summary>The protocol of a question that has but one.</summary>
    internal static string ProtocolOf(Question question) => question switch
    {
        AnalysisQuestion { Join: not null } => JoinedAnalysisPlanner.Protocol,
        AnalysisQuestion => AnalysisPlanner.Protocol,
        ComputationQuestion => ComputationPlanner.Protocol,
        RetrievalQuestion => RetrievalPlanner.Protocol,
        TraceQuestion => TracePlanner.Protocol,
        TrainingQuestion training => ModelPlanner.ProtocolOf(training),
        RowTrainingQuestion training => ModelPlanner.ProtocolOf(training),
        PredictionQuestion prediction => ModelPlanner.ProtocolOf(prediction),
        EvaluationQuestion evaluation => ModelPlanner.ProtocolOf(evaluation),
        PipelineQuestion => PipelinePlanner.Protocol,
        ClusterQuestion => ModelPlanner.ClusterProtocol,
        AttestQuestion => DeliveryPlanner.AttestProtocol,
        DeliverQuestion => DeliveryPlanner.DeliverProtocol,
        _ => StatisticsProtocol,
    };

    internal static void RequireSuitedParties(Plan plan)
    {
        ReplayPlanner.Require(plan);
        switch (plan.Question)
        {
            case IntersectionQuestion intersection:
                IntersectionPlanner.Require(plan, intersection);
                break;
            case StatisticsQuestion statistics:
                RequireSideBySide(plan, StatisticsProtocol);
                StatisticsPlan.Create(statistics, plan.Owners, plan.Receivers[0]); // throws what it cannot keep its promise with
                break;
            case AnalysisQuestion { Join: not null } joined:
                JoinedAnalysisPlanner.Require(plan, joined);
                break;
            case AnalysisQuestion analyses:
                RequireSideBySide(plan, AnalysisPlanner.Protocol);
                AnalysisPlan.Create(analyses, plan.Owners, plan.Receivers[0]);
                break;
            case ComputationQuestion computation:
                ComputationPlanner.ProgramOf(plan, computation);
                break;
            case RetrievalQuestion retrieval:
                RetrievalPlanner.Require(plan, retrieval);
                break;
            case TraceQuestion trace:
                TracePlanner.Require(plan, trace);
                break;
            case TrainingQuestion training:
                ModelPlanner.Require(plan, training);
                break;
            case RowTrainingQuestion training:
                ModelPlanner.Require(plan, training);
                break;
            case PredictionQuestion prediction:
                ModelPlanner.Require(plan, prediction);
                break;
            case ClusterQuestion cluster:
                ModelPlanner.Require(plan, cluster);
                break;
            case EvaluationQuestion evaluation:
                ModelPlanner.Require(plan, evaluation);
                break;
            case PipelineQuestion pipeline:
                PipelinePlanner.Require(plan, pipeline);
                break;
            case AttestQuestion attest:
                DeliveryPlanner.Require(plan, attest);
                break;
            case DeliverQuestion deliver:
                DeliveryPlanner.Require(plan, deliver);
                break;
        }
    }

    private static void RequireSideBySide(Plan plan, string protocol)
    {
        if (plan.Protocol != protocol)
            throw new CollabException(PartiesUnsuited, $"This node runs {protocol} for such a question, not {plan.Protocol}.", plan.Requester);
        if (plan.Security != SecurityModel.SemiHonest)
            throw new CollabException(PartiesUnsuited, $"{plan.Protocol} withstands only parties that are honest but curious.", plan.Requester);
        if (plan.Receivers.Count != 1)
            throw new CollabException(PartiesUnsuited, "Joint statistics go to one receiver.", plan.Requester);
    }

    internal static Question QuestionOf(JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Func<string, (Plan Training, Digest Model)>? models) => specification.Kind switch
    {
        JobKind.Intersection intersection => IntersectionPlanner.QuestionOf(intersection, specification, offers),
        JobKind.JointStatistics statistics => StatisticsPlanner.QuestionOf(statistics, offers),
        JobKind.JointAnalyses { Join: { } join } joined => JoinedAnalysisPlanner.QuestionOf(joined, join, specification, offers),
        JobKind.JointAnalyses analyses => AnalysisPlanner.QuestionOf(analyses, offers),
        JobKind.Computation computation => ComputationPlanner.QuestionOf(computation, offers),
        JobKind.Retrieval retrieval => RetrievalPlanner.QuestionOf(retrieval, specification, offers),
        JobKind.Trace trace => TracePlanner.QuestionOf(trace, offers),
        JobKind.Training training => ModelPlanner.QuestionOf(training, specification, offers),
        JobKind.Clustering clustering => ModelPlanner.QuestionOf(clustering, specification, offers),
        JobKind.RowTraining training => ModelPlanner.QuestionOf(training, offers),
        JobKind.Prediction prediction => ModelPlanner.QuestionOf(prediction, specification, offers, models),
        JobKind.Evaluation evaluation => ModelPlanner.QuestionOf(evaluation, specification, offers, models),
        JobKind.Attest attest => new AttestQuestion(attest.Columns, attest.Validity),
        JobKind.Deliver deliver => DeliveryPlanner.QuestionOf(deliver, specification, offers),
        JobKind.Pipeline pipeline => PipelinePlanner.QuestionOf(pipeline, specification, offers, models),
        _ => throw new ArgumentException($"{specification.Kind.Name} has no planner.", nameof(specification)),
    };

    private static IEnumerable<string> ColumnsOf(Question question, RequestedInput request) => question switch
    {
        StatisticsQuestion q => q.Measures.Select(m => m.Column).Concat(new[] { q.GroupBy?.Column, q.Contributor }.OfType<string>()).Distinct(),
        AnalysisQuestion { Join: { } join } => request.Keys.SelectMany(key => key).Concat(join.ColumnsOf(request.Owner)).Distinct(),
        AnalysisQuestion q => q.Columns,
        ComputationQuestion q => q.ColumnsOf(request.Owner),
        RetrievalQuestion q => request.Keys.SelectMany(key => key).Concat(request.Owner == q.Of ? q.Columns : []).Distinct(),
        TraceQuestion q => q.Columns.Names,
        TrainingQuestion q => request.Keys.SelectMany(key => key).Concat(q.ColumnsOf(request.Owner)).Distinct(),
        RowTrainingQuestion q => q.Columns,
        ClusterQuestion q => request.Keys.SelectMany(key => key).Concat(q.FeaturesOf(request.Owner)).Distinct(),
        PredictionQuestion q => request.Keys.SelectMany(key => key).Concat(q.FeaturesOf(request.Owner)).Distinct(),
        EvaluationQuestion q => request.Keys.SelectMany(key => key).Concat(q.ColumnsOf(request.Owner)).Distinct(),
        AttestQuestion q => q.Columns,
        DeliverQuestion q => request.Keys.SelectMany(key => key).Concat(request.Owner == q.Of ? q.Columns : []).Distinct(),
        PipelineQuestion q => q.Steps.SelectMany(step => ColumnsOf(step, request)).Distinct(),
        IntersectionQuestion q => IntersectionPlanner.ColumnsOf(q, request),
        _ => throw new ArgumentException($"{question.GetType().Name} has no columns.", nameof(question)),
    };

    // All owners carry a measure at the largest of their scales, so that nothing is rounded anywhere.
    internal static int ScaleOf(string name, IReadOnlyList<DatasetOffer> offers) => offers.Max(offer =>
    {
        var column = FindColumn(offer, name);
        return column.Type is ColumnType.Integer or ColumnType.Decimal
            ? column.Scale
            : throw new CollabException(ColumnUnsuited, $"Column '{name}' of {offer.Owner}'s '{offer.Name}' holds no numbers.", offer.Owner);
    });

    private static DatasetOffer FindOffer(RequestedInput request, IReadOnlyCollection<DatasetOffer> offers)
    {
        var names = offers.Where(o => o.Owner == request.Owner).ToList();
        var hint = NearestName.Hint(request.Dataset, names.Select(o => o.Name));
        return names.Find(o => o.Name == request.Dataset)
            ?? throw new CollabException(DatasetUnknown, $"{request.Owner} offers no dataset '{request.Dataset}'{hint}", request.Owner);
    }

    internal static ColumnSchema FindColumn(DatasetOffer offer, string name)
    {
        var hint = NearestName.Hint(name, offer.Schema.Columns.Select(c => c.Name));
        return offer.Schema.Find(name)
            ?? throw new CollabException(ColumnUnknown, $"{offer.Owner}'s '{offer.Name}' has no column '{name}'{hint}", offer.Owner);
    }
}
