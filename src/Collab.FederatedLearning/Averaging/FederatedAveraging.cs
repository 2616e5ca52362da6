using Collab.Channels;
using Collab.FederatedLearning.Aggregation;
using Collab.Primitives;

namespace Collab.FederatedLearning.Averaging;

/// <summary>A small neural network trained by clients on their own rows; the averaging party sees sums of their changes alone, and clients may go.</summary>
/// <remarks>Steps are numbered as in specs/federated-averaging.md. Source: McMahan et al., Communication-efficient learning of deep networks from decentralized data, AISTATS 2017, algorithm 1,
/// with every client in every round; sums by <see cref="SecureAggregation"/>.</remarks>
public static class FederatedAveraging
{
    private static readonly StepId ModelStep = new("averaging.1-model");

    /// <summary>A client's part.</summary>
    /// <param name="settings">What all agree on.</param>
    /// <param name="self">This client.</param>
    /// <param name="channel">The channel to the averaging party.</param>
    /// <param name="rows">Its rows, each of as many values as the network has inputs.</param>
    /// <param name="labels">Their labels, 0 or 1.</param>
    /// <param name="random">Randomness of masks.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The trained network, the same at every party.</returns>
    /// <exception cref="CollabException"><see cref="AveragingErrors"/>: this client goes, the others need not.</exception>
    /// <exception cref="PeerFaultException">The averaging party broke the protocol.</exception>
    public static async Task<Network> TrainAsync(
        AveragingSettings settings, PartyId self, IChannel channel, double[][] rows, double[] labels, RandomSource random, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(rows);
        settings.Check();
        if (rows.Length > AveragingSettings.MostRows || labels.Length != rows.Length || rows.Any(row => row.Length != settings.Inputs)
            || (settings.Privacy is null && (rows.Length == 0 || !rows.All(row => row.All(double.IsFinite)) || labels.Any(y => y is not (0 or 1)))))
            throw new CollabException(AveragingErrors.RowUnfit, $"{self} has no row, a value that is no number, or a label that is neither 0 nor 1.", self);
        for (var expected = 0u; ; expected++)
        {
            // 1. The model, and who takes part.
            var model = await channel.ReceiveAsync<ModelMessage>(ModelStep, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(
                model.Round == expected && expected <= settings.Rounds && model.Parameters.Length == Network.CountOf(settings.Inputs, settings.Hidden) && model.Parameters.All(double.IsFinite), channel.Peer, ModelStep, "the next round's model, of finite numbers");
            PeerFaultException.ThrowUnless(
                expected == settings.Rounds ? model.Clients.Length == 0 : model.Clients.Length is >= 3 and <= AggregationRound.MostClients && model.Clients.Contains(self) && model.Clients.Zip(model.Clients.Skip(1)).All(pair => pair.First.CompareTo(pair.Second) < 0),
                channel.Peer, ModelStep, "three clients or more, in order, this one among them");
            if (expected == settings.Rounds) return new(settings.Inputs, settings.Hidden, model.Parameters);
            PeerFaultException.ThrowUnless(settings.Privacy?.HasNoiseOf(model.Clients.Length) != false, channel.Peer, ModelStep, "as many clients as the noise is agreed for");

            // 2. Passes over the own rows; in private training their clipped sum, with this client's share of noise.
            var words = settings.Privacy?.VectorOf(settings, model.Parameters, rows, labels, random) ?? ChangeOf(settings, self, model.Parameters, rows, labels);

            // 3. The change times the number of rows, and that number, into the sum.
            await SecureAggregation.ContributeAsync(new(settings.Context, expected, model.Clients, settings.Length), self, channel, words, random, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The averaging party's part.</summary>
    /// <param name="settings">What all agree on.</param>
    /// <param name="channels">A channel to each client, 3 or more.</param>
    /// <param name="patience">How long a client may take for one step before it counts as gone.</param>
    /// <param name="progress">Told who contributed to each round.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The trained network.</returns>
    /// <exception cref="CollabException"><see cref="AggregationErrors.TooFew"/>, or <see cref="AveragingErrors.Diverged"/>.</exception>
    public static async Task<Network> AverageAsync(
        AveragingSettings settings, IReadOnlyDictionary<PartyId, IChannel> channels, TimeSpan patience, IProgress<AggregationResult>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(channels);
        settings.Check();
        var parameters = Network.Begin(settings.Inputs, settings.Hidden, settings.Context).Parameters.ToArray();
        PartyId[] clients = [.. channels.Keys.Order()];
        for (var round = 0u; ; round++)
        {
            // 1. The model to all that are left.
            var isLast = round == settings.Rounds;
            if (!isLast && clients.Length < 3) throw new CollabException(AggregationErrors.TooFew, $"{clients.Length} clients are left, 3 are needed.");
            if (!isLast && settings.Privacy?.HasNoiseOf(clients.Length) == false) throw new CollabException(AggregationErrors.TooFew, $"{clients.Length} clients are left, too few for the noise that is agreed.");
            var message = new ModelMessage(round, isLast ? [] : clients, [.. parameters]);
            await Task.WhenAll(clients.Select(client => TellAsync(channels[client], message, cancellation))).ConfigureAwait(false);
            if (isLast) return new(settings.Inputs, settings.Hidden, parameters);

            // 3. The sum of changes and of rows.
            var result = await SecureAggregation.SumAsync(new(settings.Context, round, clients, settings.Length), channels, patience, cancellation).ConfigureAwait(false);
            progress?.Report(result);

            // 4. The mean change, by rows; in private training the mean of clients' changes or the step by rows' gradients, with all noise.
            Move(settings, result, parameters);
            clients = [.. clients.Where(client => !result.Gone.ContainsKey(client))];
        }
    }

    private static void Move(AveragingSettings settings, AggregationResult result, double[] parameters)
    {
        var step = 0.0;
        if (settings.Privacy is { } privacy)
        {
            step = privacy.Step(settings, result.Contributors.Count);
        }
        else
        {
            var count = result.Sum[^1];
            if (count is 0 or > AveragingSettings.MostRows) throw new CollabException(AveragingErrors.Diverged, "The numbers of rows of all clients together are none or too many.");
            step = Math.ScaleB(1, -AveragingSettings.Fraction) / count;
        }

        for (var k = 0; k < parameters.Length; k++) parameters[k] += unchecked((long)result.Sum[k]) * step;
        // Made of noisy sums alone: to end for it tells nothing more.
        if (settings.Privacy is not null && !Array.TrueForAll(parameters, x => Math.Abs(x) <= AveragingSettings.LargestParameter))
            throw new CollabException(AveragingErrors.Diverged, $"A parameter is beyond {AveragingSettings.LargestParameter}.");
    }

    // A client whose channel is broken is noticed, and told of, by the sum that follows.
    private static async Task TellAsync(IChannel channel, ModelMessage message, CancellationToken cancellation)
    {
        try
        {
            await channel.SendAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (CollabException)
        {
            return;
        }
    }

    /// <summary>A client's vector: its change of each parameter times its rows, in units of 2^-35, and its rows.</summary>
    internal static ulong[] ChangeOf(AveragingSettings settings, PartyId self, double[] parameters, double[][] rows, double[] labels)
    {
        var network = new Network(settings.Inputs, settings.Hidden, [.. parameters]);
        for (var pass = 0; pass < settings.LocalPasses; pass++) network.Train(rows, labels, settings.Batch, settings.LearningRate);
        var words = new ulong[settings.Length];
        for (var k = 0; k < parameters.Length; k++)
        {
            var change = network.Parameters[k] - parameters[k];
            if (!(Math.Abs(change) <= AveragingSettings.LargestChange)) throw new CollabException(AveragingErrors.Diverged, $"Parameters of {self} changed by more than {AveragingSettings.LargestChange} in one round.", self);
            words[k] = unchecked((ulong)((long)Math.Round(Math.ScaleB(change, AveragingSettings.Fraction)) * rows.Length));
        }

        words[^1] = (ulong)rows.Length;
        return words;
    }
}
