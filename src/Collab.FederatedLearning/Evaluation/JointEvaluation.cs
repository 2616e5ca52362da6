using Collab.Primitives;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>The evaluation of a model by two or three parties: labels and scores stay shared, and only totals are opened, of enough rows each.</summary>
/// <remarks>
/// Steps are numbered as in specs/evaluate.md. Semi-honest, as strong as the engine. The result is that of <see cref="PlainEvaluation"/> to the last bit. Sources: Mann, Whitney 1947 (AUC as a
/// sum of ranks); the rest is counting. The rule by which boundaries are told is ours.
/// </remarks>
public static class JointEvaluation
{
    /// <summary>One party's part.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">What is asked; the same at every party.</param>
    /// <param name="rows">Labels and scores. Stay the caller's.</param>
    /// <param name="receivers">Who learns the result.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The result at a receiver; null at the others.</returns>
    /// <exception cref="ArgumentException">Settings or receivers do not fit.</exception>
    /// <exception cref="CollabException"><see cref="EvaluationErrors.GroupTooSmall"/>, at every party; not which class.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <remarks>Timing depends on settings, rows and on which boundaries are told. Cost: the spec's section Cost.</remarks>
    public static async Task<EvaluationResult?> RunAsync(
        IVectorEngine engine, EvaluationSettings settings, EvaluationRows rows, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(receivers);
        settings.Check();
        if (receivers.Count == 0 || receivers.Any(receiver => !engine.Parties.Contains(receiver))) throw new ArgumentException("Some of the parties.", nameof(receivers));
        var classification = settings.Task == EvaluationTask.Classification;
        using var zeros = SharedVectors.Subtract(rows.Counting, rows.Labels);
        using var told = new ToldBoundaries(engine, settings);

        using (var all = await TotalsAsync(engine, settings, rows, cancellation).ConfigureAwait(false))                                   // 2
        {
            if (!await told.TellAsync(all, cancellation).ConfigureAwait(false)) throw PlainEvaluation.TooSmall();                         // 3
        }

        using var keys = await KeysAsync(engine, settings, rows, cancellation).ConfigureAwait(false);                                     // 4
        using var sorted = await RankedRows.SortAsync(
            engine, keys, classification ? [rows.Labels, zeros] : [rows.Counting, rows.Labels], KeyBits(settings, rows), cancellation).ConfigureAwait(false);
        using var ranks = await sorted.RanksAsync(cancellation).ConfigureAwait(false);                                                    // 5
        using var statistics = classification
            ? await OfClassesAsync(engine, sorted, ranks, cancellation).ConfigureAwait(false)                                             // 6
            : await OfErrorsAsync(engine, settings, rows, cancellation).ConfigureAwait(false);                                            // 7

        using var boundaries = new SortedBoundaries(engine, settings, sorted, ranks);
        var isTold = new bool[settings.BoundaryCount];
        for (var b = 0; b < isTold.Length; b++)                                                                                           // 8, 9
        {
            using var above = await boundaries.AboveAsync(b, cancellation).ConfigureAwait(false);
            isTold[b] = await told.TellAsync(above, cancellation).ConfigureAwait(false);
        }

        using var words = SharedVectors.Concatenate([statistics, .. told.All]);
        return await engine.OpenAsync(words, receivers, cancellation).ConfigureAwait(false) is { } opened                                 // 10
            ? Read(engine, settings, opened, isTold)
            : null;
    }

    /// <summary>The key's bits: one more where rows that do not count stand behind all others.</summary>
    internal static int KeyBits(EvaluationSettings settings, EvaluationRows rows) => settings.Format.Bits + (rows.AllCount ? 0 : 1);

    /// <summary>Step 2: over all rows.</summary>
    private static async Task<SharedVector> TotalsAsync(IVectorEngine engine, EvaluationSettings settings, EvaluationRows rows, CancellationToken cancellation)
    {
        using var counted = rows.AllCount ? SharedVectors.Total(rows.Scores) : await engine.InnerProductsAsync([(rows.Counting, rows.Scores)], cancellation).ConfigureAwait(false);
        using SharedVector labels = SharedVectors.Total(rows.Labels), count = SharedVectors.Total(rows.Counting), zeros = SharedVectors.Subtract(count, labels);
        return settings.Task == EvaluationTask.Classification ? SharedVectors.Concatenate(labels, zeros, counted) : SharedVectors.Concatenate(count, counted, labels);
    }

    /// <summary>Step 4: the score lifted to no sign; of rows that do not count a key greater than all.</summary>
    private static async Task<SharedVector> KeysAsync(IVectorEngine engine, EvaluationSettings settings, EvaluationRows rows, CancellationToken cancellation)
    {
        var (offset, beyond) = ((ulong)settings.Format.Limit, 2UL * (ulong)settings.Format.Limit);
        if (rows.AllCount) return engine.Affine(rows.Scores, 1, offset);
        using var lowered = engine.Affine(rows.Scores, 1, unchecked(offset - beyond));
        var product = await engine.MultiplyAsync([(rows.Counting, lowered)], cancellation).ConfigureAwait(false);
        using (product[0]) return engine.Affine(product[0], 1, beyond);
    }

    /// <summary>Step 6: twice the rank sum of class 1, and the greatest distance.</summary>
    private static async Task<SharedVector> OfClassesAsync(IVectorEngine engine, RankedRows sorted, RowRanks ranks, CancellationToken cancellation)
    {
        using SharedVector sum = await engine.InnerProductsAsync([(sorted.Other(0), ranks.Doubled)], cancellation).ConfigureAwait(false),
            distance = await sorted.GreatestDistanceAsync(cancellation).ConfigureAwait(false), largest = SharedVectors.Slice(distance, 0, 1); // whether there are ties is not told
        return SharedVectors.Concatenate(sum, largest);
    }

    /// <summary>Step 7: Σ |e|, Σ e², Σ label².</summary>
    private static async Task<SharedVector> OfErrorsAsync(IVectorEngine engine, EvaluationSettings settings, EvaluationRows rows, CancellationToken cancellation)
    {
        using var difference = SharedVectors.Subtract(rows.Scores, rows.Labels);
        using var negative = await VectorComparisons.BitAsync(engine, difference, settings.Format.Bits, cancellation).ConfigureAwait(false);
        using SharedVector isNegative = await engine.ToWordsAsync(negative, cancellation).ConfigureAwait(false), sign = engine.Affine(isNegative, unchecked((ulong)-2L), 1);
        var counted = rows.AllCount ? null : await engine.MultiplyAsync([(rows.Counting, difference)], cancellation).ConfigureAwait(false);
        using var errors = counted is null ? SharedVectors.Slice(difference, 0, rows.Length) : counted[0];
        return await engine.InnerProductsAsync([(sign, errors), (errors, errors), (rows.Labels, rows.Labels)], cancellation).ConfigureAwait(false);
    }

    private static EvaluationResult Read(IVectorEngine engine, EvaluationSettings settings, ulong[] opened, bool[] isTold)
    {
        var numbers = Array.ConvertAll(opened, word => unchecked((long)word));
        var at = EvaluationResult.StatisticCount(settings.Task);
        long[] Next() => numbers[at..(at += EvaluationResult.TotalCount)];
        var statistics = numbers[..at];
        var totals = Next();
        var result = EvaluationResult.Of(settings, totals, statistics, [.. isTold.Select(told => told ? Next() : null)]);
        PeerFaultException.ThrowUnless(result.IsPossible, engine.Parties[(engine.Index + 1) % engine.Parties.Count], ResultStep, "totals that rows can have");
        return result;
    }

    private static readonly StepId ResultStep = new("evaluate.10");
}
