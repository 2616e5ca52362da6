using System.Text.Json;
using Collab.Cli.Bench;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.CommandLine;

/// <summary>Benchmarks of small sizes: that each checks its result and says what the command line's spec promises. No time is asserted.</summary>
public sealed class BenchTests
{
    [Theory]
    [InlineData("psi", "ecdh", "semi-honest", "memory", "bench psi --size 300")]
    [InlineData("psi", "ecdh", "semi-honest", "grpc", "bench psi --protocol ecdh --mode intersect --size 300 --transport grpc --pin")]
    [InlineData("psi", "ecdh/cardinality", "semi-honest", "memory", "bench psi --mode cardinality --size 301")]
    [InlineData("psi", "ecdh/cardinality", "semi-honest", "grpc", "bench psi --mode cardinality --size 1 --transport grpc")]
    [InlineData("psi", "rr22", "malicious", "memory", "bench psi --protocol rr22 --size 700")]
    [InlineData("psi", "rr22/sum", "semi-honest", "memory", "bench psi --mode sum --size 301")]
    [InlineData("psi", "rr22/sum", "semi-honest", "grpc", "bench psi --protocol rr22 --mode sum --size 301 --transport grpc")]
    [InlineData("psi", "rr22/circuit", "semi-honest", "memory", "bench psi --mode circuit --size 301")]
    [InlineData("psi", "rr22/circuit", "semi-honest", "grpc", "bench psi --mode circuit --size 301 --transport grpc")]
    [InlineData("psi", "rr22", "semi-honest", "grpc", "bench psi --protocol rr22 --size 700 --security semi-honest --transport grpc --pin")]
    [InlineData("psi", "rr22/streamed", "malicious", "grpc", "bench psi --protocol rr22 --streamed --size 701 --transport grpc")]
    [InlineData("vole", "silent", "malicious", "memory", "bench vole --size 20000")]
    [InlineData("vole", "silent", "semi-honest", "grpc", "bench vole --size 300 --security semi-honest --transport grpc")]
    [InlineData("vole", "extension", "malicious", "memory", "bench vole --protocol extension --size 300")]
    [InlineData("vole", "extension", "semi-honest", "grpc", "bench vole --protocol extension --size 300 --security semi-honest --transport grpc")]
    [InlineData("ot", "extension", "malicious", "grpc", "bench ot --protocol extension --size 3000 --transport grpc")]
    [InlineData("ot", "silent", "malicious", "grpc", "bench ot --size 20000 --transport grpc")]
    [InlineData("ot", "silent", "semi-honest", "memory", "bench ot --size 3001 --security semi-honest")]
    [InlineData("ot", "extension", "semi-honest", "memory", "bench ot --protocol extension --size 3000 --security semi-honest")]
    [InlineData("ot", "base", "malicious", "memory", "bench ot --protocol base --size 8")]
    public async Task A_protocol_of_two_parties_reports_what_it_measured(
        string topic, string variant, string security, string transport, string command)
    {
        var report = (await CollabProgram.RunAsync([.. command.Split(' '), "--runs", "3", "--threads", "1", "--json"])).Expect(0).Json;
        Assert.Equal(
            (topic, variant, security, transport, 3, 1),
            (Text(report, "topic"), Text(report, "variant"), Text(report, "security"), Text(report, "transport"),
                report.GetProperty("runs").GetInt32(), report.GetProperty("threads").GetInt32()));
        Assert.True(report.GetProperty("correct").GetBoolean());

        var all = report.GetProperty("all").EnumerateArray().Select(s => s.GetDouble()).ToList();
        var seconds = report.GetProperty("seconds");
        Assert.Equal(3, all.Count);
        Assert.Equal(
            (all.Min(), all.Order().ElementAt(1), all.Max()),
            (seconds.GetProperty("min").GetDouble(), seconds.GetProperty("median").GetDouble(), seconds.GetProperty("max").GetDouble()));
        Assert.InRange(all.Min(), double.Epsilon, double.MaxValue);
        Assert.Equal(
            report.GetProperty("size").GetInt64() / seconds.GetProperty("median").GetDouble(), report.GetProperty("perSecond").GetDouble(), 1e-6);

        var peak = report.GetProperty("peakBytes");
        Assert.InRange(peak.GetProperty("a").GetInt64(), 10 << 20, long.MaxValue);
        Assert.Equal(transport == "grpc", peak.GetProperty("b").GetInt64() > 10 << 20);
        Assert.Equal(transport == "grpc" ? "each party's process" : "both parties in one process, as a", Text(report, "peakOf"));
        Assert.InRange(report.GetProperty("bytes").GetProperty("aToB").GetInt64(), 1, long.MaxValue);
        Assert.InRange(report.GetProperty("bytes").GetProperty("bToA").GetInt64(), 1, long.MaxValue);
        Assert.Contains("cores", Text(report, "machine"), StringComparison.Ordinal);
        Assert.False(report.TryGetProperty("yardsticks", out _));
    }

