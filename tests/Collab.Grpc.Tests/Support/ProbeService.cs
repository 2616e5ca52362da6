using System.Collections.Concurrent;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Grpc.Tests.Support;

/// <summary>What the server saw, for tests to wait on.</summary>
public sealed class ProbeState
{
    public ConcurrentDictionary<string, TaskCompletionSource<string>> Events { get; } = new();

    public TaskCompletionSource<string> Event(string name) =>
        Events.GetOrAdd(name, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>A service that behaves as it is asked to.</summary>
public sealed class ProbeService(ProbeState state) : Probe.V1.Probe.ProbeBase
{
    public override async Task<Reply> One(Ask request, ServerCallContext context)
    {
        switch (request.Behaviour)
        {
            case "metadata":
                foreach (var entry in context.RequestHeaders.Where(e => e.Key.StartsWith("probe-", StringComparison.Ordinal)))
                {
                    context.ResponseTrailers.Add(entry);
                }

                await context.WriteResponseHeadersAsync(new Metadata { { "first", "header" }, { "first-bin", [0, 255, 1] } });
                break;
            case "status":
                throw new RpcException(
                    new Status(StatusCode.FailedPrecondition, "Ärger: 100 %\nzweite Zeile"),
                    new Metadata { { "grpc-status-details-bin", [8, 9, 18, 1, 120] }, { "reason", "test" } });
            case "throw":
                throw new InvalidOperationException("secret value 4711 at /some/path");
            case "null":
                return null!;
            case "bad-trailer":
                context.ResponseTrailers.Add("broken", "line\r\nbreak");
                break;
            case "wait":
                await WaitAsync(context);
                break;
            case "stubborn":
                state.Event("stubborn-started").TrySetResult("");
                await state.Event("stubborn-may-end").Task;
                break;
            case "certificate":
                return new Reply { Text = context.GetHttpContext().Connection.ClientCertificate?.Subject ?? "none" };
            case "identity":
                return new Reply { Text = context.AuthContext.PeerIdentity.Single().Value };
            case "deadline":
                return new Reply { Count = context.Deadline == DateTime.MaxValue ? -1 : 1 };
            case "no-message":
                context.Status = new Status(StatusCode.NotFound, "not here");
                return new Reply { Text = "unused" };
        }

        return new Reply { Payload = request.Payload, Count = request.Payload.Length, Text = request.Behaviour };
    }

    public override async Task Many(Ask request, IServerStreamWriter<Reply> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new Reply { Count = i, Payload = request.Payload });
        }

        switch (request.Behaviour)
        {
            case "fail": throw new RpcException(new Status(StatusCode.DataLoss, "after the messages"));
            case "wait": await WaitAsync(context); break;
            case "endless":
                for (var i = 0L; ; i++)
                {
                    state.Event("written").TrySetResult("");
                    Interlocked.Exchange(ref _written, i);
                    await responseStream.WriteAsync(new Reply { Payload = ByteString.CopyFrom(new byte[64 * 1024]) });
                }
        }
    }

    public static long Written => Interlocked.Read(ref _written);

    private static long _written;

    public override async Task<Reply> Collect(IAsyncStreamReader<Ask> requestStream, ServerCallContext context)
    {
        long bytes = 0;
        var count = 0;
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                if (requestStream.Current.Behaviour == "enough") throw new RpcException(new Status(StatusCode.OutOfRange, "enough"));
                if (requestStream.Current.Behaviour == "stop-reading") await WaitAsync(context);
                bytes += requestStream.Current.Payload.Length;
                count++;
            }
        }
        catch (Exception fault)
        {
            state.Event("collect-failed").TrySetResult(fault.GetType().Name);
            throw;
        }

        state.Event("collect-completed").TrySetResult("");
        return new Reply { Count = bytes, Text = $"{count}" };
    }

    public override async Task Echo(IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Reply> responseStream, ServerCallContext context)
    {
        await foreach (var ask in requestStream.ReadAllAsync())
        {
            switch (ask.Behaviour)
            {
                case "end": return;
                case "fail": throw new RpcException(new Status(StatusCode.Aborted, "asked to fail"));
                case "wait": await WaitAsync(context); break;
            }

            await responseStream.WriteAsync(new Reply { Payload = ask.Payload, Count = ask.Count });
        }
    }

    private async Task WaitAsync(ServerCallContext context)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
        state.Event("waiting").TrySetResult("");
        await cancelled.Task;
        state.Event("cancelled").TrySetResult("");
        context.CancellationToken.ThrowIfCancellationRequested();
    }
}
