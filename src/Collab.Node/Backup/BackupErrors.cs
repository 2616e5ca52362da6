using Collab.Primitives;

namespace Collab.Node.Backup;

/// <summary>What can be wrong with a backup and its restoring.</summary>
public static class BackupErrors
{
    /// <summary>The passphrase is another one, or the file's beginning was changed.</summary>
    public static readonly ErrorCode Passphrase = new(
        "backup.passphrase", ErrorKind.InvalidInput, "Give the passphrase that the backup was made with; if it is that, the file is damaged: take another copy.");

    /// <summary>The file is not a backup, or not of a form that is known here.</summary>
    public static readonly ErrorCode NotABackup = new(
        "backup.not-a-backup", ErrorKind.InvalidInput, "Give a file that 'collab node backup' wrote; one of a newer version needs the newer program.");

    /// <summary>The file was changed or cut.</summary>
    public static readonly ErrorCode Damaged = new(
        "backup.damaged", ErrorKind.Evidence, "Take another copy of the backup; nothing was put in place.");

    /// <summary>There is a node, or something else, where the backup is to go.</summary>
    public static readonly ErrorCode HomeExists = new(
        "backup.home-exists", ErrorKind.Refused, "Choose a folder that is not there or is empty; a node's folder is never overwritten.");

    /// <summary>The node runs.</summary>
    public static readonly ErrorCode NodeRuns = new(
        "backup.node-runs", ErrorKind.Refused, "Stop the node, make the backup, which takes seconds, and start it again; jobs under way go on.");

    /// <summary>The passphrase is too short to protect keys.</summary>
    public static readonly ErrorCode PassphraseShort = new(
        "backup.passphrase-short", ErrorKind.InvalidInput, "Take a passphrase of at least 12 characters, and keep it elsewhere than the backup.");
}
