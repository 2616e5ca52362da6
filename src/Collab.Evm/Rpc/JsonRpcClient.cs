using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Primitives;

namespace Collab.Evm.Rpc;

/// <summary>How one node of a chain is asked.</summary>
/// <param name="Address">Its HTTP or HTTPS address.</param>
/// <param name="Timeout">How long one answer may take.</param>
/// <param name="LargestReply">How many bytes of one answer are read.</param>
public sealed record JsonRpcOptions(Uri Address, TimeSpan Timeout, int LargestReply)
{
    /// <summary>10 seconds, 16 MiB.</summary>
    public static JsonRpcOptions For(Uri address) => new(address, TimeSpan.FromSeconds(10), 16 << 20);
}

/// <summary>JSON-RPC 2.0 over HTTP, one request at a time for each call. Safe to use from many threads.</summary>
/// <remarks>Takes what comes for hostile: bytes, depth and time are bounded, no redirect is followed, a wrong id or a repeated name is refused.</remarks>
public sealed class JsonRpcClient : IDisposable
{
    private const int Deepest = 32;
    private const int LongestReason = 200;

    private readonly JsonRpcOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private long _last;

    /// <summary>A client of one node; nothing is asked yet.</summary>
    public JsonRpcClient(JsonRpcOptions options, TimeProvider clock)
    {
        if (options.Address.Scheme is not ("http" or "https")) throw new ArgumentException("A node is asked over HTTP or HTTPS.", nameof(options));
        (_options, _clock) = (options, clock);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // ours, by the clock that is a parameter
        };
    }

    /// <summary>The node's address.</summary>
    public Uri Address => _options.Address;

    /// <summary>Asks, and returns the result.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.Unreachable"/> or <see cref="EvmErrors.ReplyInvalid"/>.</exception>
    /// <exception cref="RpcRejectedException">The node answered with an error.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonArray parameters, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _last);
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        var reply = await PostAsync(JsonSerializer.SerializeToUtf8Bytes(request), method, cancellation);
        return Result(reply, id, method);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    internal static JsonElement Result(ReadOnlyMemory<byte> reply, long id, string method)
    {
        JsonElement answer;
        try
        {
            using var document = JsonDocument.Parse(reply, new JsonDocumentOptions { MaxDepth = Deepest, AllowDuplicateProperties = false });
            answer = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Invalid(method, "JSON");
        }

        if (answer.ValueKind != JsonValueKind.Object) throw Invalid(method, "an object");
        if (!answer.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number || !answered.TryGetInt64(out var number) || number != id)
            throw Invalid(method, "the question's number");
        if (answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null) throw Rejection(error, method);
        return answer.TryGetProperty("result", out var result) ? result : throw Invalid(method, "a result or an error");
    }

    private static CollabException Rejection(JsonElement error, string method)
    {
        if (error.ValueKind != JsonValueKind.Object || !error.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number))
            return Invalid(method, "an error with a number");
        var reason = error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? Text(message) : "";
        return new RpcRejectedException(method, number, reason, RevertData(error));
    }

    // Most nodes give the returned bytes as a string; some wrap them in an object under "data" or "result".
    private static byte[]? RevertData(JsonElement error)
    {
        for (var depth = 0; depth < 3 && error.ValueKind == JsonValueKind.Object; depth++)
        {
            if (!error.TryGetProperty("data", out var data) && !error.TryGetProperty("result", out data)) return null;
            error = data;
        }

        if (error.ValueKind != JsonValueKind.String) return null;
        try
        {
            return HexText.Bytes(Text(error), "bytes");
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static string Text(JsonElement text)
    {
        try
        {
            var value = text.GetString()!;
            return value;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            return "";
        }
    }

    private async Task<ReadOnlyMemory<byte>> PostAsync(byte[] request, string method, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var content = new ByteArrayContent(request);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, _options.Address) { Content = content };
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            if (response.StatusCode != HttpStatusCode.OK) throw new CollabException(EvmErrors.Unreachable, $"The chain's node answers {method} with HTTP status {(int)response.StatusCode}.");
            if (response.Content.Headers.ContentLength > _options.LargestReply) throw Invalid(method, "fewer bytes");
            await using var body = await response.Content.ReadAsStreamAsync(limited.Token);
            return await ReadAsync(body, method, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CollabException(EvmErrors.Unreachable, $"The chain's node did not answer {method} within the limit.");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new CollabException(EvmErrors.Unreachable, $"The chain's node could not be asked {method}.", inner: fault);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, string method, CancellationToken cancellation)
    {
        var buffer = new MemoryStream();
        var part = new byte[1 << 14];
        for (int read; (read = await body.ReadAsync(part, cancellation)) > 0;)
        {
            if (buffer.Length + read > _options.LargestReply) throw Invalid(method, "fewer bytes");
            buffer.Write(part, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    internal static CollabException Invalid(string method, string expected) =>
        new(EvmErrors.ReplyInvalid, $"The chain's node answered {method} wrongly: expected {expected}.");

    internal static string Shortened(string reason) => new([.. reason.Where(c => !char.IsControl(c)).Take(LongestReason)]);
}

/// <summary>A node answered with an error; when a contract refused, with the bytes that it returned.</summary>
public sealed class RpcRejectedException(string method, int rpcCode, string reason, byte[]? data)
    : CollabException(
        IsRevert(rpcCode, reason, data) ? EvmErrors.Reverted : EvmErrors.Rejected,
        IsRevert(rpcCode, reason, data) ? "The contract refused the call." : $"The chain's node refused {method} with code {rpcCode}.")
{
    private const int ExecutionReverted = 3;

    /// <summary>The number of the node's error.</summary>
    public int RpcCode { get; } = rpcCode;

    /// <summary>The node's words, shortened to a line; for logs, not for decisions.</summary>
    public string Reason { get; } = JsonRpcClient.Shortened(reason);

    /// <summary>What the contract returned, if it did.</summary>
    public ReadOnlyMemory<byte>? Returned { get; } = data is null ? (ReadOnlyMemory<byte>?)null : data;

    private static bool IsRevert(int code, string reason, byte[]? data) =>
        code == ExecutionReverted || data is { Length: > 0 } || reason.Contains("revert", StringComparison.OrdinalIgnoreCase);
}
