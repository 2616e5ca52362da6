using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Step 8: totals of the rows above each boundary, shared, from rows in the order of their scores.</summary>
internal sealed class SortedBoundaries : IDisposable
{
    private const int RankBits = 28;               // K · doubled rank < 2^(6 + 21)

    private readonly IVectorEngine _engine;
    private readonly EvaluationSettings _settings;
    private readonly RankedRows _sorted;
    private readonly RowRanks _ranks;
    private readonly SharedVector _counting, _scores, _count;

    public SortedBoundaries(IVectorEngine engine, EvaluationSettings settings, RankedRows sorted, RowRanks ranks)
    {
        (_engine, _settings, _sorted, _ranks) = (engine, settings, sorted, ranks);
        var (offset, beyond) = ((ulong)settings.Format.Limit, 2UL * (ulong)settings.Format.Limit);
        _counting = settings.Task == EvaluationTask.Classification ? SharedVectors.Add(sorted.Other(0), sorted.Other(1)) : SharedVectors.Slice(sorted.Other(0), 0, sorted.Length);

        // The key is the score and the offset, or beyond for a row that does not count: this gives the score, or 0.
        using SharedVector lowered = engine.Affine(sorted.Keys, 1, unchecked(0 - beyond)), lift = engine.Affine(_counting, beyond - offset, 0);
        _scores = SharedVectors.Add(lowered, lift);
        _count = SharedVectors.Total(_counting);
    }

    /// <summary>The totals above a boundary: as many words as the result has totals.</summary>
    public async Task<SharedVector> AboveAsync(int boundary, CancellationToken cancellation)
    {
        using var below = boundary < _settings.CutOffs.Count
            ? await BelowCutOffAsync(_settings.CutOffs[boundary], cancellation).ConfigureAwait(false)
            : await BelowGroupAsync(boundary - _settings.CutOffs.Count + 1, cancellation).ConfigureAwait(false);
        using var above = _engine.Affine(below, ulong.MaxValue, 1);
        (SharedVector, SharedVector)[] pairs = _settings.Task == EvaluationTask.Classification
            ? [(above, _sorted.Other(0)), (above, _sorted.Other(1)), (above, _scores)]
            : [(above, _counting), (above, _scores), (above, _sorted.Other(1))];
        return await _engine.InnerProductsAsync(pairs, cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _counting.Dispose();
        _scores.Dispose();
        _count.Dispose();
    }

    /// <summary>1 where the key is smaller than that of the cut-off.</summary>
    private async Task<SharedVector> BelowCutOffAsync(long cutOff, CancellationToken cancellation)
    {
        var key = unchecked((ulong)(cutOff + _settings.Format.Limit));
        using SharedVector difference = _engine.Affine(_sorted.Keys, 1, unchecked(0 - key));
        using var negative = await VectorComparisons.BitAsync(_engine, difference, _settings.Format.Bits + 1, cancellation).ConfigureAwait(false);
        return await _engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false);
    }

    /// <summary>1 where K · (doubled rank − 1) ≤ 2kN: the middle of the row's place is not above k of K groups.</summary>
    private async Task<SharedVector> BelowGroupAsync(int k, CancellationToken cancellation)
    {
        var groups = (ulong)_settings.Groups;
        var everywhere = new int[_sorted.Length];
        using SharedVector scaled = _engine.Affine(_ranks.Doubled, groups, unchecked(0 - groups - 1)), count = SharedVectors.Pick(_count, everywhere), limit = _engine.Affine(count, 2UL * (ulong)k, 0);
        using var below = await VectorComparisons.LessThanAsync(_engine, scaled, limit, RankBits, cancellation).ConfigureAwait(false);   // K(r − 1) − 1 < 2kN
        return await _engine.ToWordsAsync(below, cancellation).ConfigureAwait(false);
    }
}
