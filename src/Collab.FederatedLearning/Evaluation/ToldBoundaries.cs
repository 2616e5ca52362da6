using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Step 9: shared totals that will be opened, and the decision whether others may be beside them.</summary>
/// <remarks>Opens one bit for each candidate, to all parties: whether between it and each one that is told there are enough rows of each class.</remarks>
internal sealed class ToldBoundaries : IDisposable
{
    private const int CountBits = 22;              // |difference − minimum| < 2^22 for counts and minimum up to 2^20

    private readonly IVectorEngine _engine;
    private readonly int _classes;
    private readonly ulong _minimum;
    private readonly SharedVector _nothing;
    private readonly List<SharedVector> _told = [];

    public ToldBoundaries(IVectorEngine engine, EvaluationSettings settings)
    {
        (_engine, _classes) = (engine, EvaluationResult.ClassCount(settings.Task));
        _minimum = (ulong)Math.Min(settings.MinimumGroup, EvaluationRows.MostRows + 1);
        _nothing = engine.Constant(new ulong[_classes]);
    }

    /// <summary>What is told, in order.</summary>
    public IReadOnlyList<SharedVector> All => _told;

    /// <summary>Takes totals among those told, if they may be; counts first.</summary>
    public async Task<bool> TellAsync(SharedVector totals, CancellationToken cancellation)
    {
        var differences = new List<SharedVector>();
        using var counts = SharedVectors.Slice(totals, 0, _classes);
        try
        {
            foreach (var other in _told.Prepend(_nothing))
            {
                using var others = SharedVectors.Slice(other, 0, _classes);
                differences.Add(SharedVectors.Subtract(counts, others));
            }

            using var all = SharedVectors.Concatenate(differences);
            using SharedVector upward = _engine.Affine(all, 1, unchecked(0 - _minimum)), downward = _engine.Affine(all, ulong.MaxValue, unchecked(0 - _minimum));
            using var both = SharedVectors.Concatenate(upward, downward);
            using var tooShort = await VectorComparisons.BitAsync(_engine, both, CountBits, cancellation).ConfigureAwait(false);
            using var words = await _engine.ToWordsAsync(tooShort, cancellation).ConfigureAwait(false);

            // Far enough on one side is short on the other: of each pair exactly one is, or both where the two are too near.
            using SharedVector isShort = SharedVectors.Total(words), expected = _engine.Constant([(ulong)all.Length]);
            using var may = await VectorComparisons.EqualAsync(_engine, isShort, expected, CountBits, cancellation).ConfigureAwait(false);
            var opened = await _engine.OpenBitsAsync(may, _engine.Parties, cancellation).ConfigureAwait(false);
            if ((opened![0] & 1) == 0) return false;
            _told.Add(SharedVectors.Slice(totals, 0, totals.Length));
            return true;
        }
        finally
        {
            foreach (var difference in differences) difference.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var told in _told) told.Dispose();
        _nothing.Dispose();
    }
}
