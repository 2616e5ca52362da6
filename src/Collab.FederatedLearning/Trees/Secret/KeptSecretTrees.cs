using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>One party's hold on boosted trees that nobody knows, between training and prediction: its own bins, the shapes of all features, and a share of every word of the model.</summary>
/// <remarks>Secret with the other parties' shares: keep it encrypted.</remarks>
public sealed class KeptSecretTrees
{
    private const string Domain = "collab-secret-trees-1";

    private readonly ulong[] _share;

    private KeptSecretTrees(IReadOnlyList<FeatureBins> own, IReadOnlyList<IReadOnlyList<FeatureShape>> features, ulong[] share) => (Own, Features, _share) = (own, features, share);

    /// <summary>The bins of this party's columns.</summary>
    public IReadOnlyList<FeatureBins> Own { get; }

    /// <summary>The shapes of all parties' features, in the engine's order.</summary>
    public IReadOnlyList<IReadOnlyList<FeatureShape>> Features { get; }

    /// <summary>Keeps a part that was trained; one opening to the last party.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="part">The part; stays the caller's.</param>
    /// <param name="own">The bins of this party's columns.</param>
    /// <param name="random">The share's randomness.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<KeptSecretTrees> TakeAsync(
        IVectorEngine engine, SecretTreePart part, IReadOnlyList<FeatureBins> own, RandomSource random, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(random);
        using var all = SharedVectors.Concatenate([part.FirstScore, .. part.Trees.SelectMany(tree => tree.Chosen.Append(tree.Leaves))]);
        return new(own, part.Features, await KeptShares.TakeAsync(engine, all, random, cancellation).ConfigureAwait(false));
    }

    /// <summary>The part again, shared anew at all parties.</summary>
    /// <param name="engine">This party's end, of the same parties in the same order.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">It is not of such a training.</exception>
    public async Task<SecretTreePart> ShareAsync(IVectorEngine engine, TreeSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        var candidates = new CandidateLayout(Features).Count;
        var tree = (candidates * ((1 << settings.Depth) - 1)) + (1 << settings.Depth);
        if (Features.Count != engine.Parties.Count || _share.Length != 1 + (settings.Trees * tree)) throw new ArgumentException("Trees of another training.", nameof(settings));
        using var all = await KeptShares.ShareAsync(engine, _share, cancellation).ConfigureAwait(false);
        var at = 0;
        SharedVector Next(int length)
        {
            at += length;
            return SharedVectors.Slice(all, at - length, length);
        }

        var first = Next(1);
        return new(settings, Features, first, [.. Enumerable.Range(0, settings.Trees).Select(_ =>
            (Enumerable.Range(0, settings.Depth).Select(depth => Next(candidates << depth)).ToArray(), Next(1 << settings.Depth)))]);
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain).List(Own, (w, bins) => bins.Encode(w))
        .List(Features, (w, party) => w.List(party, (f, feature) => f.Byte((byte)feature.ValueBins).Boolean(feature.IsCategory)))
        .List(_share, (w, word) => w.Int64(unchecked((long)word))).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly such trees.</exception>
    public static KeptSecretTrees Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("shared trees of this version");
        var own = reader.List((ref CanonicalReader r) => FeatureBins.Decode(ref r));
        var features = reader.List((ref CanonicalReader r) => (IReadOnlyList<FeatureShape>)r.List((ref CanonicalReader f) =>
            f.Byte() is var bins and >= 1 ? new FeatureShape(bins, f.Boolean()) : throw new MalformedException("a bin at least")));
        var kept = new KeptSecretTrees(own, features, reader.List((ref CanonicalReader r) => unchecked((ulong)r.Int64())));
        reader.End();
        return kept;
    }
}
