using Collab.Primitives;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Linear and logistic regression over the columns of two or three parties by stochastic gradient descent: values, labels, scores, errors and weights stay with their owners or shared.</summary>
/// <remarks>
/// Steps are numbered as in specs/train-linear.md. Source: Mohassel, Zhang, SecureML, IEEE S&amp;P 2017 (descent on shares, sigmoid of three pieces); that each of two parties multiplies its own
/// columns in clear is our local-first rule. The caller aligns the rows. As strong as the engine; what is opened is the loss of every epoch, whether weights are in range, and to each party its part.
/// </remarks>
public static class LinearTraining
{
    private const double LargestLoss = 16; // of standardized labels, whose loss without a model is 1

    /// <summary>One party's part, to the end.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">What is trained; the same at every party.</param>
    /// <param name="columns">How many columns each party has, in the engine's order; public.</param>
    /// <param name="labelOwner">Who has the labels.</param>
    /// <param name="own">This party's columns; with labels at their owner alone.</param>
    /// <param name="progress">Told the loss of every epoch.</param>
    /// <param name="from">Where an earlier piece ended; null to begin.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Settings, columns or labels do not fit what is stated.</exception>
    /// <exception cref="CollabException">A row is over range, or training diverged: <see cref="LinearErrors"/>. The latter is thrown at all parties.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <remarks>Timing depends on rows, columns and settings alone. Cost: the spec's section Cost.</remarks>
    public static async Task<LinearPart> RunAsync(
        IVectorEngine engine, LinearSettings settings, IReadOnlyList<int> columns, PartyId labelOwner, LinearRows own, IProgress<double>? progress = null, LinearCheckpoint? from = null,
        CancellationToken cancellation = default) =>
        (await DescendAsync(engine, settings, columns, labelOwner, own, progress, from, null, null, cancellation).ConfigureAwait(false)).Part!;

