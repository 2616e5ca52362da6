using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Clustering;
using Collab.FederatedLearning.Linear;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.Engine.Models;

/// <summary>A party's part of a clustering: its rows put beside the others', clusters found on shares, and the centres told in the units of the columns (protocols/specs/cluster-job.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's rows.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record ClusterPart(EnginePorts Ports, Plan Plan, ClusterQuestion Question, ModelRows Rows, SnapshotReference Read) : ProtocolPart(Read)
{
    private const string ClusterFork = "cluster", ScalesFork = "scales";
    private const int MostRows = 1 << 20;

    private static readonly StepId ScalesStep = new("cluster.3");

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, ClusterQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!; // every party of the plan is an owner
        using var data = new GrantedData(ports, input);
        var rows = await ModelRows.ReadAsync(data.ReadAsync(cancellation), input, question.KeyRule, question.FeaturesOf(ports.Self), null, (NeedsAll: true, question.SkipsMissing), cancellation);
        return new ClusterPart(ports, plan, question, rows, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var context = ContextOf(Plan, run);
        var places = await RowAlignment.AlignAsync(Ports, Plan, channels, Rows, context, Plan.Digest, cancellation);                  // 1
        if (places.Length < Math.Max(Question.Clusters, Question.MinimumSize) || places.Length > MostRows)
            throw new CollabException(places.Length > MostRows ? ModelErrors.TooLarge : ModelErrors.TooFewRows, $"{places.Length} rows match: too {(places.Length > MostRows ? "many" : "few")} for these clusters.", step: RunSteps.Protocol);
        await using Forks engines = new(channels, Plan.Owners, ClusterFork), scales = new(channels, Plan.Owners, ScalesFork);
        var own = ClusterRows.Of(places.Length, [.. Enumerable.Range(0, Question.FeaturesOf(Ports.Self).Count).Select(j => Rows.Numbers(j, places))]);
        var settings = new ClusterSettings
        {
            StartRows = ClusterSettings.RowsOf(BinaryPrimitives.ReadUInt64LittleEndian(Plan.Digest.ToArray()), Question.Clusters, places.Length),
            Iterations = Question.Iterations, MinimumSize = Question.MinimumSize, WithSizes = Question.TellsSizes,
        };
        await using var joint = await JointEngine.OpenAsync(Plan.Owners, Ports.Self, null, engines.To, Ports.Random, Plan.Security, context, cancellation: cancellation);
        var found = await KMeans.RunAsync(                                                                                        // 2
            joint.Engine, settings, [.. Plan.Owners.Select(owner => Question.FeaturesOf(owner).Count)], own, Plan.Receivers, new Reporter<int>(done => progress(RunSteps.Protocol, done, settings.Iterations)), cancellation);
        await joint.EndAsync(cancellation);

        foreach (var receiver in Plan.Receivers.Where(scales.To.ContainsKey)) await scales.To[receiver].SendAsync(new ScalesMessage([.. own.Columns]), cancellation); // 3
        if (found is null) return null;
        var units = new List<Standardization>();
        foreach (var owner in Plan.Owners)
        {
            Standardization[] told = owner == Ports.Self ? [.. own.Columns] : (await scales.To[owner].ReceiveAsync<ScalesMessage>(ScalesStep, cancellation)).Scales;
            PeerFaultException.ThrowUnless(told.Length == Question.FeaturesOf(owner).Count, owner, ScalesStep, "mean and deviation of each of its columns");
            units.AddRange(told);
        }

        return new JobResult.Clusters(
            Question.Features, [.. found.Centres.Zip(found.Sizes, (centre, size) => new FoundCluster(size, centre is null ? null : [.. centre.Zip(units, (x, unit) => unit.Mean + (unit.Deviation * x))]))]);
    }
}

/// <summary>Step 3: mean and deviation of each of an owner's columns over the rows that match.</summary>
internal sealed record ScalesMessage(Standardization[] Scales) : IMessage<ScalesMessage>
{
    public void Encode(IBufferWriter<byte> destination) =>
        destination.Write(new CanonicalWriter().List(Scales, (w, scale) => w.Int64(BitConverter.DoubleToInt64Bits(scale.Mean)).Int64(BitConverter.DoubleToInt64Bits(scale.Deviation))).Written);

    public static ScalesMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var scales = reader.List((ref r) => new Standardization(BitConverter.Int64BitsToDouble(r.Int64()), BitConverter.Int64BitsToDouble(r.Int64())));
        reader.End();
        return Array.TrueForAll(scales, scale => double.IsFinite(scale.Mean) && double.IsFinite(scale.Deviation) && scale.Deviation > 0)
            ? new(scales)
            : throw new MalformedException("finite means, and deviations above 0");
    }
}
