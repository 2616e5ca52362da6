using Collab.Channels;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Linear;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.FederatedLearning.Trees.Secret;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.Engine.Models;

/// <summary>A party's part of a training: its rows put beside the others', a model trained on them, and its own part of it kept (protocols/specs/train.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record TrainingPart(EnginePorts Ports, Plan Plan, TrainingQuestion Question, ModelRows Rows, SnapshotReference Read) : ProtocolPart(Read)
{
    private const string AgreeFork = "agree", TrainFork = "train";
    private const int MostPieces = 10;

    private static readonly StepId AttemptStep = new("train.0");
    private static readonly StepId AgreeStep = new("train.2"), PartStep = new("train.4"), WholeStep = new("train.5");

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, TrainingQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(ports, input);
        var rows = await ModelRows.ReadAsync(
            data.ReadAsync(cancellation), input, question.KeyRule, question.FeaturesOf(ports.Self), question.Label.Of == ports.Self ? question.Label : null,
            (NeedsAll: question.Model is ModelChoice.Linear && question.RecipeOf(ports.Self) is null, question.SkipsMissing), cancellation);
        return new TrainingPart(ports, plan, question, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        await using var others = new Forks(channels, Plan.Owners, AgreeFork);
        return await RunAttemptAsync(channels, others.To, run, progress, cancellation);
    }

    /// <summary>Adds what passed in the stages that earlier attempts finished.</summary>
    public override IReadOnlyList<Conversation> Account(IReadOnlyList<Conversation> conversations) => [.. conversations.Select(c => c with
    {
        Sent = [.. c.Sent.Concat(_earlier.Where(note => note.Peer == c.Peer).SelectMany(note => note.Passed.Sent)).OrderBy(line => line.Label, StringComparer.Ordinal)],
        Received = [.. c.Received.Concat(_earlier.Where(note => note.Peer == c.Peer).SelectMany(note => note.Passed.Received)).OrderBy(line => line.Label, StringComparer.Ordinal)],
    })];

    /// <summary>The job that the model is trained by: the plan, or the pipeline that it is a step of.</summary>
    public Digest Job { get; init; } = Plan.Digest;

    private readonly List<(PartyId Peer, BucketNote Passed)> _earlier = [];

    private async Task<JobResult?> RunAttemptAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyDictionary<PartyId, IChannel> others, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var state = new TrainingState(Ports.Store, run);
        state.BeginAttempt();
        var begun = await EachAsync(others, new AttemptBegun(new Digest(Ports.Random.Bytes(Digest.Size)), state.Stage), AttemptStep, cancellation); // 0
        var (attempt, stage) = (AttemptBegun.ContextOf(ContextOf(Plan, run), Plan.Owners.Select(owner => begun[owner])), begun.Values.Min(message => message.Stage));
        foreach (var peer in others.Keys) _earlier.AddRange(state.PassedWith(peer, stage).Select(note => (peer, note)));
        IReadOnlyDictionary<PartyId, BucketNote> Passed(string fork) => others.Keys.ToDictionary(peer => peer, peer => BucketNote.Of(this.Passed!(peer), fork, attempt));
        if (stage == 0)
        {
            state.PutPlaces(await RowAlignment.AlignAsync(Ports, Plan, channels, Rows, attempt, Plan.Digest, cancellation), Passed(RowAlignment.Fork));  // 1
            stage = 1;
        }

        var places = state.Places;
        var train = places.AsMemory(0, places.Length - ((int)((long)places.Length * Question.TestPercent / 100)));
        if (train.Length < Question.MinimumRows)
            throw new CollabException(ModelErrors.TooFewRows, $"{train.Length} rows are there to train on, fewer than the {Question.MinimumRows} that the job asks for.", step: RunSteps.Protocol);

        var recipe = await RecipeFeatures.FitAsync(Ports, Plan, Question, Rows, train, channels, attempt, cancellation);             // 2, alike in every attempt
        var brought = recipe?.Features.Count ?? Question.FeaturesOf(Ports.Self).Count;
        var columns = await EachAsync(others, new ColumnsMessage(brought), AgreeStep, cancellation);                                 // 2
        var (part, losses) = Question.Model is ModelChoice.Trees trees
            ? (trees.IsHidden ? await TrainHiddenTreesAsync(channels, others, trees, train, attempt, progress, cancellation) : await TrainTreesAsync(channels, trees, train, progress, cancellation), Array.Empty<double>())
            : await TrainLinearAsync(channels, [.. Plan.Owners.Select(owner => columns[owner].Columns)], recipe, train, attempt, state, stage, Passed, progress, cancellation); // 3
        var stored = new StoredPart(Job, run, Ports.Self, new Digest(Ports.Random.Bytes(Digest.Size)), part) { Recipe = recipe?.Encode() };
        var archive = new JobArchive(Ports.Store);
        archive.PutPart(stored);
        var parts = await EachAsync(others, new PartMessage(stored.Commitment), PartStep, cancellation);                             // 4
        await TellWholeAsync(others, stored, parts, archive, cancellation);                                                           // 5
        return !Plan.Receivers.Contains(Ports.Self) ? null : new JobResult.Model(new ModelCard(
            Job, run, train.Length, places.Length - train.Length,
            [.. Plan.Owners.Select(owner => new ModelPartReference(owner, columns[owner].Columns, parts[owner].Commitment))], losses));
    }

    /// <summary>Step 5: those who get the whole model get every part, each the one that its owner has just committed to.</summary>
    private async Task TellWholeAsync(
        IReadOnlyDictionary<PartyId, IChannel> others, StoredPart own, IReadOnlyDictionary<PartyId, PartMessage> committed, JobArchive archive, CancellationToken cancellation)
    {
        foreach (var party in Question.WholeTo.Where(others.ContainsKey)) await others[party].SendAsync(new WholePartMessage(own), cancellation);
        if (!Question.WholeTo.Contains(Ports.Self)) return;
        foreach (var (owner, channel) in others)
        {
            var part = (await channel.ReceiveAsync<WholePartMessage>(WholeStep, cancellation)).Part;
            PeerFaultException.ThrowUnless(part.Of == owner && part.Model == own.Model && part.Commitment == committed[owner].Commitment, owner, WholeStep, "the part that it committed to");
            archive.PutPart(part);
        }
    }

    /// <summary>Each owner tells all others the same; what all say, this one included.</summary>
    private async Task<Dictionary<PartyId, T>> EachAsync<T>(IReadOnlyDictionary<PartyId, IChannel> others, T own, StepId step, CancellationToken cancellation)
        where T : IMessage<T>
    {
        var all = new Dictionary<PartyId, T> { [Ports.Self] = own };
        foreach (var channel in others.Values) await channel.SendAsync(own, cancellation);
        foreach (var (owner, channel) in others) all[owner] = await channel.ReceiveAsync<T>(step, cancellation);
        return all;
    }

    // In pieces, each on a fork and an engine of its own: where one ended, an attempt with other randomness goes on.
    private async Task<(byte[] Part, double[] Losses)> TrainLinearAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, int[] columns, FittedRecipe? recipe, ReadOnlyMemory<int> train, Digest attempt, TrainingState state, int stage,
        Func<string, IReadOnlyDictionary<PartyId, BucketNote>> passed, StepProgress progress, CancellationToken cancellation)
    {
        var settings = ModelSettings.Of((ModelChoice.Linear)Question.Model);
        var features = recipe is null
            ? [.. Enumerable.Range(0, columns[Plan.Owners.ToList().IndexOf(Ports.Self)]).Select(j => Rows.Numbers(j, train.Span))]
            : await RecipeFeatures.ApplyAsync(recipe, Rows, train);
        var own = LinearRows.Of(
            settings.Family, train.Length, features,
            Question.Label.Of == Ports.Self ? Rows.Labels(train.Span) : null);
        var length = (settings.Epochs + MostPieces - 1) / MostPieces;
        while (true)
        {
            var from = state.CheckpointOf(stage);
            var (epoch, fork) = (from?.Epochs ?? 0, $"{TrainFork}-{stage}");
            await using var forks = new Forks(channels, Plan.Owners, fork);
            try
            {
                await using var joint = await JointEngine.OpenAsync(
                    Plan.Owners, Ports.Self, null, forks.To, Ports.Random, Plan.Security, Digest.Of("collab.train.piece.v1", new CanonicalWriter().Digest(attempt).Byte((byte)stage).Written),
                    cancellation: cancellation);
                var reporter = new Reporter<double>(loss => progress(RunSteps.Protocol, ++epoch, settings.Epochs, loss));
                if (epoch + length >= settings.Epochs)
                {
                    var part = await LinearTraining.RunAsync(joint.Engine, settings, columns, Question.Label.Of, own, reporter, from, cancellation);
                    await joint.EndAsync(cancellation);
                    return (part.Encode(), [.. part.Losses]);
                }

                var checkpoint = await LinearTraining.RunUntilAsync(joint.Engine, settings, columns, Question.Label.Of, own, epoch + length, Ports.Random, reporter, from, cancellation);
                await joint.EndAsync(cancellation);
                state.PutPiece(++stage, checkpoint, passed(fork));
                checkpoint.Zero();
            }
            finally
            {
                from?.Zero();
            }
        }
    }

    private async Task<byte[]> TrainTreesAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, ModelChoice.Trees trees, ReadOnlyMemory<int> train, StepProgress progress, CancellationToken cancellation)
    {
        var settings = ModelSettings.Of(trees);
        BinnedColumn[] columns = [.. Question.FeaturesOf(Ports.Self).Select((name, j) => Binned(Question.NameOf(new(Ports.Self, name)), j, trees.Bins, train.Span))];
        var options = new ColumnWiseOptions { Parallelism = Environment.ProcessorCount, Progress = new Reporter<int>(done => progress(RunSteps.Protocol, done, settings.Trees)) };
        if (Question.Label.Of != Ports.Self)
        {
            await using var channel = channels[Question.Label.Of].Fork(TrainFork);
            return (await ColumnWiseTrees.AssistAsync(channel, settings, columns, Ports.Random, options, cancellation)).Encode();
        }

        await using var owners = new Forks(channels, Plan.Owners, TrainFork);
        return (await ColumnWiseTrees.TrainAsync(owners.InOrder, settings, columns, Rows.Labels(train.Span), Ports.Random, options, cancellation)).Encode();
    }

    private async Task<byte[]> TrainHiddenTreesAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyDictionary<PartyId, IChannel> others, ModelChoice.Trees trees, ReadOnlyMemory<int> train, Digest attempt, StepProgress progress,
        CancellationToken cancellation)
    {
        var settings = ModelSettings.Of(trees);
        BinnedColumn[] columns = [.. Question.FeaturesOf(Ports.Self).Select((name, j) => Binned(Question.NameOf(new(Ports.Self, name)), j, trees.Bins, train.Span))];
        var shapes = await EachAsync(others, new ShapesMessage([.. columns.Select(column => new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory))]), AgreeStep, cancellation); // 2
        foreach (var (owner, told) in shapes) PeerFaultException.ThrowUnless(told.Features.Length == Question.FeaturesOf(owner).Count, owner, AgreeStep, "the bins of each of its columns");
        await using var forks = new Forks(channels, Plan.Owners, TrainFork);
        await using var joint = await JointEngine.OpenAsync(Plan.Owners, Ports.Self, null, forks.To, Ports.Random, Plan.Security, attempt, cancellation: cancellation);
        using var part = await SecretTrees.TrainAsync(
            joint.Engine, settings, [.. Plan.Owners.Select(owner => shapes[owner].Features)], Question.Label.Of, columns, Question.Label.Of == Ports.Self ? Rows.Labels(train.Span) : null, train.Length,
            new Reporter<int>(done => progress(RunSteps.Protocol, done, settings.Trees)), cancellation);
        var kept = await KeptSecretTrees.TakeAsync(joint.Engine, part, [.. columns.Select(column => column.Bins)], Ports.Random, cancellation);
        await joint.EndAsync(cancellation);
        return kept.Encode();
    }

    private BinnedColumn Binned(string name, int feature, int bins, ReadOnlySpan<int> train)
    {
        if (Rows.IsText(feature))
        {
            var texts = Rows.Texts(feature, train);
            return BinnedColumn.Of(FeatureBins.OfCategories(name, texts), texts);
        }

        var numbers = Rows.Numbers(feature, train);
        return BinnedColumn.Of(FeatureBins.EqualFrequency(name, numbers, bins), numbers);
    }
}
