using System.Net.Sockets;
using System.Text;
using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;

namespace Collab.Grpc.Tests.Hostile;

/// <summary>HTTP/2 connections, written by hand and then mutated byte by byte: the server ends each and goes on.</summary>
public sealed class MutatedConnections
{
    private const int Cases = 1_000;

    [Fact]
    public async Task Thousands_of_mutated_connections_leave_the_server_whole()
    {
        await using var server = await ProbeServer.StartAsync(tls: false);
        var whole = await ExchangeAsync(server, Connection(Headers(), Message), TimeSpan.FromMinutes(1)); // the server closes it, however slow
        Assert.Contains("application/grpc", Encoding.Latin1.GetString(whole), StringComparison.Ordinal);

        var answered = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Cases), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (seed, _) =>
        {
            var answer = await ExchangeAsync(server, Mutated(new Random(seed)));
            if (Encoding.Latin1.GetString(answer).Contains("grpc-status", StringComparison.Ordinal)) Interlocked.Increment(ref answered);
        });

        // Mutations that the framing survives must have come as far as gRPC, or this tests HTTP/2 alone.
        Assert.InRange(answered, Cases / 5, Cases);
        using var channel = server.Connect();
        Assert.Equal("", (await new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask())).Text);
    }

    [Fact]
    public async Task A_flood_of_resets_or_of_headers_ends_its_own_connection_only()
    {
        await using var server = await ProbeServer.StartAsync(tls: false);
        using var channel = server.Connect();
        var client = new Probe.V1.Probe.ProbeClient(channel);
        using var bystander = client.Echo();

        // 2,000 calls, each reset at once; then one call whose headers never end.
        var resets = Opening().ToList();
        for (var stream = 1; stream < 4_000; stream += 2)
        {
            resets.AddRange(Frame(1, 4, stream, Headers()));
            resets.AddRange(Frame(3, 0, stream, [0, 0, 0, 8]));
        }

        var headers = Opening().Concat(Frame(1, 0, 1, Headers())).ToList();
        for (var i = 0; i < 500; i++) headers.AddRange(Frame(9, 0, 1, [0, 1, (byte)'a', 100, .. new byte[100]]));
        foreach (var flood in new[] { resets, headers })
        {
            await ExchangeAsync(server, [.. flood]);
            await bystander.RequestStream.WriteAsync(new Ask { Count = 7 });
            Assert.True(await bystander.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(7, bystander.ResponseStream.Current.Count);
        }
    }

    /// <summary>A third each: any byte of the connection; the data behind right frames; the headers behind right frames.</summary>
    private static byte[] Mutated(Random random) => random.Next(3) switch
    {
        // The preface stays more often than not, or nothing behind it would be reached.
        0 => Mutated(random, Connection(Headers(), Message), from: random.Next(10) == 0 ? 0 : 24, changes: random.Next(1, 8)),
        1 => Connection(Headers(), Mutated(random, Message, from: 0, changes: random.Next(1, 8))),
        _ => Connection(Mutated(random, Headers(), from: 0, changes: random.Next(1, 3)), Message),
    };

    private static byte[] Mutated(Random random, byte[] original, int from, int changes)
    {
        var bytes = original.ToList();
        for (var i = 0; i < changes && bytes.Count > from; i++)
        {
            var at = random.Next(from, bytes.Count);
            if (random.Next(4) == 0) bytes.RemoveAt(at);
            else if (random.Next(4) == 0) bytes.Insert(at, (byte)random.Next(256));
            else bytes[at] = (byte)random.Next(256);
        }

        return [.. bytes];
    }

    /// <summary>Sends, says goodbye, and reads until the server has closed.</summary>
    private static async Task<byte[]> ExchangeAsync(ProbeServer server, byte[] bytes, TimeSpan? longest = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", server.Address.Port);

        // A frame that lost its end may swallow the goodbye; then the server waits for more, and closing our half ends it.
        using var patience = new CancellationTokenSource(longest ?? TimeSpan.FromMilliseconds(500));
        using var closing = patience.Token.Register(() => Close(socket));
        var answer = new MemoryStream();
        try
        {
            await socket.SendAsync(bytes);
            await socket.SendAsync(Goodbye());
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer) is var read and > 0) answer.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // The server may reset a connection that broke the protocol.
        }

        return answer.ToArray();
    }

    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has been closed from the other side.
        }
    }

    /// <summary>GOAWAY without an error: the server ends the connection when its calls have ended.</summary>
    private static byte[] Goodbye() => Frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>Preface, settings, and one unary call: headers without Huffman coding, data, end of stream.</summary>
    private static byte[] Connection(byte[] headers, byte[] data) => [.. Opening(), .. Frame(1, 4, 1, headers), .. Frame(0, 1, 1, data)];

    private static byte[] Message => [0, 0, 0, 0, 4, 10, 2, 1, 2];

    private static byte[] Opening() => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [])];

    private static byte[] Headers()
    {
        var headers = new List<byte>();
        foreach (var (name, value) in new[]
        {
            (":method", "POST"), (":scheme", "http"), (":path", "/collab.probe.v1.Probe/One"), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "5S"), ("x-bin", "AQID"),
        })
        {
            headers.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        }

        return [.. headers];
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [0, (byte)(payload.Length >> 8), (byte)(payload.Length & 0xFF), type, flags, 0, 0, (byte)(stream >> 8), (byte)(stream & 0xFF), .. payload];
}
