using System.Text;
using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;
using Google.Protobuf;

namespace Collab.Grpc.Tests.Hostile;

/// <summary>Requests that no client sends: one clean status each, and the server stays.</summary>
public sealed class MalformedRequests : IAsyncLifetime
{
    private const string One = "/collab.probe.v1.Probe/One";
    private const int Cases = 4_000;

    /// <summary>OK, UNKNOWN of a handler is not among them: a mutation never reaches past the checks as an exception.</summary>
    private static readonly HashSet<string> Clean = ["0", "4", "8", "12", "13"];

    private ProbeServer _server = null!;
    private RawClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ProbeServer.StartAsync(tls: false);
        _client = new RawClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_timeout_of_eleven_millennia_is_none()
    {
        var reply = await _client.SendAsync(One, Frame(new Ask()), [("grpc-timeout", "99999999H")]);
        Assert.Equal((200, "0"), (reply.Http, reply.Status));
    }

    [Theory, InlineData("1"), InlineData("1s"), InlineData("-1S"), InlineData("123456789S"), InlineData("99999999999999999999H"), InlineData("S")]
    public async Task A_malformed_timeout_is_refused(string timeout)
    {
        var reply = await _client.SendAsync(One, Frame(new Ask()), [("grpc-timeout", timeout)]);
        Assert.Equal((200, "13", "The grpc-timeout is malformed."), (reply.Http, reply.Status, reply.Message));
    }

    [Theory, InlineData("0S"), InlineData("1n"), InlineData("50m")]
    public async Task The_server_keeps_the_deadline_by_itself(string timeout)
    {
        var reply = await _client.SendAsync(One, Frame(new Ask { Behaviour = "wait" }), [("grpc-timeout", timeout)]);
        Assert.Equal((200, "4"), (reply.Http, reply.Status));
    }

    [Fact]
    public async Task An_unknown_encoding_is_unimplemented_and_named()
    {
        var reply = await _client.SendAsync(One, Frame(new Ask()), [("grpc-encoding", "br")]);
        Assert.Equal(("12", "identity,gzip"), (reply.Status, reply.AcceptEncoding));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 5, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 })]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 255, 255 })]
    public async Task A_malformed_body_is_an_internal_status(byte[] body)
    {
        var reply = await _client.SendAsync(One, body, []);
        Assert.Equal((200, "13"), (reply.Http, reply.Status));
    }

    [Fact]
    public async Task A_length_of_4_GB_is_refused_at_its_prefix()
    {
        var reply = await _client.SendAsync(One, [0, 255, 255, 255, 255, 1, 2, 3], []);
        Assert.Equal("8", reply.Status);
    }

    [Theory, InlineData("identity,gzip", true), InlineData("gzip", true), InlineData("identity", false), InlineData("notgzip", false)]
    public async Task Only_who_accepts_gzip_gets_it(string accepted, bool compressed)
    {
        await using var server = await ProbeServer.StartAsync(tls: false, options: options => options.ResponseCompressionAlgorithm = "gzip");
        using var client = new RawClient(server);
        var reply = await client.SendAsync(One, Frame(new Ask { Payload = ByteString.CopyFrom(new byte[50_000]) }), [("grpc-accept-encoding", accepted)]);
        Assert.Equal(("0", compressed), (reply.Status, reply.ContentLength < 50_000));
    }

    [Fact]
    public async Task Bytes_that_are_no_base64_are_refused()
    {
        var reply = await _client.SendAsync(One, Frame(new Ask()), [("x-bin", "***")]);
        Assert.Equal("13", reply.Status);
    }

    [Fact]
    public async Task Another_content_is_no_grpc()
    {
        Assert.Equal(415, (await _client.SendAsync(One, [], [], "text/html")).Http);
        Assert.Equal(404, (await _client.SendAsync("/no.Such/Method", [], [], "text/html")).Http);
        Assert.Equal((200, "12"), (await _client.SendAsync("/x", [], []) is var r ? r.Http : 0, (await _client.SendAsync("/x", [], [])).Status));
    }

    [Fact]
    public async Task Thousands_of_mutated_bodies_and_headers_bring_clean_statuses_only()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var path = random.Next(20) == 0 ? "/" + Text(random, 'a', 'z') : "/collab.probe.v1.Probe/" + new[] { One[^3..], "Many", "Collect", "Echo" }[random.Next(4)];
            var reply = await _client.SendAsync(path, Body(random), Headers(random));
            Assert.True(reply.Http == 200 && Clean.Contains(reply.Status ?? ""), $"Seed {seed}: HTTP {reply.Http}, status {reply.Status}.");
            Assert.True(reply.Message is null || IsOurs(reply.Message), $"Seed {seed}: a status text that is not ours.");
        }

        Assert.Equal("0", (await _client.SendAsync(One, Frame(new Ask()), [])).Status);
    }

    // Every text of ours is a plain sentence: no path, no type name, no stack.
    private static bool IsOurs(string message) =>
        message.All(c => char.IsAsciiLetter(c) || c is ' ' or '-' or '.' or ',') && !message.Contains("Exception:", StringComparison.Ordinal);

    private static byte[] Body(Random random)
    {
        var frames = new List<byte>();
        for (var i = random.Next(3); i >= 0; i--) frames.AddRange(Frame(new Ask { Payload = ByteString.CopyFrom(new byte[random.Next(200)]), Count = random.Next(3) }));
        for (var i = random.Next(6); i > 0 && frames.Count > 0; i--)
        {
            var at = random.Next(frames.Count);
            switch (random.Next(4))
            {
                case 0: frames[at] = (byte)random.Next(256); break;
                case 1: frames.RemoveAt(at); break;
                case 2: frames.Insert(at, (byte)random.Next(256)); break;
                default: frames.RemoveRange(at, Math.Min(random.Next(50), frames.Count - at)); break;
            }
        }

        return [.. frames];
    }

    private static IEnumerable<(string, string)> Headers(Random random)
    {
        for (var i = random.Next(4); i > 0; i--)
        {
            yield return random.Next(6) switch
            {
                0 => ("grpc-timeout", Text(random, '0', '9') + "HMSmunx "[random.Next(8)]),
                1 => ("grpc-encoding", new[] { "gzip", "identity", "br", "", "GZIP" }[random.Next(5)]),
                2 => ("grpc-accept-encoding", Text(random, ' ', '~')),
                3 => (Text(random, 'a', 'z') + "-bin", Text(random, '!', '~')),
                4 => (Text(random, 'a', 'z'), Text(random, ' ', '~')),
                _ => ("grpc-" + Text(random, 'a', 'z'), Text(random, ' ', '~')),
            };
        }
    }

    private static string Text(Random random, char low, char high)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 12); i > 0; i--) text.Append((char)random.Next(low, high + 1));
        return text.ToString();
    }

    private static byte[] Frame(Ask ask)
    {
        var message = ask.ToByteArray();
        return [0, 0, 0, (byte)(message.Length >> 8), (byte)(message.Length & 0xFF), .. message];
    }
}
