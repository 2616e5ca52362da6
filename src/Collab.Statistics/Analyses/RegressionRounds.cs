using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Statistics.Analyses;

/// <summary>The rounds of an iterative regression: the receiver names coefficients, the owners add up their sums at them for the receiver alone.</summary>
/// <remarks>
/// The receiver learns the sums at every β it names and is trusted to name those of the iteration: owners check that β is finite, bounded, the same at all of them,
/// and that it is asked no more often than agreed. Numbered as in specs/regression.md.
/// </remarks>
internal static class RegressionRounds
{
    /// <summary>The largest coefficient of a column, for one unit of its scale.</summary>
    public const double LargestCoefficient = 1 << 20;

    /// <summary>The receiver names coefficients, or ends the rounds.</summary>
    public static readonly StepId NameCoefficients = new("regression.1");

    /// <summary>The owners make sure that all were named the same.</summary>
    public static readonly StepId CompareCoefficients = new("regression.2");

    /// <summary>The owners add up their sums and open them to the receiver.</summary>
    public static readonly StepId AddSums = new("regression.3");

    /// <summary>
    /// How many rows sums need to rest on: so many that they hold more numbers than all rounds can tell (our own rule; specs/regression.md).
    /// </summary>
    /// <param name="mostQuestions">How often sums are asked for at most.</param>
    /// <param name="sums">How many sums are told each time.</param>
    /// <param name="columns">How many numbers a row holds.</param>
    public static int MinimumRows(int mostQuestions, int sums, int columns) => ((mostQuestions * sums) + columns - 1) / columns;

    /// <summary>The part of an owner that is not the receiver.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="columns">How many coefficients there are.</param>
    /// <param name="mostQuestions">How often sums are asked for at most.</param>
    /// <param name="sumsAt">This owner's sums, given β for one unit of each column; null at the start.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The receiver broke step 1, or an owner or the receiver step 2.</exception>
    public static async Task ContributeAsync(
        ProcedureRounds rounds, int columns, int mostQuestions, Func<double[]?, Integer256[]> sumsAt, CancellationToken cancellation)
    {
        var receiver = rounds.Peers[rounds.Plan.Receiver];
        var comparing = rounds.OtherOwners.Where(owner => owner != receiver).ToList();
        for (var asked = 0; ; asked++)
        {
            rounds.Progress?.Report(NameCoefficients);
            var named = await receiver.ReceiveAsync<CoefficientsMessage>(NameCoefficients, cancellation); // 1 ←
            if (named.Coefficients is not { } beta) return;
            CheckNamed(receiver, beta, asked == 0 ? 0 : columns, asked, mostQuestions);

            rounds.Progress?.Report(CompareCoefficients);
            foreach (var owner in comparing) await owner.SendAsync(named, cancellation); // 2 →
            foreach (var owner in comparing)
            {
                var other = await owner.ReceiveAsync<CoefficientsMessage>(CompareCoefficients, cancellation); // 2 ←
                PeerFaultException.ThrowUnless(
                    other.Coefficients is { } same && same.AsSpan().SequenceEqual(beta), owner.Peer, CompareCoefficients, "the coefficients that the receiver named here too");
            }

            rounds.Progress?.Report(AddSums);
            await rounds.AddAsync(sumsAt(asked == 0 ? null : beta), cancellation); // 3
        }
    }

    /// <summary>What an owner checks of the coefficients that it is named.</summary>
    /// <exception cref="PeerFaultException">The receiver broke step 1.</exception>
    public static void CheckNamed(IChannel receiver, double[] beta, int columns, int asked, int mostQuestions)
    {
        PeerFaultException.ThrowUnless(asked < mostQuestions, receiver.Peer, NameCoefficients, $"at most {mostQuestions} questions");
        PeerFaultException.ThrowUnless(beta.Length == columns, receiver.Peer, NameCoefficients, "a coefficient for each column, none at the start");
        PeerFaultException.ThrowUnless(beta.All(b => Math.Abs(b) <= LargestCoefficient), receiver.Peer, NameCoefficients, "finite coefficients in the bounds"); // NaN is not
    }

    /// <summary>Makes sure of coefficients before they are named.</summary>
    /// <exception cref="InvalidOperationException">A coefficient is out of bounds.</exception>
    public static void ThrowUnlessBounded(double[] beta)
    {
        if (!beta.All(b => Math.Abs(b) <= LargestCoefficient)) throw new InvalidOperationException("A coefficient grows beyond all bounds: no finite estimate exists.");
    }

    /// <summary>The receiver's part of one round.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="beta">β for one unit of each column; null at the start.</param>
    /// <param name="length">How many sums there are.</param>
    /// <param name="sumsAt">Its own sums if it is an owner too.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The sums over all owners, shape [length].</returns>
    /// <exception cref="InvalidOperationException">A coefficient is out of bounds; nothing was sent.</exception>
    public static async Task<Integer256[]> AskAsync(
        ProcedureRounds rounds, double[]? beta, int length, Func<double[]?, Integer256[]>? sumsAt, CancellationToken cancellation)
    {
        if (beta is not null) ThrowUnlessBounded(beta);
        rounds.Progress?.Report(NameCoefficients);
        foreach (var owner in rounds.OtherOwners) await owner.SendAsync(new CoefficientsMessage(beta ?? []), cancellation); // 1 →
        rounds.Progress?.Report(AddSums);
        return await rounds.SumAsync(length, sumsAt?.Invoke(beta), cancellation); // 3
    }

    /// <summary>The receiver's iteration, after which it tells the owners that no more is asked, also when there is no estimate.</summary>
    public static Task<T> WithEndAsync<T>(ProcedureRounds rounds, Func<Task<T>> iteration, CancellationToken cancellation)
    {
        return WithEndAsync(iteration, EndAsync);

        async Task EndAsync()
        {
            rounds.Progress?.Report(NameCoefficients);
            foreach (var owner in rounds.OtherOwners) await owner.SendAsync(new CoefficientsMessage(null), cancellation); // 1 →
        }
    }

    /// <summary>An iteration and how it is ended, also when there is no estimate.</summary>
    public static async Task<T> WithEndAsync<T>(Func<Task<T>> iteration, Func<Task> end)
    {
        try
        {
            var found = await iteration();
            await end();
            return found;
        }
        catch (InvalidOperationException)
        {
            await end();
            throw;
        }
    }

    /// <summary>What one party sends another at most.</summary>
    public static PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to, int columns, int mostQuestions, int length)
    {
        var (sums, coefficients) = ((long)Integer256.Size * length, CoefficientsMessage.SizeOf(columns));
        var traffic = new PlannedTraffic(to, 0, 0, 0);
        if (from == plan.Receiver) traffic = traffic.Plus(mostQuestions + 1, (mostQuestions + 1) * coefficients);
        else if (to != plan.Receiver) traffic = traffic.Plus(mostQuestions, mostQuestions * coefficients);
        else traffic = traffic.Plus(mostQuestions, mostQuestions * sums);
        return plan.Owners.Contains(from) && plan.Owners.Contains(to) ? traffic.Plus(mostQuestions, mostQuestions * sums) : traffic;
    }
}
