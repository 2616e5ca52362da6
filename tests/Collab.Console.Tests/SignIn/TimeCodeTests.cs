using System.Text;
using Collab.Console.SignIn;

namespace Collab.Console.Tests.SignIn;

public class TimeCodeTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B, the rows of SHA-1: eight digits.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_rfc_6238(long seconds, string code)
    {
        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, TimeCode.At(Secret, TimeCode.StepOf(moment), digits: 8));
        Assert.Equal(code[2..], TimeCode.At(Secret, TimeCode.StepOf(moment)));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void The_step_before_and_the_step_after_count_too(int offset, bool counts)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = TimeCode.StepOf(now) + offset;
        Assert.Equal(counts ? step : null, TimeCode.Match(Secret, TimeCode.At(Secret, step), now, lastStep: 0));
    }

    [Fact]
    public void A_step_that_was_used_and_those_before_it_count_no_more()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = TimeCode.StepOf(now);
        Assert.Null(TimeCode.Match(Secret, TimeCode.At(Secret, step), now, lastStep: step));
        Assert.Null(TimeCode.Match(Secret, TimeCode.At(Secret, step - 1), now, lastStep: step));
        Assert.Equal(step + 1, TimeCode.Match(Secret, TimeCode.At(Secret, step + 1), now, lastStep: step));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00592")]
    [InlineData("0059244")]
    [InlineData("００５９２４")]
    public void What_is_no_code_of_six_digits_matches_nothing(string code) =>
        Assert.Null(TimeCode.Match(Secret, code, DateTimeOffset.FromUnixTimeSeconds(1234567890), lastStep: 0));

    /// <summary>RFC 4648, section 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Secrets_are_typed_in_base_32(string text, string typed) => Assert.Equal(typed, TimeCode.ToBase32(Encoding.ASCII.GetBytes(text)));
}
