using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Ports;

/// <summary>Is told what happens to jobs, in order; people and scripts watch through it. It must not block.</summary>
public interface IJobObserver
{
    /// <summary>Something happened.</summary>
    void Observe(JobEvent happened);
}

/// <summary>One thing that happened to a job at this node.</summary>
/// <param name="Time">When.</param>
/// <param name="Job">The plan's digest.</param>
/// <param name="Run">The run, when there is one.</param>
/// <param name="Kind">What.</param>
/// <param name="Step">The step that is entered or goes on.</param>
/// <param name="Done">Items done, for <see cref="JobEventKind.Progress"/>.</param>
/// <param name="Total">Items in all, for <see cref="JobEventKind.Progress"/>.</param>
/// <param name="Party">The party it is about, when it is about one.</param>
/// <param name="Fault">The failure, for <see cref="JobEventKind.Aborted"/> and <see cref="JobEventKind.Closed"/>.</param>
/// <param name="Loss">The loss of a training so far, for <see cref="JobEventKind.Progress"/> where its protocol opens it.</param>
/// <param name="Traffic">What the step has sent and received so far, for <see cref="JobEventKind.Traffic"/>.</param>
public sealed record JobEvent(
    DateTimeOffset Time, Digest Job, Digest? Run, JobEventKind Kind, StepId? Step = null, long Done = 0, long Total = 0,
    PartyId? Party = null, Fault? Fault = null, double? Loss = null, IReadOnlyList<PeerTraffic>? Traffic = null);

/// <summary>What passed with one peer.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Usage">Messages and payload bytes, each way.</param>
public sealed record PeerTraffic(PartyId Peer, ChannelUsage Usage);

/// <summary>The kinds of events.</summary>
public enum JobEventKind
{
    /// <summary>A plan arrived and was checked.</summary>
    Proposed,

    /// <summary>It waits for a person at this node.</summary>
    AwaitsApproval,

    /// <summary>An owner granted it.</summary>
    Approved,

    /// <summary>No run will start any more.</summary>
    Closed,

    /// <summary>A step of a run begins.</summary>
    Step,

    /// <summary>A step of a run goes on.</summary>
    Progress,

    /// <summary>A step of a run has sent or received more; its sums, which take the place of those told before.</summary>
    Traffic,

    /// <summary>All parties committed; the result is released to its receivers.</summary>
    Committed,

    /// <summary>The run ended before that.</summary>
    Aborted,
}
