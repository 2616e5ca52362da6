namespace Collab.Interop.Tests;

/// <summary>Runs each peer's client once against our server; the tests read the line of each case.</summary>
public sealed class PeerCalls
{
    private readonly Dictionary<string, Lazy<Task<IReadOnlyDictionary<string, string>>>> _runs = new()
    {
        ["node"] = new(() => RunAsync("node")),
        ["python"] = new(() => RunAsync("python")),
    };

    public Task<IReadOnlyDictionary<string, string>> OfAsync(string peer) => _runs[peer].Value;

    private static async Task<IReadOnlyDictionary<string, string>> RunAsync(string peer)
    {
        await using var plain = await OurServer.StartAsync();
        await using var gzip = await OurServer.StartAsync("gzip");
        return await Peer.CallAsync(peer, plain.Port, gzip.Port);
    }
}

/// <summary>grpc-js and grpcio call our server.</summary>
public sealed class TheirClientsOurServer(PeerCalls calls) : IClassFixture<PeerCalls>
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var peer in (string[])["node", "python"])
            {
                foreach (var name in (string[])
                [
                    "unary", "empty", "metadata", "server-stream", "failing-stream", "client-stream", "bidi", "ping-pong", "half-close",
                    "status", "deadline", "cancel", "too-large", "gzip", "unknown-method",
                ])
                {
                    cases.Add(peer, name);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_peer_is_served(string peer, string name)
    {
        var lines = await calls.OfAsync(peer);
        Assert.Equal($"ok {name}", lines.GetValueOrDefault(name, "no line"));
    }
}
