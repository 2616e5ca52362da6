using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Traces are written one way, and read strictly.</summary>
public sealed class TraceEncodingTests
{
    private static readonly TraceQuestion Sound = new(
        new TraceColumns("ref", "account", "bank", "way", "amount", "day", "traced", "holder", "industry", "watched"), 2, Hops: 4, Delay: 1, Period: 30, Traces: 2, FanOut: 3, Mailbox: 8,
        Minimum: 100, SameName: true, Industries: ["J66", "K70"], Details: TraceDetails.Account | TraceDetails.Name);

    [Fact]
    public void What_is_written_is_read_back_and_every_damage_is_noticed_or_another_question()
    {
        Assert.Equal(27, QuestionBytes.Encode(Sound)[0]);
        QuestionBytes.AssertStrict(Sound);
        QuestionBytes.AssertStrict(Sound with { Columns = Sound.Columns with { Name = null, Industry = null, Watched = null }, SameName = false, Industries = [], Details = TraceDetails.None });
    }

    [Fact]
    public void Unsound_questions_are_refused()
    {
        foreach (var unsound in new[]
        {
            Sound with { Columns = Sound.Columns with { Day = "ref" } }, Sound with { Columns = Sound.Columns with { Bank = "" } }, Sound with { Scale = 19 },
            Sound with { Hops = 0 }, Sound with { Hops = 13 }, Sound with { Delay = 4 }, Sound with { Period = 3651 }, Sound with { Traces = 0 }, Sound with { Traces = 65, Mailbox = 100 },
            Sound with { FanOut = 0 }, Sound with { FanOut = 17 }, Sound with { Mailbox = 1 }, Sound with { Mailbox = 257 }, Sound with { Minimum = 0 },
            Sound with { Industries = ["K70", "J66"] }, Sound with { Industries = ["K70", "K70"] }, Sound with { Industries = [""] }, Sound with { Details = (TraceDetails)8 },
            Sound with { Columns = Sound.Columns with { Name = null } }, Sound with { Columns = Sound.Columns with { Industry = null } },
            Sound with { Columns = Sound.Columns with { Name = null }, SameName = false }, Sound with { Columns = Sound.Columns with { Industry = null }, Industries = [], Details = TraceDetails.Industry },
        })
            Assert.Throws<MalformedException>(() => QuestionBytes.Decode(QuestionBytes.Encode(unsound)));
    }
}
