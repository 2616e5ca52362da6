using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>What the verifier of archives finds wrong beside what it finds in bundles (<see cref="EvidenceErrors"/>).</summary>
public static class ArchiveErrors
{
    private const string AskAll = "Keep all files; ask every party for an archive of its own and show them the two that contradict each other.";

    /// <summary>The log of a member is not in the archive.</summary>
    public static readonly ErrorCode LogMissing = new(
        "log.missing", ErrorKind.Evidence, "Ask the party that exported it for an archive of all logs.");

    /// <summary>Two files hold states of one log that cannot both be true.</summary>
    public static readonly ErrorCode Forked = new("log.forked", ErrorKind.Evidence, AskAll);

    /// <summary>A later file holds less of a log than an earlier one did.</summary>
    public static readonly ErrorCode Shrunk = new("log.shrunk", ErrorKind.Evidence, AskAll);

    /// <summary>The numbers of a register's versions do not grow.</summary>
    public static readonly ErrorCode RegisterOrder = new(
        "binding.register-order", ErrorKind.Evidence, "Ask the owner of the register which of its versions counted when; keep the archive.");
}
