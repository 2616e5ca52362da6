using Collab.Channels;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>One party of a protocol that is measured, with its input made beforehand.</summary>
internal interface IBenchParty : IDisposable
{
    /// <summary>The party's part; this is what is measured.</summary>
    /// <param name="channel">To the other party; closed, with the transcripts compared, within the measured time.</param>
    /// <param name="context">New in every run.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation);

    /// <summary>Whether what this party has is right, by the plain answer; both parties call it, and nothing of it is measured.</summary>
    /// <param name="channel">Another channel, on which a party may show the other what it has.</param>
    /// <param name="cancellation">Ends the check.</param>
    Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation);
}
