using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Which version of whose algorithm a plan computes (protocols/specs/algorithm.md). The algorithm itself is the plan's question.</summary>
/// <param name="Provider">The party that provides it.</param>
/// <param name="Id">The random id under which the ledger knows it.</param>
/// <param name="Version">Its version, from 1.</param>
/// <param name="Name">The provider's name of it; only those who see the plan see the name.</param>
/// <param name="Salt">32 random bytes of the provider, so that the digest of a guessable question cannot be guessed.</param>
public sealed record AlgorithmReference(PartyId Provider, Digest Id, int Version, string Name, Digest Salt)
{
    /// <summary>The most letters of a name.</summary>
    public const int LongestName = 200;

    private const string Domain = "collab/algorithm/v1";

    /// <summary>What the provider puts on the ledger for this version when it is exactly that question; it opens with this reference and the question.</summary>
    public Digest DigestOf(Question question) => Digest.Of(Domain, EncodeWith(question));

    /// <summary>The reference and a question in their canonical encodings, one after the other: the preimage of <see cref="DigestOf"/>, and how an algorithm is handed over.</summary>
    public byte[] EncodeWith(Question question)
    {
        var writer = new CanonicalWriter();
        Encode(writer, this);
        QuestionEncoding.Encode(writer, question);
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="EncodeWith"/> wrote, strictly.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static (AlgorithmReference Reference, Question Question) DecodeWith(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var reference = Decode(ref reader);
        var question = QuestionEncoding.Decode(ref reader);
        reader.End();
        return (reference, question);
    }

    internal static void Encode(CanonicalWriter writer, AlgorithmReference algorithm) => writer
        .Party(algorithm.Provider).Digest(algorithm.Id).UInt32((uint)algorithm.Version).Text(algorithm.Name).Digest(algorithm.Salt);

    internal static AlgorithmReference Decode(ref CanonicalReader reader) => new(
        reader.Party(), reader.Digest(), VersionOf(ref reader),
        reader.Text() is { Length: >= 1 and <= LongestName } name ? name : throw new MalformedException("a name of an algorithm of 1 to 200 letters"),
        reader.Digest());

    internal static int VersionOf(ref CanonicalReader reader) =>
        reader.UInt32() is var version and >= 1 and <= int.MaxValue ? (int)version : throw new MalformedException("a version of an algorithm from 1");
}
