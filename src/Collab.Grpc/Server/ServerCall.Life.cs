using System.Globalization;
using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The life of a call: open, read and write, one end.</summary>
internal sealed partial class ServerCall
{
    private const int ResetNoError = 0x0;
    private const int ResetInternalError = 0x2;
    private const int ResetCancel = 0x8;

    /// <summary>How long a response that ends at its deadline may wait for a peer that does not read.</summary>
    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(1);

    private readonly WriteGate _gate = new();
    private readonly Lock _ending = new();
    private DateTime _deadline = DateTime.MaxValue;
    private CancellationTokenSource? _cancellation;
    private Timer? _timer;
    private Task? _expiring;
    private volatile bool _expired;
    private ResponseFrameWriter? _writer;
    private RequestMessageReader? _requests;
    private string? _requestEncoding;
    private bool _compresses;

    /// <summary>Whether the method has returned, so that nothing may be read any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Checks the headers, lifts the limits that are not gRPC's and starts the deadline.</summary>
    /// <exception cref="RpcException">A header is malformed or names something unknown.</exception>
    public void Open()
    {
        http.Response.ContentType = GrpcHeaderNames.ContentType;
        LiftLimits();
        ReadHeaders();

        if (!http.Request.Headers.TryGetValue(GrpcHeaderNames.Timeout, out var values)) return;
        if (values.Count != 1 || !GrpcTimeout.TryParse(values[0], out var timeout))
        {
            throw new RpcException(new Status(StatusCode.Internal, "The grpc-timeout is malformed."));
        }

        if (timeout.Value is not { } left) return;
        _deadline = DateTime.UtcNow + left;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        if (left == TimeSpan.Zero) throw new RpcException(Expired);
        _timer = new Timer(static call => ((ServerCall)call!).Expire(), this, left, Timeout.InfiniteTimeSpan);
    }

    public RequestMessageReader OpenRequests() => _requests = new(http.Request.BodyReader, settings.ReceiveLimit, _requestEncoding);

    /// <summary>Reads the one request of a call and nothing behind it.</summary>
    public async ValueTask<T> ReadOnlyMessageAsync<T>(Func<DeserializationContext, T> deserialize)
        where T : class
    {
        var messages = OpenRequests();
        var message = await messages.ReadAsync(deserialize, CancellationToken).ConfigureAwait(false) ?? throw MessageFrame.Missing();
        return await messages.ReadAsync(deserialize, CancellationToken).ConfigureAwait(false) is null ? message : throw MessageFrame.Surplus();
    }

