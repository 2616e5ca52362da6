using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Collab.Wire.Party;

/// <summary>Another party's node, called over mutual TLS. Every answer is checked in form before it is returned.</summary>
public sealed class PartyClient : IDisposable
{
    /// <summary>The party's node does not answer at its address.</summary>
    public static readonly ErrorCode Unreachable = Faults.Unreachable;

    // A party that is there answers within this; the product promises an answer within 30 seconds.
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    private const int LongestProof = 64;

    private readonly GrpcChannel _channel;
    private readonly V1.Party.PartyClient _client;
    private readonly string _address;
    private readonly Greeting _greeting;
    private bool _greeted;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="party">Who must answer; the handler's TLS settings hold it to that.</param>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="handler">Carries the calls; owned by this client.</param>
    /// <param name="greeting">What this node says of itself first.</param>
    public PartyClient(PartyId party, string address, HttpMessageHandler handler, Greeting greeting)
    {
        (Party, _address, _greeting) = (party, address, greeting);
        _channel = GrpcChannel.ForAddress(
            $"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = 64 << 20 });
        _client = new V1.Party.PartyClient(_channel);
    }

    /// <summary>The party.</summary>
    public PartyId Party { get; }

    /// <summary>What the party said of itself, once it has.</summary>
    public Greeting? Greeted { get; private set; }

    /// <summary>The first message; the others send it when it was not sent yet.</summary>
    /// <exception cref="CollabException">The party cannot be reached, or is of another version or consortium.</exception>
    public Task<Greeting> HelloAsync(CancellationToken cancellation) => CallAsync(GreetAsync, cancellation, greets: true);

    /// <summary>What the party offers.</summary>
    public Task<IReadOnlyList<DatasetOffer>> ListDatasetsAsync(CancellationToken cancellation) => CallAsync<IReadOnlyList<DatasetOffer>>(
        async options =>
        {
            var reply = await _client.ListDatasetsAsync(new ListDatasetsRequest(), options);
            var offers = reply.Offers.Select(o => DatasetOffer.Decode(o.Span)).ToList();
            return offers.TrueForAll(o => o.Owner == Party) ? offers : throw new MalformedException("offers of the party's own datasets");
        },
        cancellation);

    /// <summary>The bytes of a plan.</summary>
    public Task<byte[]> GetPlanAsync(Digest job, CancellationToken cancellation) => CallAsync(
        async options => (await _client.GetPlanAsync(new GetPlanRequest { Job = ToBytes(job) }, options)).Plan.ToByteArray(), cancellation);

    /// <summary>The bytes of a version of an algorithm that the party provides; version 0 for the newest.</summary>
    public Task<byte[]> GetAlgorithmAsync(string name, int version, CancellationToken cancellation) => CallAsync(
        async options => (await _client.GetAlgorithmAsync(new GetAlgorithmRequest { Name = name, Version = (uint)version }, options)).Algorithm.ToByteArray(), cancellation);

    /// <summary>The bytes of the party's receipt.</summary>
    public Task<byte[]> GetReceiptAsync(Digest run, CancellationToken cancellation) => CallAsync(
        async options => (await _client.GetReceiptAsync(new GetReceiptRequest { Run = ToBytes(run) }, options)).Receipt.ToByteArray(), cancellation);

    /// <summary>Has the party witness and replicate this node's new entries.</summary>
    public Task<CheckpointAnswer> AddCheckpointAsync(CheckpointOffer offer, CancellationToken cancellation) => CallAsync(
        async options =>
        {
            var request = new AddCheckpointRequest
            {
                Origin = offer.Origin,
                OldSize = (ulong)offer.OldSize,
                Checkpoint = ByteString.CopyFrom(offer.Checkpoint),
                FinalCheckpoint = offer.FinalCheckpoint is null ? ByteString.Empty : ByteString.CopyFrom(offer.FinalCheckpoint),
            };
            request.Entries.AddRange(offer.Entries.Select(ByteString.CopyFrom));
            request.Proof.AddRange(offer.Proof.Select(ToBytes));
            var reply = await _client.AddCheckpointAsync(request, options);
            return new CheckpointAnswer(
                (int)Math.Min(reply.Status, 999), reply.Cosignature.IsEmpty ? null : reply.Cosignature.ToStringUtf8(), checked((long)reply.Size));
        },
        cancellation);

    /// <summary>The newest checkpoint of an origin that the party cosigned, or null.</summary>
    public Task<byte[]?> GetCheckpointAsync(string origin, CancellationToken cancellation) => CallAsync(
        async options =>
        {
            var reply = await _client.GetCheckpointAsync(new GetCheckpointRequest { Origin = origin }, options);
            return reply.Checkpoint.IsEmpty ? null : reply.Checkpoint.ToByteArray();
        },
        cancellation);

    /// <summary>What the party holds of a log beyond a size, or null when that is nothing.</summary>
    public Task<LogTailAnswer?> GetLogAsync(string origin, long held, CancellationToken cancellation) => CallAsync(
        async options =>
        {
            var reply = await _client.GetLogAsync(new GetLogRequest { Origin = origin, Held = (ulong)held }, options);
            if (reply.Checkpoint.IsEmpty) return null;
            if (reply.Proof.Count > LongestProof || reply.Proof.Any(hash => hash.Length != Digest.Size)) throw new MalformedException("a proof of hashes");
            return new LogTailAnswer(
                [.. reply.Entries.Select(entry => entry.ToByteArray())], [.. reply.Proof.Select(hash => new Digest(hash.Span))], reply.Checkpoint.ToByteArray(),
                reply.FinalCheckpoint.IsEmpty ? null : reply.FinalCheckpoint.ToByteArray());
        },
        cancellation);

    /// <summary>Opens the transport of a run. It has no deadline of its own: the channel on it watches for silence.</summary>
    /// <remarks>Greets first, whatever was greeted before: the node may have been started again since, and one that is away is told as such.</remarks>
    public async Task<IFrameTransport> ConverseAsync(Digest run, CancellationToken cancellation)
    {
        _greeted = false;
        await HelloAsync(cancellation);
        return new CallingTransport(_channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            ConversationFrame.Converse, null, new CallOptions(new Metadata { { PartyService.RunHeader, run.ToArray() } })));
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _channel.Dispose();

    private async Task<Greeting> GreetAsync(CallOptions options)
    {
        if (Greeted is { } known && _greeted) return known;
        var reply = await _client.HelloAsync(
            new HelloRequest { Major = _greeting.Major, Minor = _greeting.Minor, Software = _greeting.Software, Consortium = _greeting.Consortium },
            options);
        var greeting = new Greeting(reply.Major, reply.Minor, reply.Software, _greeting.Consortium);
        _greeting.RequireFit(greeting, Party);
        (Greeted, _greeted) = (greeting, true);
        return greeting;
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, Task<T>> call, CancellationToken cancellation, bool greets = false)
    {
        var options = new CallOptions(deadline: DateTime.UtcNow + CallLimit, cancellationToken: cancellation);
        try
        {
            if (!greets) await GreetAsync(options);
            return await call(options);
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException e)
        {
            _greeted = false; // the node at the address may be another one when it answers again
            throw Faults.FromStatus(e, Party, _address);
        }
        catch (MalformedException e)
        {
            throw new CollabException(PeerFaultException.BrokeTheProtocol, $"{Party} sent a malformed answer: expected {e.Rule}.", Party, inner: e);
        }
    }

    private static ByteString ToBytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
