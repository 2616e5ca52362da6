using Collab.Primitives;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Wire.Operator;

/// <summary>The gRPC side of <see cref="IOperatorEndpoint"/>: only the operator of the node's own party is answered.</summary>
/// <param name="endpoint">What answers.</param>
/// <param name="self">The node's party.</param>
/// <param name="callerOf">Who calls.</param>
public sealed class OperatorService(IOperatorEndpoint endpoint, PartyId self, CallerOf callerOf) : V1.Operator.OperatorBase
{
    /// <inheritdoc/>
    public override Task<OperatorReply> Status(OperatorRequest request, ServerCallContext context) => Answer(Verbs.Status, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> Prepare(OperatorRequest request, ServerCallContext context) => Answer(Verbs.Prepare, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> Governance(OperatorRequest request, ServerCallContext context) => Answer(Verbs.Governance, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> OpenMotion(OperatorRequest request, ServerCallContext context) => Answer(Verbs.OpenMotion, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> Vote(OperatorRequest request, ServerCallContext context) => Answer(Verbs.Vote, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> AddDataset(OperatorRequest request, ServerCallContext context) => Answer(Verbs.AddDataset, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListDatasets(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListDatasets, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListOwnDatasets(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListOwnDatasets, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> CheckDataset(OperatorRequest request, ServerCallContext context) => Answer(Verbs.CheckDataset, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> SendFile(OperatorRequest request, ServerCallContext context) => Answer(Verbs.SendFile, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> AddAlgorithm(OperatorRequest request, ServerCallContext context) => Answer(Verbs.AddAlgorithm, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListAlgorithms(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListAlgorithms, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ShowAlgorithm(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ShowAlgorithm, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> WithdrawAlgorithm(OperatorRequest request, ServerCallContext context) => Answer(Verbs.WithdrawAlgorithm, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> AddConsents(OperatorRequest request, ServerCallContext context) => Answer(Verbs.AddConsents, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> WithdrawConsent(OperatorRequest request, ServerCallContext context) => Answer(Verbs.WithdrawConsent, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListConsents(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListConsents, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ConsentHistory(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ConsentHistory, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> IssueRecords(OperatorRequest request, ServerCallContext context) => Answer(Verbs.IssueRecords, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListRecords(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListRecords, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> RevokeRecord(OperatorRequest request, ServerCallContext context) => Answer(Verbs.RevokeRecord, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> VerifyRecord(OperatorRequest request, ServerCallContext context) => Answer(Verbs.VerifyRecord, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> RenewRecord(OperatorRequest request, ServerCallContext context) => Answer(Verbs.RenewRecord, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ExplainJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ExplainJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> SubmitJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.SubmitJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> RunJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.RunJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> CancelJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.CancelJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListJobs(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListJobs, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ShowJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ShowJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> JobHistory(OperatorRequest request, ServerCallContext context) => Answer(Verbs.JobHistory, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ApproveJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ApproveJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> RejectJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.RejectJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> RevokeJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.RevokeJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> CompareJob(OperatorRequest request, ServerCallContext context) => Answer(Verbs.CompareJob, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ListModels(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ListModels, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ShowModel(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ShowModel, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ForgetModel(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ForgetModel, request, context);

    /// <inheritdoc/>
    public override Task<OperatorReply> ForgetReplay(OperatorRequest request, ServerCallContext context) => Answer(Verbs.ForgetReplay, request, context);

    /// <inheritdoc/>
    public override Task WatchJobs(OperatorRequest request, IServerStreamWriter<OperatorReply> responseStream, ServerCallContext context) =>
        Guarded(context, async () =>
        {
            await foreach (var json in endpoint.WatchAsync(request.Json.Memory, context.CancellationToken))
                await responseStream.WriteAsync(new OperatorReply { Json = ByteString.CopyFrom(json) });
            return true;
        });

    /// <inheritdoc/>
    public override Task GetResult(OperatorRequest request, IServerStreamWriter<Piece> responseStream, ServerCallContext context) =>
        Stream(Verbs.GetResult, request, responseStream, context);

    /// <inheritdoc/>
    public override Task ExportModel(OperatorRequest request, IServerStreamWriter<Piece> responseStream, ServerCallContext context) =>
        Stream(Verbs.ExportModel, request, responseStream, context);

    /// <inheritdoc/>
    public override Task OpenReplay(OperatorRequest request, IServerStreamWriter<Piece> responseStream, ServerCallContext context) =>
        Stream(Verbs.OpenReplay, request, responseStream, context);

    /// <inheritdoc/>
    public override Task ExportEvidence(OperatorRequest request, IServerStreamWriter<Piece> responseStream, ServerCallContext context) =>
        Stream(Verbs.ExportEvidence, request, responseStream, context);

    private Task<OperatorReply> Answer(string verb, OperatorRequest request, ServerCallContext context) => Guarded(
        context,
        async () => new OperatorReply
        {
            Json = ByteString.CopyFrom(await endpoint.AnswerAsync(verb, request.Json.Memory, context.CancellationToken)),
        });

    private Task Stream(string verb, OperatorRequest request, IServerStreamWriter<Piece> pieces, ServerCallContext context) => Guarded(
        context,
        async () =>
        {
            await foreach (var piece in endpoint.StreamAsync(verb, request.Json.Memory, context.CancellationToken))
                await pieces.WriteAsync(new Piece { Content = ByteString.CopyFrom(piece.Span) });
            return true;
        });

    private async Task<T> Guarded<T>(ServerCallContext context, Func<Task<T>> answer)
    {
        if (callerOf(context) is not { IsOperator: true } caller || caller.Party != self)
            throw new RpcException(new Status(StatusCode.PermissionDenied, Faults.Unauthenticated.Name));
        try
        {
            return await answer();
        }
        catch (CollabException e)
        {
            throw Faults.ToStatus(e.ToFault());
        }
    }
}

/// <summary>The names of the operator's calls.</summary>
public static class Verbs
{
    /// <summary>How the node is.</summary>
    public const string Status = "status";

    /// <summary>Makes triples ahead with another party.</summary>
    public const string Prepare = "node.prepare";

    /// <summary>How the consortium stands: roles, pause, motions.</summary>
    public const string Governance = "consortium.standing";

    /// <summary>Opens a motion.</summary>
    public const string OpenMotion = "consortium.motion.open";

    /// <summary>Votes for a motion.</summary>
    public const string Vote = "consortium.motion.vote";

    /// <summary>Registers a dataset.</summary>
    public const string AddDataset = "dataset.add";

    /// <summary>What all parties offer.</summary>
    public const string ListDatasets = "dataset.list";

    /// <summary>The datasets of this party, with what others do not see.</summary>
    public const string ListOwnDatasets = "dataset.own";

    /// <summary>Reads a source as a job would, before it is registered.</summary>
    public const string CheckDataset = "dataset.check";

    /// <summary>Sends a piece of a file to the node.</summary>
    public const string SendFile = "dataset.file";

    /// <summary>Registers an algorithm, or its next version.</summary>
    public const string AddAlgorithm = "algorithm.add";

    /// <summary>The algorithms of this party.</summary>
    public const string ListAlgorithms = "algorithm.list";

    /// <summary>One algorithm with its content.</summary>
    public const string ShowAlgorithm = "algorithm.show";

    /// <summary>Withdraws an algorithm.</summary>
    public const string WithdrawAlgorithm = "algorithm.withdraw";

    /// <summary>Takes data subjects' consents into the register.</summary>
    public const string AddConsents = "consent.add";

    /// <summary>Withdraws a subject's consents.</summary>
    public const string WithdrawConsent = "consent.withdraw";

    /// <summary>What stands in the register.</summary>
    public const string ListConsents = "consent.list";

    /// <summary>What became of a subject's rows.</summary>
    public const string ConsentHistory = "consent.history";

    /// <summary>Attests rows of a dataset as records.</summary>
    public const string IssueRecords = "record.issue";

    /// <summary>What this node attested.</summary>
    public const string ListRecords = "record.list";

    /// <summary>Takes an attested record back.</summary>
    public const string RevokeRecord = "record.revoke";

    /// <summary>Verifies a carried record by this node's copy of the ledger.</summary>
    public const string VerifyRecord = "record.verify";

    /// <summary>Gives a carried record a newer proof from the ledger.</summary>
    public const string RenewRecord = "record.renew";

    /// <summary>What a job would do.</summary>
    public const string ExplainJob = "job.explain";

    /// <summary>Proposes a job.</summary>
    public const string SubmitJob = "job.submit";

    /// <summary>Opens one more run.</summary>
    public const string RunJob = "job.run";

    /// <summary>Takes a job back that this party asked for.</summary>
    public const string CancelJob = "job.cancel";

    /// <summary>The jobs of this node.</summary>
    public const string ListJobs = "job.list";

    /// <summary>One job.</summary>
    public const string ShowJob = "job.show";

    /// <summary>One job from its proposal to where it stands.</summary>
    public const string JobHistory = "job.history";

    /// <summary>Grants a job.</summary>
    public const string ApproveJob = "job.approve";

    /// <summary>Refuses a job.</summary>
    public const string RejectJob = "job.reject";

    /// <summary>Revokes a grant.</summary>
    public const string RevokeJob = "job.revoke";

    /// <summary>What a job asks for that this party has not granted before.</summary>
    public const string CompareJob = "job.compare";

    /// <summary>The models of this node.</summary>
    public const string ListModels = "model.list";

    /// <summary>One model, with what its parts here say.</summary>
    public const string ShowModel = "model.show";

    /// <summary>Forgets the parts of a model that are here.</summary>
    public const string ForgetModel = "model.forget";

    /// <summary>Opens this party's side of a run to an auditor.</summary>
    public const string OpenReplay = "replay.open";

    /// <summary>Forgets the recording of a run.</summary>
    public const string ForgetReplay = "replay.forget";

    /// <summary>A whole model as a file.</summary>
    public const string ExportModel = "model.export";

    /// <summary>A released result.</summary>
    public const string GetResult = "job.result";

    /// <summary>The evidence of a run.</summary>
    public const string ExportEvidence = "evidence.export";
}
