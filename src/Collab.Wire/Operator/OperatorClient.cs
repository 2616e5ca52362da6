using System.Runtime.CompilerServices;
using System.Text.Json;
using Collab.Primitives;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Collab.Wire.Operator;

/// <summary>The operator's way to its own node.</summary>
public sealed class OperatorClient : IOperator
{
    private readonly GrpcChannel _channel;
    private readonly V1.Operator.OperatorClient _client;
    private readonly string _address;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="handler">Carries the calls, with the operator's certificate; owned by this client.</param>
    public OperatorClient(string address, HttpMessageHandler handler)
    {
        _address = address;
        _channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _client = new V1.Operator.OperatorClient(_channel);
    }

    /// <inheritdoc/>
    public async Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
    {
        try
        {
            var options = new CallOptions(deadline: DateTime.UtcNow + (limit ?? TimeSpan.FromMinutes(10)), cancellationToken: cancellation);
            var reply = await Method(verb)(ToRequest(request), options);
            return JsonSerializer.Deserialize<T>(reply.Json.Span, OperatorJson.Options)!;
        }
        catch (RpcException e)
        {
            throw Translate(e, cancellation);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EventView> WatchAsync(JobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = _client.WatchJobs(ToRequest(request), new CallOptions(cancellationToken: cancellation));
        while (await MoveNextAsync(call.ResponseStream, cancellation))
            yield return JsonSerializer.Deserialize<EventView>(call.ResponseStream.Current.Json.Span, OperatorJson.Options)!;
    }

    /// <inheritdoc/>
    public async Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation)
    {
        var options = new CallOptions(cancellationToken: cancellation);
        using var call = verb switch
        {
            Verbs.GetResult => _client.GetResult(ToRequest(request), options),
            Verbs.OpenReplay => _client.OpenReplay(ToRequest(request), options),
            Verbs.ExportModel => _client.ExportModel(ToRequest(request), options),
            _ => _client.ExportEvidence(ToRequest(request), options),
        };
        while (await MoveNextAsync(call.ResponseStream, cancellation))
            await destination.WriteAsync(call.ResponseStream.Current.Content.Memory, cancellation);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _channel.Dispose();

    private Func<OperatorRequest, CallOptions, AsyncUnaryCall<OperatorReply>> Method(string verb) => verb switch
    {
        Verbs.Status => _client.StatusAsync,
        Verbs.Prepare => _client.PrepareAsync,
        Verbs.Governance => _client.GovernanceAsync,
        Verbs.OpenMotion => _client.OpenMotionAsync,
        Verbs.Vote => _client.VoteAsync,
        Verbs.AddDataset => _client.AddDatasetAsync,
        Verbs.ListDatasets => _client.ListDatasetsAsync,
        Verbs.ListOwnDatasets => _client.ListOwnDatasetsAsync,
        Verbs.CheckDataset => _client.CheckDatasetAsync,
        Verbs.SendFile => _client.SendFileAsync,
        Verbs.AddAlgorithm => _client.AddAlgorithmAsync,
        Verbs.ListAlgorithms => _client.ListAlgorithmsAsync,
        Verbs.ShowAlgorithm => _client.ShowAlgorithmAsync,
        Verbs.WithdrawAlgorithm => _client.WithdrawAlgorithmAsync,
        Verbs.AddConsents => _client.AddConsentsAsync,
        Verbs.WithdrawConsent => _client.WithdrawConsentAsync,
        Verbs.ListConsents => _client.ListConsentsAsync,
        Verbs.ConsentHistory => _client.ConsentHistoryAsync,
        Verbs.IssueRecords => _client.IssueRecordsAsync,
        Verbs.ListRecords => _client.ListRecordsAsync,
        Verbs.RevokeRecord => _client.RevokeRecordAsync,
        Verbs.VerifyRecord => _client.VerifyRecordAsync,
        Verbs.RenewRecord => _client.RenewRecordAsync,
        Verbs.ExplainJob => _client.ExplainJobAsync,
        Verbs.SubmitJob => _client.SubmitJobAsync,
        Verbs.RunJob => _client.RunJobAsync,
        Verbs.CancelJob => _client.CancelJobAsync,
        Verbs.ListJobs => _client.ListJobsAsync,
        Verbs.ShowJob => _client.ShowJobAsync,
        Verbs.JobHistory => _client.JobHistoryAsync,
        Verbs.ApproveJob => _client.ApproveJobAsync,
        Verbs.RejectJob => _client.RejectJobAsync,
        Verbs.RevokeJob => _client.RevokeJobAsync,
        Verbs.CompareJob => _client.CompareJobAsync,
        Verbs.ListModels => _client.ListModelsAsync,
        Verbs.ShowModel => _client.ShowModelAsync,
        Verbs.ForgetModel => _client.ForgetModelAsync,
        Verbs.ForgetReplay => _client.ForgetReplayAsync,
        _ => throw new ArgumentException($"'{verb}' is no verb with one answer.", nameof(verb)),
    };

    private async Task<bool> MoveNextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellation)
    {
        try
        {
            return await stream.MoveNext(cancellation);
        }
        catch (RpcException e)
        {
            throw Translate(e, cancellation);
        }
    }

    private Exception Translate(RpcException e, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? new OperationCanceledException(cancellation) : Faults.FromStatus(e, null, _address);

    private static OperatorRequest ToRequest(object request) =>
        new() { Json = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), OperatorJson.Options)) };
}
