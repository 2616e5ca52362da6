using System.Net.Sockets;
using System.Text;
using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;

namespace Collab.Grpc.Tests.Hostile;

/// <summary>HTTP/2 connections, written by hand and then mutated byte by byte: the server ends each and goes on.</summary>
public sealed class MutatedConnections
{
    private const int Cases = 2_000;

    [Fact]
    public async Task Thousands_of_mutated_connections_leave_the_server_whole()
    {
        await using var server = await ProbeServer.StartAsync(tls: false);
        var whole = await ExchangeAsync(server, Connection());
        Assert.True(Encoding.Latin1.GetString(whole).Contains("application/grpc", StringComparison.Ordinal) || whole.Length > 40, "The unmutated connection is answered.");

        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var bytes = Connection().ToList();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                // The preface stays more often than not, or nothing behind it would be reached.
                var at = random.Next(random.Next(10) == 0 ? 0 : 24, bytes.Count);
                if (random.Next(3) == 0) bytes.RemoveAt(at);
                else if (random.Next(2) == 0) bytes.Insert(at, (byte)random.Next(256));
                else bytes[at] = (byte)random.Next(256);
            }

            await ExchangeAsync(server, [.. bytes]);
        }

        using var channel = server.Connect();
        Assert.Equal("", (await new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask())).Text);
    }

    /// <summary>Sends, half-closes, and reads until the server has closed.</summary>
    private static async Task<byte[]> ExchangeAsync(ProbeServer server, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", server.Address.Port);
        var answer = new MemoryStream();
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer) is var read and > 0) answer.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // The server may reset a connection that broke the protocol.
        }

        return answer.ToArray();
    }

    /// <summary>Preface, settings, and one unary call: headers without Huffman coding, data, end of stream.</summary>
    private static byte[] Connection()
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

        return
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(4, 0, 0, []),
            .. Frame(1, 4, 1, [.. headers]),
            .. Frame(0, 1, 1, [0, 0, 0, 0, 4, 10, 2, 1, 2]),
        ];
    }

    private static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) =>
        [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
}
