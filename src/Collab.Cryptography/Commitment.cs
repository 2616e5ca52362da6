using Collab.Primitives;

namespace Collab.Cryptography;

/// <summary>How a commitment is made; written before every commitment, so that another one can follow later.</summary>
public enum CommitmentAlgorithm : byte
{
    /// <summary>SHA-256 over domain, 32-byte salt and content, lengths explicit.</summary>
    SaltedSha256 = 1,

    /// <summary>The same with SM3 (GB/T 32905).</summary>
    SaltedSm3 = 2,
}

/// <summary>
/// A salted commitment: <c>Digest.Of(domain, algorithm ‖ salt ‖ u64 |content| ‖ content)</c>, by SM3 in place of SHA-256 where the algorithm says so. Binding as the hash is; hiding while the
/// uniform 32-byte salt is unknown, whatever can be guessed of the content.
/// </summary>
/// <param name="Algorithm">How it was made.</param>
/// <param name="Value">The value that is published.</param>
/// <remarks>Destroying every copy of the salt erases it: it can then neither be opened nor be tested against a guess (LEDGER.md, section 7).</remarks>
public readonly record struct Commitment(CommitmentAlgorithm Algorithm, Digest Value)
{
    /// <summary>The length of the salt, in bytes.</summary>
    public const int SaltSize = 32;

    /// <summary>Commits to the content with a fresh salt.</summary>
    /// <param name="domain">What is committed to, for example <c>collab.result.v1</c>; one domain's commitment opens in no other.</param>
    /// <param name="content">The canonical bytes.</param>
    /// <param name="random">Where the salt comes from.</param>
    /// <param name="algorithm">How it is made.</param>
    public static (Commitment Commitment, CommitmentOpening Opening) Commit(
        string domain, ReadOnlySpan<byte> content, RandomSource random, CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256)
    {
        var opening = new CommitmentOpening(algorithm, random.Bytes(SaltSize));
        return (opening.Recommit(domain, content), opening);
    }

    /// <summary>As the other, for content that may be larger than memory.</summary>
    /// <param name="domain">What is committed to.</param>
    /// <param name="write">Writes the canonical bytes, the same each time; called twice, first for their number.</param>
    /// <param name="random">Where the salt comes from.</param>
    /// <param name="algorithm">How it is made.</param>
    public static (Commitment Commitment, CommitmentOpening Opening) Commit(
        string domain, Action<Stream> write, RandomSource random, CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256)
    {
        var opening = new CommitmentOpening(algorithm, random.Bytes(SaltSize));
        return (opening.Recommit(domain, write), opening);
    }

    /// <summary>Whether the opening and the content are those of this commitment.</summary>
    public bool IsOpenedBy(string domain, ReadOnlySpan<byte> content, CommitmentOpening opening) =>
        opening.Algorithm == Algorithm && opening.Recommit(domain, content) == this;

    /// <summary>Writes one algorithm byte and the 32 bytes of the value.</summary>
    public void Encode(CanonicalWriter writer) => writer.Byte((byte)Algorithm).Digest(Value);

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">An unknown algorithm, or too few bytes.</exception>
    public static Commitment Decode(ref CanonicalReader reader) => new(CommitmentOpening.KnownAlgorithm(reader.Byte()), reader.Digest());
}

/// <summary>What opens a <see cref="Commitment"/>: kept off every ledger, with the owner of the content.</summary>
public sealed class CommitmentOpening
{
    private readonly byte[] _salt;

    internal CommitmentOpening(CommitmentAlgorithm algorithm, byte[] salt)
    {
        Algorithm = algorithm;
        _salt = salt;
    }

    /// <summary>How the commitment was made.</summary>
    public CommitmentAlgorithm Algorithm { get; }

    /// <summary>Writes one algorithm byte and the 32-byte salt.</summary>
    public void EncodeSecret(CanonicalWriter writer) => writer.Byte((byte)Algorithm).Digest(new Digest(_salt));

    /// <summary>Reads what <see cref="EncodeSecret"/> writes.</summary>
    /// <exception cref="MalformedException">An unknown algorithm, or too few bytes.</exception>
    public static CommitmentOpening Decode(ref CanonicalReader reader) =>
        new(KnownAlgorithm(reader.Byte()), reader.Digest().ToArray());

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CommitmentOpening)} (secret)";

    internal Commitment Recommit(string domain, ReadOnlySpan<byte> content)
    {
        using var hash = Begin(domain, content.Length);
        hash.Append(content);
        return new Commitment(Algorithm, hash.Finish());
    }

    internal Commitment Recommit(string domain, Action<Stream> write)
    {
        using var counting = new HashStream(null);
        write(counting);
        using var hash = Begin(domain, counting.Length);
        using var hashing = new HashStream(hash);
        write(hashing);
        if (hashing.Length != counting.Length) throw new ArgumentException("The content is the same each time.", nameof(write));
        return new Commitment(Algorithm, hash.Finish());
    }

    internal static CommitmentAlgorithm KnownAlgorithm(byte value) => Enum.IsDefined((CommitmentAlgorithm)value)
        ? (CommitmentAlgorithm)value
        : throw new MalformedException("a known commitment algorithm");

    private CommitmentHash Begin(string domain, long length)
    {
        const int headSize = 1 + Commitment.SaltSize + 8;
        var hash = CommitmentHash.Begin(Algorithm, domain, checked((ulong)length + headSize));
        Span<byte> head = stackalloc byte[headSize];
        head[0] = (byte)Algorithm;
        _salt.CopyTo(head[1..]);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(head[(1 + Commitment.SaltSize)..], (ulong)length);
        hash.Append(head);
        return hash;
    }
}