    /// <summary>Writes the one response of a call; it leaves together with the trailers.</summary>
    public async ValueTask WriteOnlyMessageAsync<T>(T message, Action<T, SerializationContext> serialize)
    {
        _gate.Enter();
        try
        {
            await StartAsync().ConfigureAwait(false);
            Writer.Write(message, serialize, plain: HasFlag(WriteFlags.NoCompress));
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Writes one message of a stream of responses.</summary>
    public async Task WriteMessageAsync<T>(T message, Action<T, SerializationContext> serialize, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellation.ThrowIfCancellationRequested();
        CancellationToken.ThrowIfCancellationRequested();
        _gate.Enter();
        try
        {
            await StartAsync().ConfigureAwait(false);
            Writer.Write(message, serialize, plain: HasFlag(WriteFlags.NoCompress));
            if (HasFlag(WriteFlags.BufferHint)) return;
            if (cancellation.CanBeCanceled && cancellation != CancellationToken)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, CancellationToken);
                await FlushAsync(either.Token).ConfigureAwait(false);
            }
            else
            {
                await FlushAsync(CancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Leave();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        _gate.Enter();
        try
        {
            if (http.Response.HasStarted) throw new InvalidOperationException("Response headers can only be sent once per call.");
            if (!TryAppend(responseHeaders, http.Response.Headers)) throw new RpcException(BadMetadata);
            await StartAsync().ConfigureAwait(false);
            await FlushAsync(CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Ends the call with a status, unless its deadline has ended it.</summary>
    public async Task EndAsync(Status status, Metadata? trailers = null)
    {
        if (!await _gate.CloseAsync().ConfigureAwait(false)) return;
        if (_expired) status = Expired; // the method ended because the deadline told it to, and was faster than the deadline's own end
        if (_writer is { IsBroken: true })
        {
            // Half a message is out: trailers behind it would be read as its rest.
            Reset(ResetInternalError);
            return;
        }

        AppendStatus(status, _responseTrailers, trailers);
    }

    /// <summary>After the method: no timer, no late end, no read left behind; then the request may go back to the server.</summary>
    public async ValueTask CloseAsync()
    {
        Task? expiring;
        lock (_ending)
        {
            IsOver = true;
            expiring = _expiring;
        }

        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        if (expiring is not null) await expiring.ConfigureAwait(false);
        if (_requests is not null) await _requests.StopAsync().ConfigureAwait(false);
        _cancellation?.Dispose();
    }

    private static Status Expired => new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    private static Status BadMetadata => new(StatusCode.Internal, "A metadata value holds characters other than printable ASCII.");

    private ResponseFrameWriter Writer =>
        _writer ??= new ResponseFrameWriter(http.Response.BodyWriter, settings.SendLimit, _compresses);

    private bool HasFlag(WriteFlags flag) => WriteOptionsCore is { } options && options.Flags.HasFlag(flag);

    private void LiftLimits()
    {
        // A body may hold many messages, each under its own limit.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;

        // Protocol rounds are silent for long; only a peer that has shown who it is may be.
        if (streams && http.Connection.ClientCertificate is not null
            && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private void ReadHeaders()
    {
        foreach (var (name, values) in http.Request.Headers)
        {
            foreach (var value in values)
            {
                if (!MetadataCoding.TryAdd(_requestHeaders, name, value ?? ""))
                {
                    throw new RpcException(new Status(StatusCode.Internal, "The request metadata is malformed."));
                }
            }
        }

        _requestEncoding = http.Request.Headers[GrpcHeaderNames.Encoding];
        if (_requestEncoding is not (null or GrpcHeaderNames.Identity or GrpcHeaderNames.Gzip))
        {
            http.Response.Headers[GrpcHeaderNames.AcceptEncoding] = GrpcHeaderNames.AcceptedEncodings;
            throw new RpcException(new Status(StatusCode.Unimplemented, "The encoding of the messages is not supported."));
        }

        if (!settings.Compresses) return;
        var accepted = http.Request.Headers[GrpcHeaderNames.AcceptEncoding].ToString().Split(',', StringSplitOptions.TrimEntries);
        _compresses = accepted.Contains(GrpcHeaderNames.Gzip, StringComparer.Ordinal);
        if (_compresses) http.Response.Headers[GrpcHeaderNames.Encoding] = GrpcHeaderNames.Gzip;
    }

    // Before the first byte: a response that has not started would take its status into the headers.
    private Task StartAsync() => http.Response.HasStarted ? Task.CompletedTask : http.Response.StartAsync(CancellationToken);

    // Only the waiting is cancelled: Kestrel resets a stream whose flush is cancelled, also one that was before, and the peer would see an internal error instead of its deadline.
    private Task FlushAsync(CancellationToken cancellation)
    {
        var flush = http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask().WaitAsync(cancellation);
    }

    private void Expire()
    {
        lock (_ending)
        {
            if (!IsOver) _expiring ??= ExpireAsync();
        }
    }

    /// <summary>Ends the call at its deadline while its method may still run: tell the method, wait for its write, answer, stop the peer.</summary>
    private async Task ExpireAsync()
    {
        try
        {
            _expired = true;
            await _cancellation!.CancelAsync().ConfigureAwait(false);
            if (!await _gate.CloseAsync().ConfigureAwait(false)) return;
            if (_writer is { IsBroken: true })
            {
                Reset(ResetInternalError);
                return;
            }

            AppendStatus(Expired, null, null);
            await http.Response.CompleteAsync().WaitAsync(Parting).ConfigureAwait(false);
            Reset(ResetNoError);
        }
        catch (Exception)
        {
            // The peer is gone or does not read: nothing can be told to it.
            Reset(ResetCancel);
        }
    }

    private void AppendStatus(Status status, Metadata? own, Metadata? thrown)
    {
        var destination = http.Response.HasStarted
            ? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            : http.Response.Headers;
        if (destination is null) return;

        var coded = new HeaderDictionary();
        if (!TryAppend(own, coded) || !TryAppend(thrown, coded))
        {
            status = BadMetadata;
            coded.Clear();
        }

        foreach (var header in coded) destination[header.Key] = header.Value;
        destination[GrpcHeaderNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0) destination[GrpcHeaderNames.Message] = PercentCoding.Encode(status.Detail);
    }

    private static bool TryAppend(Metadata? metadata, IHeaderDictionary destination)
    {
        foreach (var entry in metadata ?? Metadata.Empty)
        {
            if (GrpcHeaderNames.IsReserved(entry.Key)) continue;
            if (!MetadataCoding.TryFormat(entry, out var value)) return false;
            destination.Append(entry.Key, value);
        }

        return true;
    }

    private void Reset(int errorCode) => http.Features.Get<IHttpResetFeature>()?.Reset(errorCode);
}
