using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Wire.Party;

/// <summary>The gRPC side of <see cref="IPartyEndpoint"/>: checks the caller, maps messages, maps failures. No rule of its own.</summary>
/// <param name="endpoint">What answers.</param>
/// <param name="callerOf">Who calls.</param>
[BindServiceMethod(typeof(PartyService), nameof(BindService))]
public sealed class PartyService(IPartyEndpoint endpoint, CallerOf callerOf) : V1.Party.PartyBase
{
    internal const string RunHeader = "collab-run-bin";
    private const int MaximumProof = 64;

    /// <inheritdoc/>
    public override Task<HelloReply> Hello(HelloRequest request, ServerCallContext context) => Answer(context, caller =>
    {
        var own = endpoint.Greeting;
        own.RequireFit(new Greeting(request.Major, request.Minor, request.Software, request.Consortium), caller);
        return new HelloReply { Major = own.Major, Minor = own.Minor, Software = own.Software };
    });

    /// <inheritdoc/>
    public override Task<ListDatasetsReply> ListDatasets(ListDatasetsRequest request, ServerCallContext context) => Answer(context, caller =>
    {
        var reply = new ListDatasetsReply();
        reply.Offers.AddRange(endpoint.ListDatasets(caller).Select(o => ByteString.CopyFrom(o.Encode())));
        return reply;
    });

    /// <inheritdoc/>
    public override Task<GetPlanReply> GetPlan(GetPlanRequest request, ServerCallContext context) => Answer(
        context, caller => new GetPlanReply { Plan = ByteString.CopyFrom(endpoint.GetPlan(caller, ToDigest(request.Job))) });

    /// <inheritdoc/>
    public override Task<GetAlgorithmReply> GetAlgorithm(GetAlgorithmRequest request, ServerCallContext context) => Answer(context, caller => new GetAlgorithmReply
    {
        Algorithm = ByteString.CopyFrom(endpoint.GetAlgorithm(
            caller, request.Name, request.Version <= int.MaxValue ? (int)request.Version : throw new MalformedException("a version below 2^31"))),
    });

    /// <inheritdoc/>
    public override Task<GetReceiptReply> GetReceipt(GetReceiptRequest request, ServerCallContext context) => Answer(
        context, caller => new GetReceiptReply { Receipt = ByteString.CopyFrom(endpoint.GetReceipt(caller, ToDigest(request.Run))) });

    /// <inheritdoc/>
    public override Task<AddCheckpointReply> AddCheckpoint(AddCheckpointRequest request, ServerCallContext context) =>
        AnswerAsync(context, async caller =>
        {
            if (request.Proof.Count > MaximumProof) throw new MalformedException($"a proof of at most {MaximumProof} hashes");
            var offer = new CheckpointOffer(
                request.Origin, checked((long)request.OldSize), [.. request.Entries.Select(e => e.ToByteArray())],
                [.. request.Proof.Select(ToDigest)], request.Checkpoint.ToByteArray(),
                request.FinalCheckpoint.IsEmpty ? null : request.FinalCheckpoint.ToByteArray());
            var answer = await endpoint.AddCheckpointAsync(caller, offer, context.CancellationToken);
            return new AddCheckpointReply
            {
                Status = (uint)answer.Status,
                Cosignature = answer.Cosignature is null ? ByteString.Empty : ByteString.CopyFromUtf8(answer.Cosignature),
                Size = (ulong)answer.Size,
            };
        });

    /// <inheritdoc/>
    public override Task<GetCheckpointReply> GetCheckpoint(GetCheckpointRequest request, ServerCallContext context) => Answer(
        context,
        caller => new GetCheckpointReply
        {
            Checkpoint = endpoint.GetCheckpoint(caller, request.Origin) is { } bytes ? ByteString.CopyFrom(bytes) : ByteString.Empty,
        });

    /// <inheritdoc/>
    public override Task<GetLogReply> GetLog(GetLogRequest request, ServerCallContext context) => Answer(context, caller =>
    {
        var reply = new GetLogReply();
        if (endpoint.GetLog(caller, request.Origin, checked((long)request.Held)) is not { } tail) return reply;
        reply.Entries.AddRange(tail.Entries.Select(ByteString.CopyFrom));
        reply.Proof.AddRange(tail.Proof.Select(hash => ByteString.CopyFrom(hash.ToArray())));
        reply.Checkpoint = ByteString.CopyFrom(tail.Checkpoint);
        if (tail.FinalCheckpoint is { } final) reply.FinalCheckpoint = ByteString.CopyFrom(final);
        return reply;
    });

    /// <summary>The conversation of a run, frame by frame.</summary>
    public Task Converse(
        IAsyncStreamReader<ConversationFrame> requestStream, IServerStreamWriter<ConversationFrame> responseStream, ServerCallContext context) =>
        AnswerAsync(context, async caller =>
        {
            var header = context.RequestHeaders.GetValueBytes(RunHeader) ?? throw new MalformedException($"the header {RunHeader}");
            if (header.Length != Digest.Size) throw new MalformedException("a run of 32 bytes");
            var transport = new CalledTransport(requestStream, responseStream);
            await endpoint.ConverseAsync(caller, new Digest(header), transport, context.CancellationToken);
            await transport.Over.WaitAsync(context.CancellationToken); // the call lives as long as the conversation
            return true;
        });

    /// <summary>The methods as generated, but <c>Converse</c> with pooled frames.</summary>
    private static void BindService(ServiceBinderBase binder, PartyService? service) => V1.Party.BindService(new PooledConversations(binder), service);

    private Task<T> Answer<T>(ServerCallContext context, Func<PartyId, T> answer) => AnswerAsync(context, c => Task.FromResult(answer(c)));

    private async Task<T> AnswerAsync<T>(ServerCallContext context, Func<PartyId, Task<T>> answer)
    {
        if (callerOf(context) is not { IsOperator: false } caller)
            throw new RpcException(new Status(StatusCode.PermissionDenied, Faults.Unauthenticated.Name));
        try
        {
            return await answer(caller.Party);
        }
        catch (CollabException e)
        {
            throw Faults.ToStatus(e.ToFault());
        }
        catch (OverflowException)
        {
            throw Faults.ToStatus(new MalformedException("sizes below 2^63").ToFault());
        }
    }

    private static Digest ToDigest(ByteString bytes) =>
        bytes.Length == Digest.Size ? new Digest(bytes.Span) : throw new MalformedException("a digest of 32 bytes");

    private sealed class PooledConversations(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            binder.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            binder.AddMethod(ConversationFrame.Converse, (DuplexStreamingServerMethod<ConversationFrame, ConversationFrame>?)null);
    }
}
