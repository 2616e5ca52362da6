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

    internal static async Task<LinearCheckpoint> TakeAsync(IVectorEngine engine, SharedVector weights, IReadOnlyList<double> losses, RandomSource random, CancellationToken cancellation) =>
        new(losses, await KeptShares.TakeAsync(engine, weights, random, cancellation).ConfigureAwait(false));

    /// <summary>The weights, shared anew.</summary>
    internal Task<SharedVector> ShareAsync(IVectorEngine engine, int length, CancellationToken cancellation) =>
        _share.Length == length ? KeptShares.ShareAsync(engine, _share, cancellation) : throw new ArgumentException("A checkpoint of as many weights.", nameof(length));
}
