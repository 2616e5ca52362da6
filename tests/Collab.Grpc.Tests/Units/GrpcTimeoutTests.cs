using Grpc.Framing;

namespace Collab.Grpc.Tests.Units;

/// <summary>The checked form of grpc-timeout.</summary>
public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("300m", 3_000_000)]
    [InlineData("300u", 3_000)]
    [InlineData("300n", 3)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("480H", 17_280_000_000_000)]
    public void A_well_formed_value_is_a_span(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Value!.Value.Ticks);
    }

    [Theory, InlineData("99999999H"), InlineData("481H"), InlineData("99999999M"), InlineData("99999999S")]
    public void Above_20_days_there_is_no_deadline(string text)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Null(timeout.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    [InlineData("１S")]
    [InlineData("0x1S")]
    public void A_malformed_value_is_refused(string? text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void What_is_written_reads_back_and_never_shorter()
    {
        var random = new Random(11);
        for (var i = 0; i < 10_000; i++)
        {
            var span = TimeSpan.FromTicks(random.NextInt64(0, 1L << random.Next(1, 62)));
            Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(span), out var read));
            if (read.Value is { } value) Assert.True(value >= span);
            else Assert.True(span > GrpcTimeout.Longest - TimeSpan.FromHours(1));
        }
    }
}
