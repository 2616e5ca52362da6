using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Computations are written one way, and read strictly.</summary>
public sealed class ComputationEncodingTests
{
    private static readonly ComputationQuestion Sound = new(
        [new("price", "offer", null, 2, 0, 10_000), new("own", "limit", PartyId.Parse("al"), 0, -5, 5)], SkipsMissing: true, "open most = max(price)");

    [Fact]
    public void What_is_written_is_read_back_and_every_damage_is_noticed_or_another_question()
    {
        QuestionBytes.AssertStrict(Sound);
    }

    [Fact]
    public void Unsound_questions_are_refused()
    {
        foreach (var unsound in new[]
        {
            Sound with { Inputs = [] }, Sound with { Inputs = [Sound.Inputs[0], Sound.Inputs[0]] }, Sound with { Program = "" }, Sound with { Program = new string('#', 16_385) },
            Sound with { Inputs = [Sound.Inputs[0] with { Scale = 19 }] }, Sound with { Inputs = [Sound.Inputs[0] with { Low = 10_001 }] },
            Sound with { Inputs = [.. Enumerable.Range(0, 65).Select(i => Sound.Inputs[0] with { Name = $"x{i}" })] },
        })
            Assert.Throws<MalformedException>(() => QuestionBytes.Decode(QuestionBytes.Encode(unsound)));
    }

    [Fact]
    public void The_digest_of_a_program_changes_with_all_that_is_computed()
    {
        ComputationQuestion[] others = [Sound, Sound with { SkipsMissing = false }, Sound with { Program = "open most = min(price)" }, Sound with { Inputs = [Sound.Inputs[0]] }];
        Assert.Equal(others.Length, others.Select(q => q.ProgramDigest).Distinct().Count());
        Assert.Equal(Sound.ProgramDigest, ((ComputationQuestion)QuestionBytes.Decode(QuestionBytes.Encode(Sound))).ProgramDigest);
    }
}
