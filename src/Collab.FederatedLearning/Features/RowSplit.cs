using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>Which rows train and which test, or which of k folds a row is in: the same at every party, from the job's digest and the row's place in the aligned order alone.</summary>
/// <remarks>
/// A row's number is u = the first 8 bytes of HMAC-SHA-256(key, place), little-endian, with key = SHA-256 of the domain <c>collab-row-split-1</c> over the job's digest. It is public: it tells nothing of a row but its place.
/// A row is drawn by itself, so the parts are of the sizes asked for only about: ±√(n·p·(1 − p)).
/// </remarks>
public sealed class RowSplit
{
    private readonly byte[] _key;

    /// <summary>The split of a job.</summary>
    /// <param name="job">The digest of the plan.</param>
    public RowSplit(Digest job) => _key = Digest.Of("collab-row-split-1", job.ToArray()).ToArray();

    /// <summary>Whether a row tests.</summary>
    /// <param name="place">The row's place in the aligned order, from 0.</param>
    /// <param name="perMillion">How many of a million rows test, 0 to 1,000,000.</param>
    public bool IsTest(long place, int perMillion)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(perMillion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perMillion, 1_000_000);
        return Math.BigMul(NumberOf(place), 1_000_000UL, out _) < (ulong)perMillion;
    }

    /// <summary>The fold of a row, 0 to k − 1.</summary>
    /// <param name="place">The row's place in the aligned order, from 0.</param>
    /// <param name="folds">k, 2 to 1000.</param>
    public int FoldOf(long place, int folds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(folds, 1000);
        return (int)Math.BigMul(NumberOf(place), (ulong)folds, out _);
    }

    /// <summary>The places of the rows that train, ascending.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="perMillion">How many of a million test.</param>
    public int[] Training(int rows, int perMillion) => [.. Enumerable.Range(0, rows).Where(place => !IsTest(place, perMillion))];

    private ulong NumberOf(long place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        Span<byte> content = stackalloc byte[sizeof(long)], code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(content, place);
        HMACSHA256.HashData(_key, content, code);
        return BinaryPrimitives.ReadUInt64LittleEndian(code);
    }
}
