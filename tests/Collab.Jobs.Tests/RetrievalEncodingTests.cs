using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Retrievals are written one way, and read strictly.</summary>
public sealed class RetrievalEncodingTests
{
    private static readonly RetrievalQuestion Sound = new(KeyRule.Default, PartyId.Parse("bo"), ["score", "band"], 10, 32, 1000);

    [Fact]
    public void What_is_written_is_read_back_and_every_damage_is_noticed_or_another_question()
    {
        Assert.Equal(20, QuestionBytes.Encode(Sound)[0]);
        QuestionBytes.AssertStrict(Sound);
    }

    [Fact]
    public void Unsound_questions_are_refused()
    {
        foreach (var unsound in new[]
        {
            Sound with { Columns = [] }, Sound with { Columns = ["score", "score"] }, Sound with { Keys = 0 }, Sound with { Keys = 4097 },
            Sound with { ValueSize = 8 }, Sound with { ValueSize = 33 }, Sound with { ValueSize = 4112 }, Sound with { Records = 0 }, Sound with { Records = (1 << 28) + 1 },
        })
            Assert.Throws<MalformedException>(() => QuestionBytes.Decode(QuestionBytes.Encode(unsound)));
    }
}