    /// <summary>One party's part of a piece of training that ends between two epochs: every party gets a share of the weights, by which another run with fresh randomness goes on.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">What is trained.</param>
    /// <param name="columns">How many columns each party has.</param>
    /// <param name="labelOwner">Who has the labels.</param>
    /// <param name="own">This party's columns.</param>
    /// <param name="until">The epochs that are done then, fewer than in all.</param>
    /// <param name="random">The shares' randomness.</param>
    /// <param name="progress">Told the loss of every epoch.</param>
    /// <param name="from">Where an earlier piece ended; null to begin.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<LinearCheckpoint> RunUntilAsync(
        IVectorEngine engine, LinearSettings settings, IReadOnlyList<int> columns, PartyId labelOwner, LinearRows own, int until, RandomSource random, IProgress<double>? progress = null,
        LinearCheckpoint? from = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        if (until <= (from?.Epochs ?? 0) || until >= settings.Epochs) throw new ArgumentOutOfRangeException(nameof(until), "After the piece before, and before the end.");
        return (await DescendAsync(engine, settings, columns, labelOwner, own, progress, from, until, random, cancellation).ConfigureAwait(false)).Checkpoint!;
    }

    private static async Task<(LinearPart? Part, LinearCheckpoint? Checkpoint)> DescendAsync(
        IVectorEngine engine, LinearSettings settings, IReadOnlyList<int> columns, PartyId labelOwner, LinearRows own, IProgress<double>? progress, LinearCheckpoint? from, int? until,
        RandomSource? random, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(own);
        settings.Check();
        var owner = RequireFitting(engine, settings.Family, columns, labelOwner, own);
        int[] counts = [.. columns.Select((count, party) => party == owner ? count + 1 : count)];        // the intercept is the label owner's first
        var scale = new LinearScale(settings, counts.Sum());
        own.RequireRange(Math.ScaleB(1.0 / counts.Length, scale.RowBits));
        (int Start, int Rows)[] batches = [.. Enumerable.Range(0, (own.Rows + settings.Batch - 1) / settings.Batch)
            .Select(t => (t * settings.Batch, Math.Min(settings.Batch, own.Rows - (t * settings.Batch))))];

        using var rows = await ShareAsync(engine, own, scale, counts, engine.Index == owner, batches, cancellation).ConfigureAwait(false);                                 // 1
        using var labels = await engine.InputAsync(
            labelOwner, own.Labels?.Select(y => LinearScale.Word(y, scale.Prediction)).ToArray(), own.Rows, cancellation).ConfigureAwait(false);                             // 1
        var weights = from is null ? engine.Constant(new ulong[counts.Sum()]) : await from.ShareAsync(engine, counts.Sum(), cancellation).ConfigureAwait(false);
        try
        {
            var losses = new List<double>(from?.Losses ?? []);
            for (var epoch = losses.Count; epoch < (until ?? settings.Epochs); epoch++)
            {
                using var loss = new SquaredErrors(engine);
                for (var t = 0; t < batches.Length; t++)
                {
                    using var batchLabels = SharedVectors.Slice(labels, batches[t].Start, batches[t].Rows);
                    using var scores = await rows.ScoresAsync(t, weights, cancellation).ConfigureAwait(false);                                                          // 2
                    var errors = await Sigmoid.ErrorsAsync(engine, settings.Family, scores, batchLabels, scale, cancellation).ConfigureAwait(false);                    // 3, 4
                    await loss.AddAsync(errors, cancellation).ConfigureAwait(false);                                                                                    // 5
                    using var step = await rows.StepAsync(t, errors, cancellation).ConfigureAwait(false);                                                               // 6
                    weights = await MovedAsync(engine, weights, step, FirstOf(counts, owner), settings, scale, cancellation).ConfigureAwait(false);                     // 6
                }

                losses.Add(await LossAsync(engine, loss, own.Rows, scale, cancellation).ConfigureAwait(false));                                                         // 7
                progress?.Report(losses[^1]);
                await RequireRangeAsync(engine, settings.Family, weights, losses[^1], scale, cancellation).ConfigureAwait(false);                                       // 8
            }

            if (until is not null) return (null, await LinearCheckpoint.TakeAsync(engine, weights, losses, random!, cancellation).ConfigureAwait(false));
            return (await OpenPartAsync(engine, weights, counts, owner, own, losses, scale, cancellation).ConfigureAwait(false), null);                                 // 9
        }
        finally
        {
            weights.Dispose();
        }
    }

    /// <summary>Throws unless this party's columns and labels are what is stated, and the engine fits the family; gives the label owner's number.</summary>
    internal static int RequireFitting(IVectorEngine engine, LinearFamily family, IReadOnlyList<int> columns, PartyId labelOwner, LinearRows own)
    {
        var owner = engine.Parties.ToList().IndexOf(labelOwner);
        if (columns.Count != engine.Parties.Count || columns[engine.Index] != own.Columns.Count || columns.Sum() == 0) throw new ArgumentException("The columns of every party.", nameof(columns));
        if (owner < 0 || (engine.Index == owner) != (own.Labels is not null)) throw new ArgumentException("Labels of one of the parties.", nameof(labelOwner));
        if (family == LinearFamily.Logistic && engine.Security == SecurityModel.Malicious)
            throw new ArgumentException("The smooth sigmoid is for parties that follow the protocol; three pieces are for all.", nameof(family));
        return owner;
    }

    private static async Task<IBatchedRows> ShareAsync(
        IVectorEngine engine, LinearRows own, LinearScale scale, int[] counts, bool withIntercept, (int Start, int Rows)[] batches, CancellationToken cancellation)
    {
        ulong[] values = own.Words(withIntercept, 1, scale.Feature), scaled = own.Words(withIntercept, scale.Rate, scale.Scaled);
        return engine is TwoPartyEngine pair
            ? new OwnedBatches(pair, values, scaled, counts, scale.ValueBits, batches)
            : await SharedBatches.ShareAsync(engine, values, scaled, counts, batches, cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 6: w − step − ηλ·w, without decay of the intercept; the weights for their decay are rounded to the fraction bits of errors.</summary>
    private static async Task<SharedVector> MovedAsync(
        IVectorEngine engine, SharedVector weights, SharedVector step, int intercept, LinearSettings settings, LinearScale scale, CancellationToken cancellation)
    {
        using (weights)
        {
            if (settings.L2 == 0) return SharedVectors.Subtract(weights, step);
            var factors = new ulong[weights.Length];
            Array.Fill(factors, LinearScale.Word(settings.LearningRate * settings.L2, scale.Scaled));
            factors[intercept] = 0;
            using var rounded = await engine.RoundAsync(weights, scale.Weight - scale.Error, cancellation).ConfigureAwait(false);
            using SharedVector shrunk = SharedVectors.MultiplyPublic(rounded, factors), less = SharedVectors.Subtract(weights, step);
            return SharedVectors.Subtract(less, shrunk);
        }
    }

    /// <summary>Step 7: the mean squared error of the epoch, to all.</summary>
    private static async Task<double> LossAsync(IVectorEngine engine, SquaredErrors loss, int rows, LinearScale scale, CancellationToken cancellation)
    {
        using var total = await loss.TotalAsync(cancellation).ConfigureAwait(false);
        var opened = await engine.OpenAsync(total, engine.Parties, cancellation).ConfigureAwait(false);
        return LinearScale.Number(opened![0], 2 * scale.Error) / rows;
    }

    /// <summary>Step 8: how many weights are beyond the limit; any ends training, at all parties.</summary>
    private static async Task RequireRangeAsync(IVectorEngine engine, LinearFamily family, SharedVector weights, double loss, LinearScale scale, CancellationToken cancellation)
    {
        var limit = (ulong)LinearScale.WeightLimit << scale.Weight;
        using SharedVector fromBelow = engine.Affine(weights, 1, limit), fromAbove = engine.Affine(weights, ulong.MaxValue, limit), both = SharedVectors.Concatenate(fromBelow, fromAbove);
        using var beyond = await VectorComparisons.BitAsync(engine, both, 63, cancellation).ConfigureAwait(false);
        using var words = await engine.ToWordsAsync(beyond, cancellation).ConfigureAwait(false);
        using var count = SharedVectors.Total(words);
        var opened = await engine.OpenAsync(count, engine.Parties, cancellation).ConfigureAwait(false);
        var largest = family == LinearFamily.Regression ? LargestLoss : 1;
        if (opened![0] != 0 || !(loss >= 0 && loss <= largest)) throw new CollabException(LinearErrors.Diverged, "Weights or loss grow beyond range; training stopped.");
    }

    /// <summary>Step 9: to each party the weights of its own columns.</summary>
    private static async Task<LinearPart> OpenPartAsync(
        IVectorEngine engine, SharedVector weights, int[] counts, int labelOwner, LinearRows own, List<double> losses, LinearScale scale, CancellationToken cancellation)
    {
        double[] part = [];
        for (var party = 0; party < counts.Length; party++)
        {
            using var slice = SharedVectors.Slice(weights, FirstOf(counts, party), counts[party]);
            var opened = await engine.OpenAsync(slice, [engine.Parties[party]], cancellation).ConfigureAwait(false);
            if (party == engine.Index) part = [.. opened!.Select(word => LinearScale.Number(word, scale.Weight))];
        }

        return engine.Index == labelOwner
            ? new(part[1..], part[0], own.Columns, own.LabelScale, losses)
            : new(part, 0, own.Columns, null, losses);
    }

    private static int FirstOf(int[] counts, int party) => counts.Take(party).Sum();
}
