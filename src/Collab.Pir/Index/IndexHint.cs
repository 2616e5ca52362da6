using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>What a client keeps of a version of a table: shape, seed and the hint D·A, with which it reads answers.</summary>
/// <remarks>It holds no secret of the client. Not safe for use while it is brought up to date.</remarks>
public sealed class IndexHint
{
    private readonly uint[] _words;

    private IndexHint(IndexShape shape, byte[] seed, uint[] words, Digest version) =>
        (Shape, Seed, _words, Version) = (shape, seed, words, version);

    /// <summary>How records lie in the matrix.</summary>
    public IndexShape Shape { get; }

    /// <summary>Which version of the table this is of.</summary>
    public Digest Version { get; private set; }

    /// <summary>The seed of the public matrix.</summary>
    internal ReadOnlyMemory<byte> Seed { get; }

    /// <summary>Takes a hint as received; the version is recomputed from it.</summary>
    internal static IndexHint Take(IndexShape shape, byte[] seed, uint[] words) =>
        new(shape, seed, words, IndexVersion.First(shape, seed, words));

    /// <summary>Takes a hint of a later version, whose name tells how the table came to be and cannot be recomputed from the hint.</summary>
    internal static IndexHint Take(IndexShape shape, byte[] seed, uint[] words, Digest version) => new(shape, seed, words, version);

    /// <summary>Row r of the hint.</summary>
    internal ReadOnlySpan<uint> Row(int row) => _words.AsSpan(row * IndexParameters.SecretSize, IndexParameters.SecretSize);

    /// <summary>Rows from one on.</summary>
    internal ReadOnlySpan<uint> Rows(int first, int count) =>
        _words.AsSpan(first * IndexParameters.SecretSize, count * IndexParameters.SecretSize);

    /// <summary>Brings the hint from one version to the next.</summary>
    /// <returns>False, and nothing has happened, where the update is not one of this version.</returns>
    internal bool Apply(IndexUpdate update)
    {
        if (update.From != Version || !update.Fits(Shape) || IndexVersion.After(update.From, update.Changes) != update.To) return false;
        new PublicMatrix(Seed).AddChanges(_words, Shape, update.Changes, parallelism: 1, CancellationToken.None); // half an update would be no version
        Version = update.To;
        return true;
    }
}
