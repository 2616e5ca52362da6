using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>What both parties saw of one update, as the next link of their digest chain.</summary>
internal sealed class UpdateHistory(Digest chain, Digest update) : IDisposable
{
    /// <summary>The receiver's points of step 2.</summary>
    public StreamDigest Points { get; } = new();

    /// <summary>The masks of step 3.</summary>
    public StreamDigest Masks { get; } = new();

    /// <summary>The sender's points of step 4 that come.</summary>
    public StreamDigest Added { get; } = new();

    /// <summary>The sender's points of step 4 that go.</summary>
    public StreamDigest Removed { get; } = new();

    /// <summary>The chain with this update.</summary>
    public Digest Finish() => Digest.Of("collab.psi-incremental.update", new CanonicalWriter()
        .Digest(chain).Digest(update).Digest(Points.Finish()).Digest(Masks.Finish()).Digest(Added.Finish()).Digest(Removed.Finish()).Written);

    public void Dispose()
    {
        Points.Dispose();
        Masks.Dispose();
        Added.Dispose();
        Removed.Dispose();
    }
}

/// <summary>SHA-256 of what passed in one direction, without the borders of batches.</summary>
internal sealed class StreamDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Append(ReadOnlySpan<byte> content) => _hash.AppendData(content);

    public Digest Finish() => new(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
