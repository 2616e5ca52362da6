using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.WideIntegers;
using Collab.Primitives;

namespace Collab.SecretSharing.Additive;

/// <summary>One party's additive share of a secret x over Z_{2^256}: the shares of all parties add up to x.</summary>
/// <remarks>A share is added to shares alone; only <see cref="ShareVector256.Open"/> makes a number of it.</remarks>
public readonly struct Share256
{
    private readonly Integer256 _word;

    internal Share256(Integer256 word) => _word = word;

    internal Integer256 Word => _word;

    /// <summary>A share of the sum of both secrets.</summary>
    public static Share256 operator +(Share256 a, Share256 b) => new(a._word + b._word);

    /// <inheritdoc/>
    public override string ToString() => "a share";
}

/// <summary>A vector of shares with one owner, shape [length]: pinned while it lives, zeroed by <see cref="Dispose"/>.</summary>
public sealed class ShareVector256 : IDisposable
{
    private readonly Share256[] _shares;

    internal ShareVector256(int length) => _shares = GC.AllocateArray<Share256>(length, pinned: true);

    /// <summary>The number of shares.</summary>
    public int Length => _shares.Length;

    internal Span<Share256> Shares => _shares;

    /// <summary>Splits each value x into one share per party: all but the first uniform, the first x minus the others.</summary>
    /// <param name="values">The secrets, shape [length].</param>
    /// <param name="partyCount">The number of parties, at least 2.</param>
    /// <param name="random">Gives 32 bytes per value and party but one.</param>
    /// <returns>One vector per party, each of shape [length]. Any <paramref name="partyCount"/> − 1 of them are jointly uniform.</returns>
    /// <remarks>Source: specs/additive-sharing.md, step 1.</remarks>
    public static ShareVector256[] Split(ReadOnlySpan<Integer256> values, int partyCount, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partyCount, 2);
        var vectors = new ShareVector256[partyCount];
        for (var party = 0; party < partyCount; party++) vectors[party] = new ShareVector256(values.Length);
        for (var i = 0; i < values.Length; i++) vectors[0]._shares[i] = new Share256(values[i]);
        for (var party = 1; party < partyCount; party++)
        {
            // The words of a share are its 32 bytes, so the vector is filled as bytes at once.
            random.Fill(MemoryMarshal.AsBytes(vectors[party].Shares));
            for (var i = 0; i < values.Length; i++)
                vectors[0]._shares[i] = new Share256(vectors[0]._shares[i].Word - vectors[party]._shares[i].Word);
        }

        return vectors;
    }

    /// <summary>Adds vectors of shares, element by element: shares of the sums, as a vector of its own.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static ShareVector256 Sum(IReadOnlyList<ShareVector256> vectors)
    {
        var sum = new ShareVector256(vectors[0].Length);
        foreach (var vector in vectors)
        {
            if (vector.Length != sum.Length) throw new ArgumentException("The vectors differ in length.", nameof(vectors));
            for (var i = 0; i < sum.Length; i++) sum._shares[i] += vector._shares[i];
        }

        return sum;
    }

    /// <summary>Reads the vector as the secrets themselves. True of a sum over all parties and of nothing else.</summary>
    public Integer256[] Open() => Array.ConvertAll(_shares, share => share.Word);

    /// <summary>The shares at the indices, in their order, as a vector of its own.</summary>
    public ShareVector256 Select(IReadOnlyList<int> indices)
    {
        var selected = new ShareVector256(indices.Count);
        for (var i = 0; i < indices.Count; i++) selected._shares[i] = _shares[indices[i]];
        return selected;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shares";

    /// <summary>Zeroes the shares.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Shares));
}
