using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>What passed in a bucket that both parties finished, kept with it on the disk: the receipt of a later attempt accounts for it.</summary>
/// <param name="Sent">A line for each sub-channel of the bucket, labelled with its attempt.</param>
/// <param name="Received">As sent.</param>
internal sealed record BucketNote(IReadOnlyList<ChannelDigest> Sent, IReadOnlyList<ChannelDigest> Received)
{
    /// <summary>The lines of one bucket of a connection.</summary>
    /// <param name="passed">All that passed so far.</param>
    /// <param name="bucket">The label of the bucket's channel.</param>
    /// <param name="attempt">What names the attempt, the same at both parties.</param>
    public static BucketNote Of(Transcript passed, string bucket, Digest attempt)
    {
        return new(Lines(passed.Sent), Lines(passed.Received));

        List<ChannelDigest> Lines(DirectionTranscript direction) => [.. direction.Channels
            .Where(c => c.Label == bucket || c.Label.StartsWith($"{bucket}/", StringComparison.Ordinal))
            .Select(c => new ChannelDigest($"attempt-{attempt.Short}/{c.Label}", (ulong)c.Messages, (ulong)c.Bytes, c.Digest))];
    }

    public static BucketNote Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var note = new BucketNote(reader.List((ref r) => ChannelDigest.Decode(ref r)), reader.List((ref r) => ChannelDigest.Decode(ref r)));
        reader.End();
        return note;
    }

    public byte[] Encode() => new CanonicalWriter().List(Sent, ChannelDigest.Encode).List(Received, ChannelDigest.Encode).ToArray();
}
