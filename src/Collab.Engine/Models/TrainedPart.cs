using Collab.Engine.Runs;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>This party's part of the model that a job asks by.</summary>
internal static class TrainedPart
{
    /// <summary>The part, of a training that all parties have committed to.</summary>
    /// <remarks>Another party may ask the moment it sees the last commit, which may be before this node has settled the training: then the ledger is asked, and waited for.</remarks>
    /// <param name="ports">This party's node.</param>
    /// <param name="model">The run that trained it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CollabException"><see cref="ModelErrors.Unknown"/>, also of a training that was ended; <see cref="RunErrors.EarlierUndecided"/>.</exception>
    public static async Task<StoredPart> RequireAsync(EnginePorts ports, Digest model, CancellationToken cancellation)
    {
        var archive = new JobArchive(ports.Store);
        if (archive.FindPendingPart(model, ports.Self) is { } pending
            && archive.FindPlan(pending.Training) is { } training
            && await EarlierRun.CountsAsync(ports, training, model, cancellation))
            return pending;
        return archive.RequirePart(model, ports.Self);
    }
}