    [Theory]
    [InlineData("encode")]
    [InlineData("decode")]
    public async Task A_store_of_keys_and_values_reports_what_it_measured(string operation)
    {
        var report = (await CollabProgram.RunAsync("bench", "okvs", "--op", operation, "--size", "5000", "--runs", "2", "--threads", "2", "--json")).Expect(0).Json;
        Assert.Equal(("okvs", operation, 5000), (Text(report, "topic"), Text(report, "variant"), report.GetProperty("size").GetInt32()));
        Assert.True(report.GetProperty("correct").GetBoolean());
        Assert.Equal(2, report.GetProperty("all").GetArrayLength());
    }

    [Theory]
    [InlineData("multiply", "8192")]
    [InlineData("relinearize", "8192")]
    [InlineData("rotate", "4096")]
    [InlineData("multiply-plain", "4096")]
    [InlineData("add", "4096")]
    [InlineData("switch", "4096")]
    [InlineData("encode", "4096")]
    [InlineData("encrypt", "4096")]
    [InlineData("encrypt-secret", "4096")]
    [InlineData("decrypt", "4096")]
    [InlineData("galois-key", "4096")]
    public async Task Operations_on_encrypted_numbers_report_what_they_measured(string operation, string degree)
    {
        var report = (await CollabProgram.RunAsync("bench", "he", "--op", operation, "--size", degree, "--runs", "2", "--json")).Expect(0).Json;
        Assert.Equal(("he", operation, degree), (Text(report, "topic"), Text(report, "variant"), report.GetProperty("size").GetInt32().ToString()));
        Assert.True(report.GetProperty("correct").GetBoolean());
        Assert.Equal(2, report.GetProperty("all").GetArrayLength());
    }

