using System.Buffers;
using System.Text;
using Grpc.Core;
using Grpc.Framing;

namespace Collab.Grpc.Tests.Units;

/// <summary>The codings of headers and frames.</summary>
public sealed class CodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text", "plain text")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("Ä☃\U0001F600", "%C3%84%E2%98%83%F0%9F%98%80")]
    public void Percent_coding_matches_and_reads_back(string text, string coded)
    {
        Assert.Equal(coded, PercentCoding.Encode(text));
        Assert.Equal(text, PercentCoding.Decode(coded));
    }

    [Theory, InlineData("%"), InlineData("%4"), InlineData("%zz"), InlineData("abc%"), InlineData("%%41")]
    public void What_is_no_escape_stays(string coded) => Assert.EndsWith(coded == "%%41" ? "A" : coded, PercentCoding.Decode(coded));

    [Fact]
    public void Any_text_survives_percent_coding()
    {
        var random = new Random(12);
        for (var i = 0; i < 5_000; i++)
        {
            var runes = Enumerable.Range(0, random.Next(20)).Select(_ => new Rune(random.Next(2) == 0 ? random.Next(128) : random.Next(0xE000, 0x10FFFF)));
            var text = string.Concat(runes);
            var coded = PercentCoding.Encode(text);
            Assert.True(Ascii.IsValid(coded));
            Assert.Equal(text, PercentCoding.Decode(coded));
        }
    }

    [Theory, InlineData("AQID"), InlineData("AQI"), InlineData("AQI="), InlineData("AQ"), InlineData("AQ=="), InlineData(""), InlineData("AQID,AQ"), InlineData("AQID, AQ")]
    public void Binary_metadata_is_read_with_and_without_padding(string value)
    {
        var metadata = new Metadata();
        Assert.True(MetadataCoding.TryAdd(metadata, "x-bin", value));
        Assert.Equal(value.Contains(',') ? 2 : 1, metadata.Count);
    }

    [Theory, InlineData("A"), InlineData("A==="), InlineData("AQ I"), InlineData("AQ-_"), InlineData("AQ\n"), InlineData("é"), InlineData("AQID,!")]
    public void Binary_metadata_that_is_no_base64_is_refused(string value) => Assert.False(MetadataCoding.TryAdd([], "x-bin", value));

    [Fact]
    public void A_header_of_the_protocol_is_no_metadata()
    {
        var metadata = new Metadata();
        foreach (var name in new[] { "grpc-status", "grpc-message", "grpc-timeout", "content-type", "te", ":path", "Host", "bad name", "bad!" })
        {
            Assert.True(MetadataCoding.TryAdd(metadata, name, "x"));
        }

        Assert.Empty(metadata);
    }

    [Theory, InlineData("Key", "key"), InlineData("a.b_c-1", "a.b_c-1")]
    public void A_key_is_lower_case(string key, string kept) => Assert.Equal(kept, new Metadata.Entry(key, "v").Key);

    [Theory, InlineData(""), InlineData("a b"), InlineData("ä"), InlineData("a:b"), InlineData("x-bin")]
    public void A_key_that_is_none_is_refused(string key) => Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "v"));

    [Fact]
    public void Nothing_can_be_added_to_the_empty_metadata() =>
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));

    [Fact]
    public void Bytes_given_to_metadata_stay_the_callers()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("a-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;
        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Theory, InlineData("application/grpc", true), InlineData("application/grpc+proto", true), InlineData("application/grpc;x=y", true)]
    [InlineData("application/grpc-web", false), InlineData("application/grpcx", false), InlineData("text/html", false), InlineData(null, false)]
    public void Only_grpc_is_grpc(string? contentType, bool expected) => Assert.Equal(expected, GrpcHeaderNames.IsGrpc(contentType));

    [Theory, InlineData(new byte[] { 2, 0, 0, 0, 0 }), InlineData(new byte[] { 255, 0, 0, 0, 1 })]
    public void A_prefix_with_another_flag_is_malformed(byte[] prefix) =>
        Assert.Equal(StatusCode.Internal, Assert.Throws<RpcException>(() => MessageFrame.ReadPrefix(prefix, null)).StatusCode);

    [Theory, InlineData(null), InlineData(100)]
    public void A_prefix_above_the_limit_or_2_GB_is_refused(int? limit) => Assert.Equal(
        StatusCode.ResourceExhausted,
        Assert.Throws<RpcException>(() => MessageFrame.ReadPrefix([0, 255, 255, 255, 255], limit)).StatusCode);

    [Fact]
    public void Gzip_stops_at_the_limit_and_at_the_byte()
    {
        var small = new ReadOnlySequence<byte>(GzipCoding.Deflate(new byte[1_000_000]));
        Assert.True(small.Length < 10_000);
        Assert.Equal(1_000_000, GzipCoding.Inflate(small, 1_000_000).Length);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => GzipCoding.Inflate(small, 999_999)).StatusCode);
        Assert.Equal(
            StatusCode.Internal,
            Assert.Throws<RpcException>(() => GzipCoding.Inflate(new ReadOnlySequence<byte>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), 100)).StatusCode);
    }

    [Theory, InlineData(-1), InlineData(1)]
    public void A_serializer_that_breaks_its_word_fails(int surplus)
    {
        var frames = new FrameBuffer(null, compress: false);
        Assert.Throws<InvalidOperationException>(() => frames.Write("", (_, context) =>
        {
            context.SetPayloadLength(10);
            context.GetBufferWriter().Write(new byte[10 + surplus]);
            context.Complete();
        }));
        Assert.Throws<InvalidOperationException>(() => frames.Write("", (_, _) => { }));
    }
}
