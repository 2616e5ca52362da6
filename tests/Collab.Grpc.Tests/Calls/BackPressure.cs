using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Grpc.Tests.Calls;

/// <summary>Nothing piles up: a writer waits once the windows are full.</summary>
public sealed class BackPressure
{
    private const int MessageSize = 64 * 1024;

    /// <summary>The stream's window, the server's buffer of 64 KB, the sockets, and one message under way, with room for the rest.</summary>
    private const int MostInFlight = (24 * 1024 * 1024) / MessageSize;

    [Fact]
    public async Task A_client_waits_while_the_server_does_not_read()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        using var other = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Collect();
        await call.RequestStream.WriteAsync(new Ask { Behaviour = "stop-reading" });
        await server.State.Event("waiting").Task;

        var message = new Ask { Payload = ByteString.CopyFrom(new byte[MessageSize]) };
        var written = 0;
        var pending = Task.CompletedTask;
        while (written <= MostInFlight)
        {
            pending = call.RequestStream.WriteAsync(message);
            if (!pending.IsCompleted && await Task.WhenAny(pending, ManyCallsAsync(other)) != pending) break;
            await pending;
            written++;
        }

        Assert.True(written <= MostInFlight, $"{written} messages were taken by a server that read none of them.");
        Assert.False(pending.IsCompleted);
    }

    [Fact]
    public async Task A_server_waits_while_the_client_does_not_read()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        using var other = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Many(new Ask { Behaviour = "endless" });
        Assert.True(await call.ResponseStream.MoveNext());
        for (var i = 0; i < 20; i++) await ManyCallsAsync(other);
        Assert.InRange(ProbeService.Written, 0, MostInFlight);
    }

    // Something that takes the same path and so gives a runaway writer every chance to run.
    private static async Task ManyCallsAsync(global::Grpc.Net.Client.GrpcChannel channel)
    {
        var client = new Probe.V1.Probe.ProbeClient(channel);
        for (var i = 0; i < 50; i++) await client.OneAsync(new Ask());
    }
}
