using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Unbalanced;

namespace Collab.Engine.Runs;

/// <content>A few keys against many: rows, or columns of the other owner for them.</content>
internal sealed partial record IntersectionPart
{
    private const string SizesFork = "sizes";

    private async Task<JobResult?> AskManyAsync(IChannel channel, CancellationToken cancellation)
    {
        var (own, most) = (Rows.Keys.Count, PlaysReceiver ? UnbalancedParameters.LargestReceiver : UnbalancedParameters.LargestSender);
        if (own > most) throw new CollabException(RunErrors.RecordsUnsuited, $"This protocol takes at most {most} keys of {Ports.Self}.", Ports.Self, RunSteps.Read);
        PaddedSizeMessage mine = new((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, own)), Labels?.Size ?? 0), theirs;
        var fork = channel.Fork(SizesFork);
        await using (fork)
        {
            await fork.SendAsync(mine, cancellation);                                                                   // 1 ↔
            theirs = await fork.ReceiveAsync<PaddedSizeMessage>(CountsStep, cancellation);
        }

        var isJoin = Question.Reveal is Reveal.Join;
        var there = PlaysReceiver ? UnbalancedParameters.LargestSender : UnbalancedParameters.LargestReceiver;
        PeerFaultException.ThrowUnless(theirs.Count <= there, channel.Peer, CountsStep, $"at most {there} keys");
        PeerFaultException.ThrowUnless(
            PlaysReceiver && isJoin ? theirs.LabelSize is > 0 and <= JoinLabels.Largest : theirs.LabelSize == 0, channel.Peer, CountsStep, "labels where columns are told");
        var options = new UnbalancedPsiOptions { Parallelism = Environment.ProcessorCount };
        if (PlaysReceiver)
        {
            var parameters = await Task.Run(() => UnbalancedSearch.Find(mine.Count, theirs.Count, theirs.LabelSize), cancellation);
            var matches = await UnbalancedPsi.QueryAsync(channel, parameters, Rows.Keys, Ports.Random, options, cancellation); // 2
            var outcome = new IntersectionOutcome(Question, Plan.InputOf(Ports.Self)!, Rows);
            return Question.Reveal is Reveal.Join join ? outcome.Of(join, matches.Rows, matches.Labels, theirs.LabelSize) : outcome.Of(matches.Rows, []);
        }

        using var database = await Task.Run(() => DatabaseFor(UnbalancedSearch.Find(theirs.Count, mine.Count, mine.LabelSize), channel.Peer), cancellation);
        await UnbalancedPsi.AnswerAsync(channel, database, options, cancellation);                                      // 2
        return null;
    }

    // A job of several runs keeps what takes time between them.
    private SenderDatabase DatabaseFor(UnbalancedParameters parameters, PartyId receiver)
    {
        ReadOnlyMemory<byte> labels = Labels?.Pack();
        return Plan.Uses > 1 && Ports.Standing is { } standing
            ? SenderDatabase.Open(standing.Of(Plan.Digest, receiver), standing.Key, parameters, Rows.Keys, labels, Ports.Random, Environment.ProcessorCount).Database
            : SenderDatabase.Create(parameters, Rows.Keys, labels, Ports.Random, Environment.ProcessorCount);
    }
}

/// <summary>Step 1: a number of keys, rounded up to a power of two, and the size of labels, 0 for none.</summary>
internal sealed record PaddedSizeMessage(int Count, int LabelSize) : IMessage<PaddedSizeMessage>
{
    private const int Size = 8;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], LabelSize);
        destination.Advance(Size);
    }

    public static PaddedSizeMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a number of keys and the size of labels");
        var (count, label) = (BinaryPrimitives.ReadInt32LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[4..]));
        return count > 0 && BitOperations.IsPow2(count) && label >= 0 ? new(count, label) : throw new MalformedException("a power of two, and a size");
    }
}
