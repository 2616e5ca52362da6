using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Engine.Runs;

/// <content>A join: matches with columns of the other owner.</content>
internal sealed partial record IntersectionPart
{
    private const string LabelsFork = "labels";

    private static readonly StepId LabelsStep = new("intersection.1");

    private async Task<JobResult?> JoinAsync(IChannel channel, Reveal.Join join, Digest context, StepProgress progress, CancellationToken cancellation)
    {
        var fork = channel.Fork(LabelsFork);
        if (Labels is { } labels)
        {
            await using (fork) await fork.SendAsync(new LabelSizeMessage(labels.Size), cancellation);                   // 1 →
            await LabelledPsi.SendAsync(
                channel, Rows.Keys, labels.Pack(), labels.Size, Ports.Random, VoleOptions(context, progress), cancellation); // 2
            return null;
        }

        int size;
        await using (fork) size = (await fork.ReceiveAsync<LabelSizeMessage>(LabelsStep, cancellation)).Size;           // 1 ←
        var matches = await LabelledPsi.ReceiveAsync(channel, Rows.Keys, size, Ports.Random, VoleOptions(context, progress), cancellation); // 2
        return new IntersectionOutcome(Question, Plan.InputOf(Ports.Self)!, Rows).Of(join, matches.Rows, matches.Labels, size);
    }
}
