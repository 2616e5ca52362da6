using Collab.Channels;
using Collab.Engine.Runs;
using Collab.Primitives;

namespace Collab.Node.Hosting;

/// <summary>
/// Two parties of a run meet on a line. A node may accept a line before it has begun the run, and be stopped and started again: a line
/// that ends before both hellos have passed carried nothing, and another takes its place. A refusal is an answer and ends the meeting.
/// </summary>
/// <remarks>
/// When only one of the two has both hellos, it holds a connection whose line is gone: that connection fails, its run ends with the
/// fault, and the party that meets again learns it from the ledger. A connection that stood is never mended here.
/// </remarks>
internal sealed class Meeting(PartyId self, PartyId peer, Digest context, ChannelOptions options)
{
    /// <summary>Time for a node that was started again to listen, and within the product's promise of 30 seconds with what follows.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Opens the channel on the first line that lasts until both hellos have passed.</summary>
    /// <param name="nextLine">Dials, or waits for, one line; a party that is not there may be starting.</param>
    /// <param name="cancellation">Ends the meeting.</param>
    /// <exception cref="ChannelException">At the limit: the last line closed, or no line came.</exception>
    /// <exception cref="ProtocolException">The peer refused, or is refused; at once.</exception>
    public async Task<ChannelConnection> OpenAsync(Func<CancellationToken, Task<IFrameTransport>> nextLine, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        ChannelException? broken = null;
        try
        {
            while (true)
            {
                try
                {
                    var line = await nextLine(either.Token);
                    return await ChannelConnection.OpenAsync(line, self, peer, context, options, either.Token);
                }
                catch (ChannelException e) when (e.Code == ChannelException.Closed)
                {
                    broken = e;
                }
                catch (CollabException e) when (e.Code.Name == Wire.Party.PartyClient.Unreachable.Name)
                {
                    // It may be starting.
                }

                await Task.Delay(Interval, options.Time, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw broken is null
                ? new ChannelException(ChannelException.Silent, peer, $"{peer} did not open its channel in time.", RunSteps.Connect)
                : new ChannelException(
                    ChannelException.Closed, peer, $"{peer} closed the line before its channel was open, and opened none in time.", RunSteps.Connect, broken);
        }
    }
}
