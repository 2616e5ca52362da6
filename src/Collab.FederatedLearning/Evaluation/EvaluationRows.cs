using System.Numerics;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>Shared labels and scores of rows, and of which rows count: what an evaluation runs on, wherever the scores come from.</summary>
/// <remarks>Row i is the same subject in all. Has one owner, who disposes it.</remarks>
public sealed class EvaluationRows : IDisposable
{
    /// <summary>Most rows, whether they count or not.</summary>
    public const int MostRows = 1 << 20;

    private EvaluationRows(SharedVector labels, SharedVector scores, SharedVector counting, bool allCount) => (Labels, Scores, Counting, AllCount) = (labels, scores, counting, allCount);

    /// <summary>How many rows there are.</summary>
    public int Length => Scores.Length;

    /// <summary>Of rows that count the label, else 0.</summary>
    internal SharedVector Labels { get; }

    /// <summary>The score.</summary>
    internal SharedVector Scores { get; }

    /// <summary>1 for a row that counts, else 0.</summary>
    internal SharedVector Counting { get; }

    /// <summary>Whether it is public that all do.</summary>
    internal bool AllCount { get; }

    /// <summary>Joins scores with the labels of their owner (step 1).</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">What is asked.</param>
    /// <param name="scores">Shared scores within the format. Owned from here on.</param>
    /// <param name="labelOwner">Who has the labels.</param>
    /// <param name="labels">At their owner 0 or 1, or for regression whole numbers in the format; ignored elsewhere.</param>
    /// <param name="counting">Shared words, 1 for a row that counts, else 0; owned from here on. Null: all count.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Settings, lengths or parties do not fit, or the engine is for parties that deviate.</exception>
    /// <exception cref="CollabException">A label is unfit: <see cref="EvaluationErrors"/>. At its owner, before anything is sent.</exception>
    public static async Task<EvaluationRows> JoinAsync(
        IVectorEngine engine, EvaluationSettings settings, SharedVector scores, PartyId labelOwner, ReadOnlyMemory<long> labels, SharedVector? counting = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(scores);
        settings.Check();
        if (engine.Security == SecurityModel.Malicious) throw new ArgumentException("An evaluation is for parties that follow the protocol.", nameof(engine));
        if (!engine.Parties.Contains(labelOwner)) throw new ArgumentException("Labels of one of the parties.", nameof(labelOwner));
        var rows = scores.Length;
        if (rows is < 2 or > MostRows || (counting is not null && counting.Length != rows)) throw new ArgumentException("2 to 2^20 rows.", nameof(scores));
        if (settings.Task == EvaluationTask.Regression && !HasRoom(settings.Format, rows)) throw new ArgumentException("Scores of so few bits that all squared errors fit a word.", nameof(settings));
        ulong[]? words = null;
        if (engine.Parties[engine.Index] == labelOwner)
        {
            if (labels.Length != rows) throw new ArgumentException("A label for each row.", nameof(labels));
            RequireLabels(settings, labels.Span);
            words = Array.ConvertAll(labels.ToArray(), label => unchecked((ulong)label));
        }

        var shared = await engine.InputAsync(labelOwner, words, rows, cancellation).ConfigureAwait(false);                                   // 1
        if (words is not null) Array.Clear(words);
        if (counting is null) return new(shared, scores, engine.Constant([.. Enumerable.Repeat(1UL, rows)]), true);
        using (shared)
        {
            var counted = await engine.MultiplyAsync([(shared, counting)], cancellation).ConfigureAwait(false);                              // 1
            return new(counted[0], scores, counting, false);
        }
    }

    /// <summary>Shared scores from parts that parties have in clear: a score is the sum of the parts (step 1).</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="format">How scores are whole numbers.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="owners">Who has a part, each once.</param>
    /// <param name="own">This party's part, if it has one: shape [rows].</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Owners or lengths do not fit.</exception>
    /// <exception cref="CollabException"><see cref="EvaluationErrors.ScoreOverRange"/>, at the part's owner, before it sends anything.</exception>
    public static async Task<SharedVector> AddPartsAsync(
        IVectorEngine engine, ScoreFormat format, int rows, IReadOnlyList<PartyId> owners, ReadOnlyMemory<double> own, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(owners);
        if (owners.Count == 0 || owners.Distinct().Count() != owners.Count || owners.Any(owner => !engine.Parties.Contains(owner))) throw new ArgumentException("Parties, each once.", nameof(owners));
        var self = engine.Parties[engine.Index];
        ulong[]? words = null;
        if (owners.Contains(self))
        {
            if (own.Length != rows) throw new ArgumentException("A part of every row's score.", nameof(own));
            words = Array.ConvertAll(format.Words(own.Span, owners.Count), part => unchecked((ulong)part));
        }

        var sum = engine.Constant(new ulong[rows]);
        foreach (var owner in owners)
        {
            using SharedVector before = sum, part = await engine.InputAsync(owner, owner == self ? words : null, rows, cancellation).ConfigureAwait(false); // 1
            sum = SharedVectors.Add(before, part);
        }

        if (words is not null) Array.Clear(words);
        return sum;
    }

    /// <summary>Whether the squared errors of so many rows add up to less than 2^62.</summary>
    public static bool HasRoom(ScoreFormat format, int rows) => (2 * format.Bits) + BitOperations.Log2((uint)Math.Max(1, rows - 1)) + 1 <= 62;

    /// <summary>Zeroes labels, scores and what counts.</summary>
    public void Dispose()
    {
        Labels.Dispose();
        Scores.Dispose();
        Counting.Dispose();
    }

    internal static void RequireLabels(EvaluationSettings settings, ReadOnlySpan<long> labels)
    {
        var limit = settings.Format.Limit;
        foreach (var label in labels)
        {
            if (settings.Task == EvaluationTask.Classification ? label is < 0 or > 1 : label <= -limit || label >= limit)
                throw new CollabException(EvaluationErrors.LabelUnfit, "A label is not 0 or 1, or beyond the range of scores.");
        }
    }

    internal static void RequireScores(EvaluationSettings settings, ReadOnlySpan<long> scores)
    {
        var limit = settings.Format.Limit;
        foreach (var score in scores)
        {
            if (score <= -limit || score >= limit) throw new CollabException(EvaluationErrors.ScoreOverRange, "A score is beyond the range of its format.");
        }
    }
}
