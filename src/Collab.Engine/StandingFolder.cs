using Collab.Primitives;

namespace Collab.Engine;

/// <summary>Where a node keeps what standing jobs need from one run to the next, a folder for each job, and the key of the secrets in it.</summary>
/// <param name="Path">The folder of all; its owner alone may enter it.</param>
/// <param name="Key">32 bytes; lives as long as the node.</param>
public sealed record StandingFolder(string Path, SecretBytes Key)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder of a job, for what it shares with one other party; made when it is not there.</summary>
    public string Of(Digest job, PartyId peer)
    {
        var ofJob = System.IO.Path.Combine(Path, job.ToString());
        var folder = System.IO.Path.Combine(ofJob, peer.Name);
        foreach (var path in new[] { Path, ofJob, folder }) Directory.CreateDirectory(path, OwnerOnly);
        return folder;
    }
}
