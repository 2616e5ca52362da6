using System.Runtime.InteropServices;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning;

/// <summary>Shared vectors that outlive their engine: a word of each party for every element, all but one random, that add up to it modulo 2^64 (specs/train-linear.md, "Pieces").</summary>
internal static class KeptShares
{
    /// <summary>Each party but the last draws its share; the last gets what is missing.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="vector">What is kept; stays the caller's.</param>
    /// <param name="random">This party's randomness.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>This party's share: secret with those of the others.</returns>
    public static async Task<ulong[]> TakeAsync(IVectorEngine engine, SharedVector vector, RandomSource random, CancellationToken cancellation)
    {
        var (last, self) = (engine.Parties[^1], engine.Parties[engine.Index]);
        var share = self == last ? [] : MemoryMarshal.Cast<byte, ulong>(random.Bytes(vector.Length * sizeof(ulong))).ToArray();
        var rest = SharedVectors.Slice(vector, 0, vector.Length);
        try
        {
            foreach (var party in engine.Parties.SkipLast(1))
            {
                using SharedVector drawn = await engine.InputAsync(party, party == self ? share : default, vector.Length, cancellation).ConfigureAwait(false), before = rest;
                rest = SharedVectors.Subtract(before, drawn);
            }

            var opened = await engine.OpenAsync(rest, [last], cancellation).ConfigureAwait(false);
            return self == last ? opened! : share;
        }
        finally
        {
            rest.Dispose();
        }
    }

    /// <summary>Shares anew what was kept.</summary>
    /// <param name="engine">This party's end, of the same parties.</param>
    /// <param name="share">This party's share.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> ShareAsync(IVectorEngine engine, ReadOnlyMemory<ulong> share, CancellationToken cancellation)
    {
        var sum = engine.Constant(new ulong[share.Length]);
        foreach (var party in engine.Parties)
        {
            using SharedVector one = await engine.InputAsync(party, party == engine.Parties[engine.Index] ? share : default, share.Length, cancellation).ConfigureAwait(false), before = sum;
            sum = SharedVectors.Add(before, one);
        }

        return sum;
    }
}
