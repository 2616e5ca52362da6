using Collab.Channels;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Features.Joint;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.Engine.Models;

/// <summary>Features that a recipe makes of a party's columns: fitted on the rows of training, with the label owner where weights of evidence are wanted, and applied (protocols/specs/train.md, step 2).</summary>
internal static class RecipeFeatures
{
    private const string CountFork = "counts", PairFork = "counts-pair";

    /// <summary>Fits the recipes: this party's own, and for others' the label owner's help.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="question">Its question.</param>
    /// <param name="rows">This party's rows.</param>
    /// <param name="train">The keys of the rows of training, in order.</param>
    /// <param name="channels">To the other owners.</param>
    /// <param name="context">Names the run.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>This party's fitted recipe; null where it has none.</returns>
    public static async Task<FittedRecipe?> FitAsync(
        EnginePorts ports, Plan plan, TrainingQuestion question, ModelRows rows, ReadOnlyMemory<int> train, IReadOnlyDictionary<PartyId, IChannel> channels, Digest context, CancellationToken cancellation)
    {
        FittedRecipe? fitted = null;
        foreach (var owner in plan.Owners)
        {
            if (question.RecipeOf(owner) is not { } bytes) continue;
            var recipe = FeatureRecipe.Decode(bytes.Span);
            if (owner == ports.Self) fitted = await FitOwnAsync(ports, question, recipe, rows, train, channels, context, cancellation);
            else if (question.Label.Of == ports.Self && recipe.Steps.Any(step => step.Transformation is WeightOfEvidence))
                await WithPairAsync(ports, owner, question, channels[owner], context, async (channel, engine, settings, options) =>
                {
                    await JointCounts.AssistAsync(channel, engine, settings, rows.Labels(train.Span), ports.Random, options, cancellation);
                    return true;
                }, cancellation);
        }

        return fitted is null ? null : await WithoutConstantAsync(fitted, ports.Self, rows, train);
    }

    // A level that hardly any row has, an indicator of values of which none is missing, a weight that is the same for all bins: nothing can be learned of it, and it is left out.
    private static async Task<FittedRecipe> WithoutConstantAsync(FittedRecipe fitted, PartyId self, ModelRows rows, ReadOnlyMemory<int> train)
    {
        var features = await ApplyAsync(fitted, rows, train);
        int[] constant = [.. Enumerable.Range(0, features.Length).Where(j => features[j].AsSpan().ContainsAnyExcept(features[j][0]) is false)];
        return constant.Length < features.Length
            ? fitted.Without(constant)
            : throw new CollabException(FeatureErrors.ColumnConstant, $"Every feature that {self}'s recipe makes is the same in all rows of training.", self);
    }

    /// <summary>A party's features of some rows: columns of numbers.</summary>
    /// <param name="recipe">Its fitted recipe.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="keys">Which, in order.</param>
    public static async Task<double[][]> ApplyAsync(FittedRecipe recipe, ModelRows rows, ReadOnlyMemory<int> keys)
    {
        var (features, unit, at) = (recipe.Features.Select(_ => new double[keys.Length]).ToArray(), Math.Pow(10, recipe.Scale), 0);
        await foreach (var batch in new RecipeRows(rows, recipe.Inputs, keys).ReadAsync(recipe.Inputs, CancellationToken.None))
        {
            var made = recipe.Apply(batch);
            for (var j = 0; j < features.Length; j++)
            {
                var values = ((NumberColumn)made.Columns[j]).Values.Span;
                for (var i = 0; i < values.Length; i++) features[j][at + i] = values[i] / unit;
            }

            at += batch.RowCount;
        }

        return features;
    }

    private static async Task<FittedRecipe> FitOwnAsync(
        EnginePorts ports, TrainingQuestion question, FeatureRecipe recipe, ModelRows rows, ReadOnlyMemory<int> train, IReadOnlyDictionary<PartyId, IChannel> channels, Digest context, CancellationToken cancellation)
    {
        var own = new RecipeRows(rows, [.. recipe.Steps.Select(step => step.Column)], train);
        var prepared = await RecipeFitting.PrepareAsync(recipe, own, cancellation: cancellation);
        if (prepared.Open.Count == 0) return prepared.Finish();
        var bins = await prepared.BinAsync(0, prepared.Open.Count, own, cancellation);
        if (question.Label.Of == ports.Self) return prepared.Finish([.. bins.Select(column => LabelCounting.Of(column, rows.Labels(train.Span)))]);
        return prepared.Finish(await WithPairAsync(ports, question.Label.Of, question, channels[question.Label.Of], context,
            (channel, engine, settings, options) => JointCounts.CountAsync(channel, engine, settings, bins, ports.Random, options, cancellation), cancellation));
    }

    // The label owner and the owner of bins, in the order of their names, with an engine of the two.
    private static async Task<T> WithPairAsync<T>(
        EnginePorts ports, PartyId peer, TrainingQuestion question, IChannel line, Digest context,
        Func<IChannel, SecretSharing.Vectors.IVectorEngine, JointCountSettings, ColumnWiseOptions, Task<T>> run, CancellationToken cancellation)
    {
        await using var channel = line.Fork(CountFork);
        await using var pair = line.Fork(PairFork);
        PartyId[] parties = [.. new[] { ports.Self, peer }.Order()];
        var named = Digest.Of("collab-joint-counts-run-1", new CanonicalWriter().Digest(context).Party(parties[0]).Party(parties[1]).Written);
        await using var joint = await JointEngine.OpenAsync(
            parties, ports.Self, null, new Dictionary<PartyId, IChannel> { [peer] = pair }, ports.Random, SecurityModel.SemiHonest, named, cancellation: cancellation);
        var result = await run(channel, joint.Engine, new(question.LeastOfEach), new() { Parallelism = Environment.ProcessorCount });
        await joint.EndAsync(cancellation);
        return result;
    }
}
