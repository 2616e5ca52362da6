using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>One party's hold on a training between two epochs: a share of the weights that alone is random, all parties' shares adding up to them (specs/train-linear.md, "Pieces").</summary>
/// <remarks>Secret with the other parties' shares: keep it encrypted, zero it when it is done with.</remarks>
public sealed class LinearCheckpoint
{
    private const string Domain = "collab-linear-checkpoint-1";

    private readonly ulong[] _share;

    private LinearCheckpoint(IReadOnlyList<double> losses, ulong[] share) => (Losses, _share) = (losses, share);

    /// <summary>The losses of the epochs that are done.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>How many epochs are done.</summary>
    public int Epochs => Losses.Count;

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain)
        .List(Losses, (w, loss) => w.Int64(BitConverter.DoubleToInt64Bits(loss))).List(_share, (w, word) => w.Int64(unchecked((long)word))).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly a checkpoint.</exception>
    public static LinearCheckpoint Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a checkpoint of this version");
        var checkpoint = new LinearCheckpoint(
            reader.List((ref CanonicalReader r) => BitConverter.Int64BitsToDouble(r.Int64())), reader.List((ref CanonicalReader r) => unchecked((ulong)r.Int64())));
        reader.End();
        return checkpoint;
    }

    /// <summary>Forgets the share.</summary>
    public void Zero() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_share.AsSpan()));

    /// <summary>Each party but the last draws its share; the last gets what is missing to the weights.</summary>
    internal static async Task<LinearCheckpoint> TakeAsync(IVectorEngine engine, SharedVector weights, IReadOnlyList<double> losses, RandomSource random, CancellationToken cancellation)
    {
        var (last, self) = (engine.Parties[^1], engine.Parties[engine.Index]);
        var share = self == last ? [] : MemoryMarshal.Cast<byte, ulong>(random.Bytes(weights.Length * sizeof(ulong))).ToArray();
        var rest = SharedVectors.Slice(weights, 0, weights.Length);
        try
        {
            foreach (var party in engine.Parties.SkipLast(1))
            {
                using SharedVector drawn = await engine.InputAsync(party, party == self ? share : default, weights.Length, cancellation).ConfigureAwait(false), before = rest;
                rest = SharedVectors.Subtract(before, drawn);
            }

            var opened = await engine.OpenAsync(rest, [last], cancellation).ConfigureAwait(false);
            return new(losses, self == last ? opened! : share);
        }
        finally
        {
            rest.Dispose();
        }
    }

    /// <summary>The weights, shared anew.</summary>
    internal async Task<SharedVector> ShareAsync(IVectorEngine engine, int length, CancellationToken cancellation)
    {
        if (_share.Length != length) throw new ArgumentException("A checkpoint of as many weights.", nameof(length));
        var sum = engine.Constant(new ulong[length]);
        foreach (var party in engine.Parties)
        {
            using SharedVector one = await engine.InputAsync(party, party == engine.Parties[engine.Index] ? _share : default, length, cancellation).ConfigureAwait(false), before = sum;
            sum = SharedVectors.Add(before, one);
        }

        return sum;
    }
}
