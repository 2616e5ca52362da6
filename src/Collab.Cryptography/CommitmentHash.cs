using System.Security.Cryptography;
using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography;

/// <summary>The hash of a commitment over bytes that arrive in pieces: SHA-256 of the class library, or SM3 of the SM suite.</summary>
internal sealed class CommitmentHash : IDisposable
{
    private readonly IncrementalHash? _sha256;
    private readonly ISm3Hash? _sm3;

    private CommitmentHash(IncrementalHash sha256) => _sha256 = sha256;

    private CommitmentHash(ISm3Hash sm3) => _sm3 = sm3;

    /// <summary>Begins as <see cref="Digest.Begin"/> does: with the domain and the length of what follows.</summary>
    public static CommitmentHash Begin(CommitmentAlgorithm algorithm, string domain, ulong length)
    {
        if (algorithm != CommitmentAlgorithm.SaltedSm3) return new CommitmentHash(Digest.Begin(domain, length));
        var hash = new CommitmentHash(SmProviders.Current.BeginSm3());
        hash.Append(new CanonicalWriter().Text(domain).UInt64(length).Written);
        return hash;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _sha256?.AppendData(bytes);
        _sm3?.Append(bytes);
    }

    public Digest Finish()
    {
        Span<byte> value = stackalloc byte[Digest.Size];
        _sha256?.GetHashAndReset(value);
        _sm3?.Finish(value);
        return new Digest(value);
    }

    public void Dispose()
    {
        _sha256?.Dispose();
        _sm3?.Dispose();
    }
}
