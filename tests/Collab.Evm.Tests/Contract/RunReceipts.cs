using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Tests.Contract;

/// <summary>Receipts of a run of two parties.</summary>
internal static class RunReceipts
{
    /// <summary>A receipt that agrees with the peer's of the same seed.</summary>
    /// <param name="self">Whose.</param>
    /// <param name="peer">The other.</param>
    /// <param name="job">The plan's digest.</param>
    /// <param name="run">The run.</param>
    /// <param name="received">What it says it received: the peer's messages unless a test says otherwise.</param>
    public static Receipt Of(PartyId self, PartyId peer, Digest job, Digest run, string? received = null) => new(
        job, run, self, Some("nonce of " + self), "collab test", null,
        [new(peer, [Line(self.Name)], [Line(received ?? peer.Name)])], null, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static ChannelDigest Line(string messagesOf) => new("", 3, 100, Some("messages of " + messagesOf));

    private static Digest Some(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