    [Theory]
    [InlineData("mpc", "multiply", "semi-honest", "memory", "bench mpc --size 3001")]
    [InlineData("mpc", "compare/32", "semi-honest", "grpc", "bench mpc --op compare --size 1000 --transport grpc")]
    [InlineData("mpc", "inner", "malicious", "grpc", "bench mpc --op inner --size 1000 --security malicious --transport grpc")]
    [InlineData("mpc", "sort/20", "semi-honest", "memory", "bench mpc --op sort --mode 20 --size 500")]
    [InlineData("mpc", "sort/8", "malicious", "memory", "bench mpc --op sort --mode 8 --size 50 --security malicious")]
    [InlineData("mpc", "multiply of two", "semi-honest", "memory", "bench mpc --parties 2 --size 300")]
    [InlineData("mpc", "compare/32 of two with a dealer", "semi-honest", "grpc", "bench mpc --op compare --parties 2 --dealer --size 1000 --transport grpc")]
    [InlineData("mpc", "divide", "semi-honest", "memory", "bench mpc --op divide --size 500")]
    [InlineData("model", "logistic", "semi-honest", "memory", "bench model --model logistic --size 300 --columns 4 --epochs 1")]
    [InlineData("model", "linear of two", "semi-honest", "grpc", "bench model --model linear --parties 2 --size 200 --columns 3 --epochs 1 --batch 100 --transport grpc")]
    [InlineData("model", "secret-gbdt", "semi-honest", "grpc", "bench model --model secret-gbdt --size 200 --columns 3 --bins 4 --depth 2 --trees 2 --transport grpc")]
    [InlineData("stats", "variance", "semi-honest", "memory", "bench stats --size 200001")]
    [InlineData("stats", "variance", "semi-honest", "grpc", "bench stats --op variance --size 1000 --transport grpc")]
    [InlineData("stats", "correlation", "semi-honest", "grpc", "bench stats --op correlation --size 70000 --transport grpc")]
    public async Task Several_parties_of_one_process_report_what_they_measured(string topic, string variant, string security, string transport, string command)
    {
        var report = (await CollabProgram.RunAsync([.. command.Split(' '), "--runs", "2", "--json"])).Expect(0).Json;
        Assert.Equal(
            (topic, variant, security, transport),
            (Text(report, "topic"), Text(report, "variant"), Text(report, "security"), Text(report, "transport")));
        Assert.True(report.GetProperty("correct").GetBoolean());
        Assert.Equal(2, report.GetProperty("all").GetArrayLength());
        Assert.InRange(report.GetProperty("bytes").GetProperty("aToB").GetInt64(), 1, long.MaxValue);
        Assert.InRange(report.GetProperty("bytes").GetProperty("bToA").GetInt64(), 1, long.MaxValue);
    }

    [Fact]
    public async Task Both_transports_carry_the_same_bytes()
    {
        var here = (await CollabProgram.RunAsync("bench", "psi", "--size", "200", "--runs", "1", "--json")).Expect(0).Json;
        var apart = (await CollabProgram.RunAsync("bench", "psi", "--size", "200", "--runs", "1", "--transport", "grpc", "--json")).Expect(0).Json;
        Assert.Equal(here.GetProperty("bytes").ToString(), apart.GetProperty("bytes").ToString());
    }

    [Theory]
    [InlineData("psi", "--protocol", "nonsense")]
    [InlineData("psi", "--mode", "nonsense")]
    [InlineData("psi", "--security", "malicious")]
    [InlineData("psi", "--transport", "pigeon")]
    [InlineData("psi", "--threads", "0")]
    [InlineData("psi", "--runs", "0")]
    [InlineData("psi", "--streamed")]
    [InlineData("psi", "--size", "1000000000000")]
    [InlineData("ot", "--protocol", "base", "--security", "semi-honest")]
    [InlineData("vole", "--protocol", "nonsense")]
    [InlineData("okvs", "--op", "nonsense")]
    [InlineData("he", "--op", "nonsense")]
    [InlineData("he", "--size", "1000")]
    [InlineData("mpc", "--op", "nonsense")]
    [InlineData("mpc", "--parties", "3", "--dealer")]
    [InlineData("mpc", "--transport", "pigeon")]
    [InlineData("model", "--model", "logistic", "--parties", "3", "--dealer")]
    [InlineData("stats", "--op", "nonsense")]
    [InlineData("stats", "--runs", "0")]
    public async Task What_a_topic_does_not_have_is_wrong_usage(params string[] arguments) =>
        (await CollabProgram.RunAsync(["bench", .. arguments])).Expect(2, "usage.wrong");

    [Fact]
    public void The_answers_of_openssl_are_read_from_the_field_that_holds_the_rate()
    {
        const string output = "+H:16384\n+F:25:AES-128-ECB:11189651393.94\n+F5:22:253:32034.285714:0.000031\n";
        Assert.Equal(11189651393.94, Yardsticks.Parse(output, "+F:", 3));
        Assert.Equal(32034.285714, Yardsticks.Parse(output, "+F5:", 3));
        Assert.Null(Yardsticks.Parse(output, "+F9:", 3));
        Assert.Null(Yardsticks.Parse("+F:1", "+F:", 3));
    }

    private static string Text(JsonElement report, string property) => report.GetProperty(property).GetString()!;
}
