using Collab.Channels;
using Collab.FederatedLearning.Evaluation;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Evaluation;

/// <summary>Rows to evaluate on, in clear and jointly.</summary>
internal sealed record EvaluationRun(EvaluationSettings Settings, long[] Labels, long[] Scores, bool[]? Counting = null)
{
    private static readonly PartyId Dealing = PartyId.Parse("dealer");

    /// <summary>Rows by chance: scores with ties that speak for their label, some of which do not count.</summary>
    public static EvaluationRun Of(EvaluationSettings settings, int rows, int distinct, bool allCount, int seed = 1)
    {
        var random = new Random(seed);
        var unit = Math.Max(1, 2 * settings.Format.Limit / distinct);
        long Within(double x) => Math.Clamp((long)(x * distinct / 2) * unit, 1 - settings.Format.Limit, settings.Format.Limit - 1);
        var labels = new long[rows];
        var scores = new long[rows];
        for (var i = 0; i < rows; i++)
        {
            var x = (random.NextDouble() * 1.4) - 0.7;
            labels[i] = settings.Task == EvaluationTask.Classification ? (random.NextDouble() < 0.5 + (x / 2) ? 1 : 0) : Within(x + ((random.NextDouble() - 0.5) / 2));
            scores[i] = Within(x);
        }

        return new(settings, labels, scores, allCount ? null : [.. labels.Select(_ => random.NextDouble() < 0.8)]);
    }

    /// <summary>The result in clear.</summary>
    public EvaluationResult Plain() => PlainEvaluation.Run(Settings, Labels, Scores, Counting);

    /// <summary>What each party has at the end of a joint evaluation: scores in as many random parts as there are parties, labels at the last, what counts shared by the first.</summary>
    public async Task<IReadOnlyList<PartyRun<EvaluationResult?>>> JointlyAsync(int parties, bool dealt = false, int[]? receivers = null, ChannelFault? fault = null, SecurityModel security = SecurityModel.SemiHonest)
    {
        var names = Parties.Named(parties);
        var runs = await Parties.RunAsync(dealt ? [.. names, Dealing] : names, (self, channels) => AtAsync(names, self, channels, dealt, receivers ?? [0], security), fault: fault);
        return [.. names.Select(name => runs[name])];
    }

    private async Task<EvaluationResult?> AtAsync(
        PartyId[] names, PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, bool dealt, int[] receivers, SecurityModel security)
    {
        var token = TestContext.Current.CancellationToken;
        var place = Array.IndexOf(names, self);
        if (place < 0)
        {
            await Dealer.ServeAsync(channels[names[0]], channels[names[1]], RandomSource.Seeded(9));
            return null;
        }

        await using var joint = await JointEngine.OpenAsync(
            names, self, dealt ? Dealing : null, channels, RandomSource.Seeded(place), security, Digest.Of("collab.test.evaluation", []), cancellation: token);
        var engine = joint.Engine;
        var scores = await engine.InputAsync(names[0], place == 0 ? Array.ConvertAll(Scores, s => unchecked((ulong)s)) : null, Scores.Length, token);
        var counting = Counting is null ? null : await engine.InputAsync(names[0], place == 0 ? Array.ConvertAll(Counting, c => c ? 1UL : 0) : null, Scores.Length, token);
        using var rows = await EvaluationRows.JoinAsync(engine, Settings, scores, names[^1], place == names.Length - 1 ? Labels : default, counting, token);
        var result = await JointEvaluation.RunAsync(engine, Settings, rows, [.. receivers.Select(receiver => names[receiver])], token);
        await joint.EndAsync(token);
        return result;
    }
}
