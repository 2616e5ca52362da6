using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Grpc.Tests.Calls;

/// <summary>What travels beside the messages, and the two services every node offers.</summary>
public sealed class MetadataAndIdentity
{
    [Fact]
    public async Task Text_and_bytes_come_back_as_headers_and_trailers()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        var sent = new Metadata { { "probe-text", "a b=c;%" }, { "probe-bytes-bin", [0, 1, 254, 255] }, { "probe-bytes-bin", [7] }, { "probe-empty-bin", [] } };
        using var call = new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask { Behaviour = "metadata" }, sent);
        var headers = await call.ResponseHeadersAsync;
        await call;
        Assert.Equal("header", headers.GetValue("first"));
        Assert.Equal([0, 255, 1], headers.GetValueBytes("first-bin")!);
        var trailers = call.GetTrailers();
        Assert.Equal("a b=c;%", trailers.GetValue("probe-text"));
        Assert.Equal([[0, 1, 254, 255], [7]], trailers.GetAll("probe-bytes-bin").Select(entry => entry.ValueBytes));
        Assert.Equal([], trailers.GetValueBytes("probe-empty-bin")!);
    }

    [Fact]
    public async Task A_method_sees_the_certificate_of_its_caller()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        var client = new Probe.V1.Probe.ProbeClient(channel);
        Assert.Equal("CN=client", (await client.OneAsync(new Ask { Behaviour = "certificate" })).Text);
        Assert.Equal("localhost", (await client.OneAsync(new Ask { Behaviour = "identity" })).Text);
    }

    [Theory, InlineData(1, 1), InlineData(null, -1)]
    public async Task A_method_sees_the_deadline(int? hours, long expected)
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        DateTime? deadline = hours is null ? null : DateTime.UtcNow.AddHours(hours.Value);
        var reply = await new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask { Behaviour = "deadline" }, deadline: deadline);
        Assert.Equal(expected, reply.Count);
    }

    [Theory, InlineData(true, true), InlineData(true, false), InlineData(false, true)]
    public async Task Gzip_is_read_and_written_on_request(bool requests, bool responses)
    {
        await using var server = await ProbeServer.StartAsync(options: options => options.ResponseCompressionAlgorithm = responses ? "gzip" : null);
        using var channel = server.Connect();
        var client = new Probe.V1.Probe.ProbeClient(channel);
        var headers = requests ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : [];
        var payload = ByteString.CopyFrom(new byte[3_000_000]);
        Assert.Equal(payload, (await client.OneAsync(new Ask { Payload = payload }, headers)).Payload);
        using var call = client.Echo(headers);
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Payload = payload, Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(payload, call.ResponseStream.Current.Payload);
        }
    }

    [Fact]
    public async Task What_inflates_above_the_limit_is_refused_on_both_sides()
    {
        await using var server = await ProbeServer.StartAsync(options: options =>
        {
            options.ResponseCompressionAlgorithm = "gzip";
            options.MaxReceiveMessageSize = 100_000;
        });
        using var channel = server.Connect(options => options.MaxReceiveMessageSize = 1_000);
        var client = new Probe.V1.Probe.ProbeClient(channel);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var call = client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[5_000_000]) }, headers);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        call = client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[50_000]) }, headers);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Health_is_answered_and_watched()
    {
        var health = new HealthServiceImpl();
        health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        await using var server = await ProbeServer.StartAsync(
            register: services => services.AddSingleton(health), map: host => host.MapGrpcService<HealthServiceImpl>());
        using var channel = server.Connect();
        var client = new Health.HealthClient(channel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest())).Status);
        var unknown = client.CheckAsync(new HealthCheckRequest { Service = "none" });
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => unknown.ResponseAsync)).StatusCode);

        using var watch = client.Watch(new HealthCheckRequest { Service = "node" });
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
        health.SetStatus("node", HealthCheckResponse.Types.ServingStatus.NotServing);
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task Reflection_lists_the_services_and_describes_them()
    {
        await using var server = await ProbeServer.StartAsync(
            register: services => services.AddGrpcReflection(), map: host => host.MapGrpcReflectionService());
        using var channel = server.Connect();
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        var list = await AskAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.Equal(["collab.probe.v1.Probe", "grpc.reflection.v1.ServerReflection"], list.ListServicesResponse.Service.Select(service => service.Name));
        foreach (var symbol in new[] { "collab.probe.v1.Probe", "collab.probe.v1.Probe.One", "collab.probe.v1.Ask" })
        {
            var file = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
            Assert.Equal(ProbeReflection.Descriptor.SerializedData, file.FileDescriptorResponse.FileDescriptorProto.Single());
        }

        var missing = await AskAsync(new ServerReflectionRequest { FileByFilename = "etc/passwd" });
        Assert.Equal((int)StatusCode.NotFound, missing.ErrorResponse.ErrorCode);
        var nothing = await AskAsync(new ServerReflectionRequest());
        Assert.Equal((int)StatusCode.InvalidArgument, nothing.ErrorResponse.ErrorCode);

        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest question)
        {
            await call.RequestStream.WriteAsync(question);
            Assert.True(await call.ResponseStream.MoveNext());
            return call.ResponseStream.Current;
        }
    }
}
