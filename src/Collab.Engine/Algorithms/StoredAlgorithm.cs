using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Algorithms;

/// <summary>A version of an algorithm with its content, as its provider keeps it and hands it over (protocols/specs/algorithm.md).</summary>
/// <param name="Reference">Provider, id, version, name and salt: what a plan names.</param>
/// <param name="Question">What is computed.</param>
public sealed record StoredAlgorithm(AlgorithmReference Reference, Question Question)
{
    /// <summary>What stands on the ledger for it.</summary>
    public Digest Digest => Reference.DigestOf(Question);

    /// <summary>The canonical encoding: reference, then question.</summary>
    public byte[] Encode() => Reference.EncodeWith(Question);

    /// <summary>Reads it strictly.</summary>
    /// <exception cref="MalformedException">The bytes are no algorithm.</exception>
    public static StoredAlgorithm Decode(ReadOnlySpan<byte> bytes)
    {
        var (reference, question) = AlgorithmReference.DecodeWith(bytes);
        return new(reference, question);
    }

    /// <summary>Whether that is what a plan computes.</summary>
    public bool Is(Question question) => Reference.EncodeWith(question).AsSpan().SequenceEqual(Encode());
}
