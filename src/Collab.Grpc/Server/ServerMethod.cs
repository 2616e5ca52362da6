using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Runs the calls of one method: checks, the method, one status whatever happens.</summary>
internal sealed partial class ServerMethod(MethodSettings settings, bool streams, Func<ServerCall, Task> invoke)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return Task.CompletedTask;
        }

        if (!GrpcHeaderNames.IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return RunAsync(new ServerCall(http, settings, streams));
    }

    private async Task RunAsync(ServerCall call)
    {
        try
        {
            call.Open();
            await invoke(call).ConfigureAwait(false);
            await call.EndAsync(call.Status).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await call.EndAsync(StatusOf(fault, call), (fault as RpcException)?.Trailers).ConfigureAwait(false);
        }
        finally
        {
            await call.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What the peer is told: a method's own status, or a text of ours; never the text of an exception.</summary>
    private Status StatusOf(Exception fault, ServerCall call)
    {
        switch (fault)
        {
            case RpcException rpc:
                return rpc.Status;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new Status(StatusCode.ResourceExhausted, "The request is larger than the server takes.");
            case BadHttpRequestException:
                return new Status(StatusCode.Internal, "The request body is malformed or came too slowly.");
            case ConnectionAbortedException or ConnectionResetException:
                return new Status(StatusCode.Cancelled, "The call was cancelled.");
            case OperationCanceledException or IOException when call.CancellationToken.IsCancellationRequested:
                return new Status(StatusCode.Cancelled, "The call was cancelled.");
            default:
                LogFault(settings.Log, call.Method, fault);
                return new Status(StatusCode.Unknown, "Exception was thrown by handler.");
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "The method {Method} failed with an exception it did not turn into a status.")]
    private static partial void LogFault(ILogger log, string method, Exception fault);
}
