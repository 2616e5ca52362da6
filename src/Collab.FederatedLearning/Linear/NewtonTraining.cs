using Collab.Primitives;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Linear and logistic regression over the columns of two or three parties by Newton's method (iteratively reweighted least squares), with standard errors: the fit of R's <c>lm</c> and <c>glm</c>.</summary>
/// <remarks>
/// Steps are numbered as in specs/train-linear.md, "Newton's method". Values and labels stay with their owners or shared; the label owner sees Σ w·x·xᵀ and Σ x·(y − μ) at each step, and all coefficients;
/// the others see their own coefficients at each step, and whether it was the last. Source: McCullagh and Nelder, Generalized Linear Models, 1989, chapter 2.5.
/// </remarks>
public static class NewtonTraining
{
    private static readonly StepId NameStep = new("train-linear.newton.2");

    private enum State : ulong
    {
        GoesOn = 0,
        Settled = 1,
        HasNoEstimate = 2,
    }

    /// <summary>One party's part.</summary>
    /// <param name="engine">This party's end; logistic regression is for semi-honest parties.</param>
    /// <param name="settings">What is fitted; the same at every party.</param>
    /// <param name="columns">How many columns each party has, in the engine's order; public.</param>
    /// <param name="labelOwner">Who has the labels, and gets the sums.</param>
    /// <param name="own">This party's columns; with labels at their owner alone.</param>
    /// <param name="progress">Told the loss of every step.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Settings, columns or labels do not fit what is stated.</exception>
    /// <exception cref="CollabException">A row is over range, or there is no estimate: <see cref="LinearErrors"/>. The latter is thrown at all parties.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <remarks>Timing depends on rows, columns, settings and the number of steps. Cost: the spec.</remarks>
    public static async Task<NewtonFit> RunAsync(
        IVectorEngine engine, NewtonSettings settings, IReadOnlyList<int> columns, PartyId labelOwner, LinearRows own, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(own);
        settings.Check();
        var owner = LinearTraining.RequireFitting(engine, settings.Family, columns, labelOwner, own);
        int[] counts = [.. columns.Select((count, party) => party == owner ? count + 1 : count)];        // the intercept is the label owner's first
        var scale = new NewtonScale(settings.Family, own.Rows, counts.Sum());
        own.RequireRange(Math.ScaleB(1.0 / counts.Length, scale.RowBits));

        var values = own.Words(engine.Index == owner, 1, scale.Feature);
        (int Start, int Rows)[] batches = [.. NewtonScale.BatchesOf(own.Rows, counts.Sum())];
        using IBatchedRows rows = engine is TwoPartyEngine pair
            ? new OwnedBatches(pair, values, [.. values], counts, scale.ValueBits, batches)
            : await SharedBatches.ShareAsync(engine, values, values, counts, batches, cancellation).ConfigureAwait(false);                                                     // 1
        using var labels = await engine.InputAsync(
            labelOwner, own.Labels?.Select(y => LinearScale.Word(y, scale.Label)).ToArray(), own.Rows, cancellation).ConfigureAwait(false);                            // 1
        var fit = new Fit(engine, settings, counts, owner, own, scale, rows, labels, batches);
        return await fit.RunAsync(progress, cancellation).ConfigureAwait(false);
    }

