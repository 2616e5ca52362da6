using Collab.Channels;
using Collab.Engine.Ports;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>
/// What each step of a run sends and receives, peer by peer (protocols/specs/run.md, "What passes in each step"). What passed since it last looked
/// counts for the step that was then under way; a step's sums only grow, so whoever misses one report has lost nothing with the next.
/// </summary>
/// <param name="clock">When it looks by itself, while a step goes on.</param>
/// <param name="tell">Is told a step's sums whenever they have grown; never twice at once.</param>
internal sealed class TrafficMeter(TimeProvider clock, Action<StepId, IReadOnlyList<PeerTraffic>> tell)
{
    // Two reports a second follow a run well enough, and cost nothing beside the messages that they count.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<StepId, SortedDictionary<PartyId, ChannelUsage>> _sums = [];
    private Func<IReadOnlyDictionary<PartyId, ChannelUsage>>? _usage;
    private Dictionary<PartyId, ChannelUsage> _seen = [];
    private StepId? _step;

    /// <summary>A step begins, or goes on after another.</summary>
    public void Enter(StepId step)
    {
        lock (_gate)
        {
            if (step == _step) return;
            Look();
            _step = step;
        }
    }

    /// <summary>Follows the channels of one connection with all peers until it is disposed, which must be before they close.</summary>
    /// <param name="usage">What has passed with each peer on these channels so far.</param>
    public IAsyncDisposable Follow(Func<IReadOnlyDictionary<PartyId, ChannelUsage>> usage)
    {
        lock (_gate) (_usage, _seen) = (usage, []);
        return new Following(this, new PeriodicTimer(Interval, clock));
    }

    private void Look()
    {
        if (_usage is null || _step is null) return;
        var grown = false;
        foreach (var (peer, now) in _usage())
        {
            var passed = now - _seen.GetValueOrDefault(peer);
            _seen[peer] = now;
            if (passed == default) continue;
            if (!_sums.TryGetValue(_step, out var sums)) _sums.Add(_step, sums = []);
            sums[peer] = sums.GetValueOrDefault(peer) + passed;
            grown = true;
        }

        if (grown) tell(_step, [.. _sums[_step].Select(of => new PeerTraffic(of.Key, of.Value))]);
    }

    private sealed class Following : IAsyncDisposable
    {
        private readonly TrafficMeter _meter;
        private readonly PeriodicTimer _timer;
        private readonly Task _looking;

        public Following(TrafficMeter meter, PeriodicTimer timer)
        {
            (_meter, _timer) = (meter, timer);
            _looking = LookAsync();
        }

        public async ValueTask DisposeAsync()
        {
            _timer.Dispose();
            await _looking;
            lock (_meter._gate)
            {
                _meter.Look();
                _meter._usage = null;
            }
        }

        private async Task LookAsync()
        {
            while (await _timer.WaitForNextTickAsync())
            {
                lock (_meter._gate) _meter.Look();
            }
        }
    }
}
