using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Retrievals are written one way, and read strictly.</summary>
public sealed class RetrievalEncodingTests
{
    private static readonly RetrievalQuestion Sound = new(KeyRule.Default, PartyId.Parse("bo"), ["score", "band"], 10, 32, 1000);

    [Fact]
    public void What_is_written_is_read_back_and_every_damage_is_noticed_or_another_question()
    {
        var bytes = Encode(Sound);
        Assert.Equal(20, bytes[0]);
        Assert.Equal(bytes, Encode(Decode(bytes)));
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => Decode(bytes.AsSpan(0, length)));
        Assert.Throws<MalformedException>(() => Decode([.. bytes, 0]));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(damaged, Encode(Decode(damaged)));
            }
            catch (MalformedException)
            {
            }
        }
    }

    [Fact]
    public void Unsound_questions_are_refused()
    {
        foreach (var unsound in new[]
        {
            Sound with { Columns = [] }, Sound with { Columns = ["score", "score"] }, Sound with { Keys = 0 }, Sound with { Keys = 4097 },
            Sound with { ValueSize = 8 }, Sound with { ValueSize = 33 }, Sound with { ValueSize = 4112 }, Sound with { Records = 0 }, Sound with { Records = (1 << 28) + 1 },
        })
            Assert.Throws<MalformedException>(() => Decode(Encode(unsound)));
    }

    private static byte[] Encode(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        return writer.Written.ToArray();
    }

    private static Question Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var question = QuestionEncoding.Decode(ref reader);
        reader.End();
        return question;
    }
}
