using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Makes calls over a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        return new AsyncUnaryCall<TResponse>(
            call.SendOneReceiveOneAsync(request),
            ClientCall.ResponseHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Release, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        return new AsyncServerStreamingCall<TResponse>(
            call.SendOneReceiveMany(request),
            ClientCall.ResponseHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Release, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var requests = call.OpenRequests();
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, call.SendManyReceiveOneAsync(requests),
            ClientCall.ResponseHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Release, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options);
        var requests = call.OpenRequests();
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, call.SendManyReceiveMany(requests),
            ClientCall.ResponseHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Release, call);
    }
}