    /// <summary>What stays the same through all steps of one fit.</summary>
    private sealed record Fit(
        IVectorEngine Engine, NewtonSettings Settings, int[] Counts, int Owner, LinearRows Own, NewtonScale Scale, IBatchedRows Rows, SharedVector Labels, (int Start, int Rows)[] Batches)
    {
        private readonly NewtonSystem? _system = Engine.Index == Owner ? new(Counts.Sum()) : null; // the label owner's alone

        private bool IsLogistic => Settings.Family == LinearFamily.Logistic;

        private PartyId LabelOwner => Engine.Parties[Owner];

        public async Task<NewtonFit> RunAsync(IProgress<double>? progress, CancellationToken cancellation)
        {
            var (losses, part, steps, rowVariance) = (new List<double>(), new double[Counts[Engine.Index]], 0, 1.0);
            for (var state = State.GoesOn; state == State.GoesOn;)
            {
                if (steps > 0) part = await NameAsync(cancellation).ConfigureAwait(false);                                                                                   // 2
                var (information, score, loss) = await SumsAsync(part, cancellation).ConfigureAwait(false);                                                                  // 3 to 5
                if (IsLogistic)
                {
                    losses.Add(loss);
                    progress?.Report(loss);
                }

                steps++;
                if (_system is not null) state = StateAfter(_system.Step(information!, score!), steps);                                                                      // 6
                state = (State)await TellAsync((ulong)state, cancellation).ConfigureAwait(false);                                                                            // 6
                if (state == State.HasNoEstimate) throw new CollabException(LinearErrors.NoEstimate, "The columns have no estimate, or Newton's steps do not come to one.");
                if (state == State.Settled && !IsLogistic)
                {
                    var left = _system is null ? 0 : 1 - (_system.Beta.DotProduct(NewtonSystem.VectorOf(score!)) / Own.Rows);
                    losses.Add(LinearScale.Number(await TellAsync(LinearScale.Word(left, NewtonScale.Told), cancellation).ConfigureAwait(false), NewtonScale.Told));      // 6
                    progress?.Report(losses[^1]);
                    rowVariance = losses[^1] * Own.Rows / (Own.Rows - Counts.Sum());
                }
            }

            part = await NameAsync(cancellation).ConfigureAwait(false);                                                                                                      // 7
            var errors = _system?.StandardErrors(rowVariance);
            if (Settings.OpensErrors) errors = await TellAllAsync(errors, cancellation).ConfigureAwait(false);                                                               // 7
            return new(
                Engine.Index == Owner ? new(part[1..], part[0], Own.Columns, Own.LabelScale, losses) : new(part, 0, Own.Columns, null, losses), errors, steps);
        }

        private State StateAfter(bool hasStep, int steps) => !hasStep ? State.HasNoEstimate
            : !IsLogistic || _system!.HasSettled ? State.Settled
            : steps == Settings.MostSteps ? State.HasNoEstimate : State.GoesOn;

        /// <summary>Step 2: the label owner opens to each party the coefficients of its own columns.</summary>
        private async Task<double[]> NameAsync(CancellationToken cancellation)
        {
            double[] part = [];
            for (var (party, first) = (0, 0); party < Counts.Length; first += Counts[party++])
            {
                ulong[]? words = _system is null ? null : [.. _system.Beta.Skip(first).Take(Counts[party]).Select(b => LinearScale.Word(b, NewtonScale.Told))];
                using var shared = await Engine.InputAsync(LabelOwner, words, Counts[party], cancellation).ConfigureAwait(false);
                var opened = await Engine.OpenAsync(shared, [Engine.Parties[party]], cancellation).ConfigureAwait(false);
                if (party == Engine.Index) part = [.. opened!.Select(word => LinearScale.Number(word, NewtonScale.Told))];
            }

            PeerFaultException.ThrowUnless(part.All(b => Math.Abs(b) <= NewtonSystem.Limit), LabelOwner, NameStep, "coefficients within range");
            return part;
        }

        /// <summary>Steps 3 to 5: Σ w·x·xᵀ and Σ x·(y − μ) to the label owner, the loss to all.</summary>
        private async Task<(double[]? Information, double[]? Score, double Loss)> SumsAsync(double[] part, CancellationToken cancellation)
        {
            using var errors = new SquaredErrors(Engine);
            var (grams, scores) = (new List<SharedVector>(), new List<SharedVector>());
            for (var t = 0; t < Batches.Length; t++)
            {
                using var y = SharedVectors.Slice(Labels, Batches[t].Start, Batches[t].Rows);
                var (weights, residuals) = IsLogistic ? await LogisticAsync(part, t, y, cancellation).ConfigureAwait(false) : (null, await RoundedAsync(y, cancellation).ConfigureAwait(false));
                using (weights) grams.Add(await Rows.GramAsync(t, weights, cancellation).ConfigureAwait(false));                                                             // 4
                scores.Add(await Rows.StepAsync(t, residuals, cancellation).ConfigureAwait(false));                                                                          // 4
                if (IsLogistic) await errors.AddAsync(residuals, cancellation).ConfigureAwait(false);
                else residuals.Dispose();
            }

            var information = await OpenSumAsync(grams, [LabelOwner], (2 * Scale.Feature) + (IsLogistic ? NewtonScale.Weight : 0), cancellation).ConfigureAwait(false);       // 5
            var score = await OpenSumAsync(scores, [LabelOwner], Scale.Feature + NewtonScale.Error, cancellation).ConfigureAwait(false);                                      // 5
            if (!IsLogistic) return (information, score, 0);
            var squares = await OpenSumAsync([await errors.TotalAsync(cancellation).ConfigureAwait(false)], Engine.Parties, 2 * NewtonScale.Error, cancellation).ConfigureAwait(false); // 5
            return (information, score, squares![0] / Own.Rows);
        }

        /// <summary>Step 3: w = μ·(1 − μ) and y − μ of a batch.</summary>
        private async Task<(SharedVector? Weights, SharedVector Residuals)> LogisticAsync(double[] part, int batch, SharedVector y, CancellationToken cancellation)
        {
            var (start, rows) = Batches[batch];
            var own = new ulong[rows];
            for (var i = 0; i < rows; i++) own[i] = LinearScale.Word(Engine.Index == Owner ? part[0] + Own.Score(start + i, part.AsSpan(1)) : Own.Score(start + i, part), NewtonScale.Predictor);
            var inputs = new List<SharedVector>();
            foreach (var party in Engine.Parties)
                inputs.Add(await Engine.InputAsync(party, party == Engine.Parties[Engine.Index] ? own : default, rows, cancellation).ConfigureAwait(false));
            Array.Clear(own);
            using var predictor = Sum(inputs);
            using var mean = await Sigmoid.SmoothAsync(Engine, predictor, NewtonScale.Predictor, cancellation).ConfigureAwait(false);
            using SharedVector missing = SharedVectors.Subtract(y, mean), both = SharedVectors.Concatenate(mean, missing);

            // μ and y − μ with the fraction bits of errors; w is one product more.
            using var rounded = await Engine.RoundAsync(both, Scale.Label - NewtonScale.Error, cancellation).ConfigureAwait(false);
            using SharedVector m = SharedVectors.Slice(rounded, 0, rows), rest = Engine.Affine(m, ulong.MaxValue, 1UL << NewtonScale.Error);
            using var product = (await Engine.MultiplyAsync([(m, rest)], cancellation).ConfigureAwait(false))[0];
            return (await Engine.RoundAsync(product, (2 * NewtonScale.Error) - NewtonScale.Weight, cancellation).ConfigureAwait(false), SharedVectors.Slice(rounded, rows, rows));
        }

        private Task<SharedVector> RoundedAsync(SharedVector y, CancellationToken cancellation) => Engine.RoundAsync(y, Scale.Label - NewtonScale.Error, cancellation);

        private async Task<double[]?> OpenSumAsync(List<SharedVector> parts, IReadOnlyCollection<PartyId> receivers, int fraction, CancellationToken cancellation)
        {
            using var sum = Sum(parts);
            var opened = await Engine.OpenAsync(sum, receivers, cancellation).ConfigureAwait(false);
            return opened is null ? null : [.. opened.Select(word => LinearScale.Number(word, fraction))];
        }

        /// <summary>A word of the label owner to all.</summary>
        private async Task<ulong> TellAsync(ulong word, CancellationToken cancellation)
        {
            using var shared = await Engine.InputAsync(LabelOwner, Engine.Index == Owner ? new[] { word } : default, 1, cancellation).ConfigureAwait(false);
            return (await Engine.OpenAsync(shared, Engine.Parties, cancellation).ConfigureAwait(false))![0];
        }

        private async Task<double[]> TellAllAsync(double[]? numbers, CancellationToken cancellation)
        {
            using var shared = await Engine.InputAsync(LabelOwner, numbers?.Select(x => LinearScale.Word(x, NewtonScale.Told)).ToArray(), Counts.Sum(), cancellation).ConfigureAwait(false);
            return [.. (await Engine.OpenAsync(shared, Engine.Parties, cancellation).ConfigureAwait(false))!.Select(word => LinearScale.Number(word, NewtonScale.Told))];
        }

        /// <summary>The sum of vectors, which it uses up.</summary>
        private static SharedVector Sum(List<SharedVector> parts)
        {
            var sum = parts[0];
            for (var i = 1; i < parts.Count; i++)
            {
                var more = SharedVectors.Add(sum, parts[i]);
                sum.Dispose();
                parts[i].Dispose();
                sum = more;
            }

            return sum;
        }
    }
}
