using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>The encoding of a question by itself.</summary>
internal static class QuestionBytes
{
    public static byte[] Encode(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        return writer.Written.ToArray();
    }

    public static Question Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var question = QuestionEncoding.Decode(ref reader);
        reader.End();
        return question;
    }

    /// <summary>What is written is read back; a byte less or more is noticed, and a bit changed is noticed or another question.</summary>
    public static void AssertStrict(Question question)
    {
        var bytes = Encode(question);
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
}
