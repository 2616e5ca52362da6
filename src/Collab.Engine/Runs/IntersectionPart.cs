using System.Buffers.Binary;
using System.Text;
using Collab.Channels;
using Collab.Data.Keys;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi;
using Collab.Psi.Ecdh;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>psi-ecdh/1</c>: its distinct keys, and then sender or receiver (protocols/specs/psi-ecdh.md).</summary>
internal sealed record IntersectionPart(EnginePorts Ports, Plan Plan, KeyList Keys, SnapshotReference Read) : ProtocolPart(Read)
{
    public static async Task<ProtocolPart> PrepareAsync(
        EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation)
    {
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(input, ports.Datasets.Open(input.DatasetId));
        var keys = await KeyReader.ReadAsync(data.ReadAsync(cancellation), input.Key, question.KeyRule, cancellation);
        return new IntersectionPart(ports, plan, keys, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        var peer = Plan.Owners.Single(o => o != Ports.Self);
        var options = new EcdhPsiOptions(ContextOf(Plan, run))
        {
            Parallelism = Environment.ProcessorCount,
            Progress = new ItemReporter(progress),
        };
        if (Plan.Receivers[0] != Ports.Self)
        {
            await EcdhPsi.SendAsync(channels[peer], Keys, Ports.Random, options, cancellation);
            return null;
        }

        var matches = await EcdhPsi.ReceiveAsync(channels[peer], Keys, Ports.Random, options, cancellation);
        return new JobResult.Intersection(Plan.InputOf(Ports.Self)!.Key, [.. matches.Select(i => new Match(Keys.Row(i), PartsOf(Keys[i].Span)))]);
    }

    // The canonical key back into its parts: u32 length and UTF-8 each.
    private static List<string> PartsOf(ReadOnlySpan<byte> key)
    {
        var parts = new List<string>();
        while (!key.IsEmpty)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(key);
            parts.Add(Encoding.UTF8.GetString(key.Slice(4, size)));
            key = key[(4 + size)..];
        }

        return parts;
    }

    private sealed class ItemReporter(StepProgress progress) : IProgress<PsiProgress>
    {
        public void Report(PsiProgress value) => progress(RunSteps.Protocol, value.Done, value.Total);
    }
}
