using System.Security.Cryptography;
using Collab.Interop.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Interop.Tests;

/// <summary>Our side of peers/README.md.</summary>
public sealed class InteropService : V1.Interop.InteropBase
{
    public const string StatusText = "Ärger: 100 %\nzweite Zeile";
    public static readonly byte[] Detail = [0, 1, 254, 255];

    public override async Task<Payload> One(Payload request, ServerCallContext context)
    {
        switch (request.Behaviour)
        {
            case "wait":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case "status":
                throw new RpcException(new Status(StatusCode.FailedPrecondition, StatusText), new Metadata { { "detail-bin", Detail } });
            case "metadata":
                var back = new Metadata();
                foreach (var entry in context.RequestHeaders.Where(entry => entry.Key is "x-text" or "x-bytes-bin"))
                {
                    back.Add(entry);
                    context.ResponseTrailers.Add(entry);
                }

                await context.WriteResponseHeadersAsync(back);
                break;
        }

        return new Payload { Data = request.Data, Number = request.Data.Length };
    }

    public override async Task Many(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Number; i++) await responseStream.WriteAsync(new Payload { Number = i, Data = request.Data });
        if (request.Behaviour == "fail") throw new RpcException(new Status(StatusCode.DataLoss, "after the messages"));
    }

    public override async Task<Payload> Collect(IAsyncStreamReader<Payload> requestStream, ServerCallContext context)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var number = 0L;
        await foreach (var message in requestStream.ReadAllAsync())
        {
            number += message.Data.Length;
            digest.AppendData(message.Data.Span);
        }

        return new Payload { Number = number, Data = ByteString.CopyFrom(digest.GetHashAndReset()) };
    }

    public override async Task Echo(IAsyncStreamReader<Payload> requestStream, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        await foreach (var message in requestStream.ReadAllAsync()) await responseStream.WriteAsync(message);
        await responseStream.WriteAsync(new Payload { Number = -1 });
    }
}
