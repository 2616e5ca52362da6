using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Ports;

/// <summary>Where a released result goes, at a receiver. Called once all parties' commits are final, never before.</summary>
public interface IResultSink
{
    /// <summary>Writes the result and the opening of its commitment; complete files or none. Writing the same run again changes nothing.</summary>
    void Release(Plan plan, Digest run, SealedResult result);
}

/// <summary>Where the engine notes what it will try again.</summary>
public interface IEngineLog
{
    /// <summary>Notes a failure at a job.</summary>
    void Report(Digest job, CollabException failure);
}
